"""Which answers of the form are told apart when their mix is watched: the usual ones, all others together, and no answer.

They are read off the company's first leads, so that what came later never decides how it is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from features.facts.company import Company
from features.facts.values import Answer
from monitoring.lead_book import LeadSummary, arrival_fields

FIRST = 300
"""Leads from which the usual answers are read; before so many have come nothing is usual."""
MOST, RAREST = 6, 0.03
"""Answers told apart, each given by at least this share."""
KINDS = frozenset({"choice", "yes_no", "number"})
NO_ANSWER, OTHER = "", "*"


@dataclass(frozen=True, slots=True)
class FieldLevels:
    """The answers of a field that are told apart: ``names`` in order; numbers by ``edges``, words by ``places``.

    >>> area = FieldLevels("area", 0, ("", "< 40", "40 - 90", ">= 90"), (40.0, 90.0), {})
    >>> [area.level(value) for value in (None, 12.0, 40.0, 200.0)]
    [0, 1, 2, 3]
    >>> FieldLevels("role", 0, ("", "*", "owner"), (), {"owner": 2}).level("tenant")
    1
    """

    field: str
    place: int
    names: tuple[str, ...]
    edges: tuple[float, ...]
    places: Mapping[str, int]

    def level(self, answer: Answer | None) -> int:
        """Return which of ``names`` an answer is."""
        if answer is None or answer == "":
            return 0
        if self.edges:
            return 1 + bisect_right(self.edges, answer) if isinstance(answer, float | int) else 0
        return self.places.get(str(answer), 1)


def answer_levels(summaries: Sequence[LeadSummary], company: Company) -> tuple[FieldLevels, ...]:
    """Return the fields whose mix can be watched; none while too few leads have come. ``summaries`` are the oldest first."""
    first = list(islice(summaries, FIRST))
    if len(first) < FIRST:
        return ()
    found = []
    for place, name in enumerate(arrival_fields(company)):
        kind = company.fields[name].kind
        given = [one.answers[place] for one in first if place < len(one.answers)]
        if kind in KINDS:
            found.append(_numbers(name, place, given) if kind == "number" else _words(name, place, given))
    return tuple(one for one in found if one is not None)


def _numbers(name: str, place: int, given: Sequence[Answer | None]) -> FieldLevels | None:
    values = sorted(value for value in given if isinstance(value, float | int))
    edges = tuple(sorted({float(values[len(values) * part // 4]) for part in (1, 2, 3)})) if len(values) >= 40 else ()
    if not edges:
        return None
    words = [f"{edge:g}" for edge in edges]
    between = [f"{low} - {high}" for low, high in pairwise(words)]
    return FieldLevels(name, place, (NO_ANSWER, f"< {words[0]}", *between, f">= {words[-1]}"), edges, {})


def _words(name: str, place: int, given: Sequence[Answer | None]) -> FieldLevels | None:
    counts = Counter(str(value) for value in given if value is not None and value != "")
    usual = [
        word
        for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= RAREST * len(given)
    ]
    if not usual:
        return None
    kept = usual[:MOST]
    return FieldLevels(name, place, (NO_ANSWER, OTHER, *kept), (), {word: 2 + n for n, word in enumerate(kept)})
