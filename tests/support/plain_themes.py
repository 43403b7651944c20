"""Which notes say about the same, worked out the plain way: by stems and letters, the rare ones more; groups joined one by one.

The rule is the one that the page tells: notes are alike by the stems of their words and by three to five letters in a row, half by
each. A piece weighs 1 + ln of how often it comes, times 1 + ln of (1 + notes) / (1 + notes that have it); a note has length one.
The two groups whose notes lie nearest on average are joined, as long as that is nearer than a bound. The table of endings and of
words that say nothing is the product's; nothing else is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt

from monitoring.won.note_themes import ENDINGS, FILLERS

LONGEST_FIRST = sorted(ENDINGS.pattern.removeprefix("(?:").removesuffix(")$").split("|"), key=len, reverse=True)
APART = 0.76
Vector = dict[str, float]


def stem(word: str) -> str:
    """Return a word without the longest ending that leaves three letters."""
    folded = word.casefold().replace("ё", "е")
    for ending in LONGEST_FIRST:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded[: -len(ending)]
    return folded


def stems(note: str) -> str:
    return " ".join(stem(word) for word in re.findall(r"\w+", note) if word.casefold() not in FILLERS)


def letters(said: str) -> Iterable[str]:
    """Yield three to five letters in a row of each word, its ends told by spaces; a word shorter than that once."""
    for word in said.split():
        padded = f" {word} "
        for size in (3, 4, 5):
            yield from (padded[at : at + size] for at in range(max(len(padded) - size + 1, 1)))
            if len(padded) <= size:
                break


def weighed(told: Sequence[Counter[str]]) -> list[Vector]:
    """Return each note's pieces by how often they come in it and how few notes have them, each note of length one."""
    having = Counter(piece for one in told for piece in one)
    made = []
    for one in told:
        vector = {
            piece: (1 + log(times)) * (log((1 + len(told)) / (1 + having[piece])) + 1) for piece, times in one.items()
        }
        length = sqrt(sum(weight**2 for weight in vector.values())) or 1.0
        made.append({piece: weight / length for piece, weight in vector.items()})
    return made


def alike(notes: Sequence[str]) -> list[list[float]]:
    """Return how like any two of these notes (told by their stems) are, from 0 to 1."""
    sides = [weighed([Counter(one.split()) for one in notes]), weighed([Counter(letters(one)) for one in notes])]
    return [[sum(dot(side[n], side[m]) for side in sides) / 2 for m in range(len(notes))] for n in range(len(notes))]


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(piece, 0.0) for piece, weight in one.items())


def groups_of(notes: Iterable[str]) -> list[set[str]]:
    """Return the groups of notes that say about the same, by their stems; one alone is a group, too."""
    different = sorted({said for one in notes if (said := stems(one))})
    near = alike(different)
    groups = [[n] for n in range(len(different))]
    while len(groups) > 1:
        apart, n, m = min(
            (sum(1 - near[a][b] for a in groups[n] for b in groups[m]) / (len(groups[n]) * len(groups[m])), n, m)
            for n in range(len(groups))
            for m in range(n)
        )
        if apart >= APART:
            break
        groups[m] += groups.pop(n)
    return [{different[n] for n in some} for some in groups]


def most_alike(notes: Sequence[str]) -> dict[str, float]:
    """Return of each different note of a theme how like it is to the mean of them all."""
    counted = Counter(notes)
    different = sorted(counted)
    near = alike([stems(one) or one for one in different])
    return {
        one: sum(near[n][m] * counted[other] for m, other in enumerate(different)) / len(notes)
        for n, one in enumerate(different)
    }
