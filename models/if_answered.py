"""What each answer to a question would make of a lead's chance, all else being as it is known now.

The same scorer gives these chances as gives the score: a lead that is known to have answered so has exactly that one. They
are worked out when somebody is to read them, and not with every score.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from features.facts.channels import tidied
from features.facts.company import Criterion, FormField
from features.facts.values import Answer
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder, answer_feature_name
from models.purchase_model import FieldCells
from models.score import Scorer

MOST_LEVELS = 12
MOST_RANGES = 6
Ends = tuple[float | None, float | None]
"""From where to where a number goes, with None for an open end."""
_Border = tuple[float, bool]
"""A number at which the answer begins to count otherwise, and whether that is only right behind it."""


@dataclass(frozen=True, slots=True)
class IfAnswered:
    """An answer that may come, and the probability that the lead would then have.

    A number stands for all from ``ends[0]`` to ``ends[1]``: the scorer tells none of them from another. Other answers have
    no ends.
    """

    answer: Answer
    ends: Ends | None
    probability: float


def if_answered(
    name: str, known: KnownLead, row: FeatureRow, *, rows: RowBuilder, scorer: Scorer
) -> tuple[IfAnswered, ...]:
    """Return what each answer to the field ``name`` would make of the lead.

    Yes comes before no, the levels of a choice with the best chance first, a number's ranges from the lowest up. Of the levels
    those stand here that the rules name, then the most frequent that the model knows; of many ranges a few that lie
    evenly apart. Empty where no answer can be foreseen (a text that no rule reads, a date).
    """
    rules = known.company.abc_at(known.moment)
    criteria = [one for one in rules.criteria.values() if one.field == name]
    cells = scorer.cells_of(answer_feature_name(name))

    def chance(answer: Answer) -> float:
        return scorer.probability(*rows.answered(known, row, name, answer))

    field = known.company.fields[name]
    if field.kind == "number":
        return _spread(_merged([IfAnswered(one, ends, chance(one)) for one, ends in _ranges(criteria, cells)]))
    told = [IfAnswered(answer, None, chance(answer)) for answer in _levels(field, criteria, cells)]
    return tuple(told if field.kind == "yes_no" else sorted(told, key=lambda one: -one.probability))


def _levels(field: FormField, criteria: Sequence[Criterion], cells: FieldCells | None) -> list[Answer]:
    if field.kind == "yes_no":
        return ["yes", "no"]
    if field.kind == "date":
        return []
    frequent = (cells.levels or ()) if cells and field.kind == "choice" else ()
    words: dict[str, str] = {}
    for word in (*(word for one in criteria for word in (*one.yes, *one.no)), *frequent):
        words.setdefault(tidied(word), word)
    few = list(words.values())[:MOST_LEVELS]
    return [(word,) for word in few] if field.kind == "list" else list(few)


def _ranges(criteria: Iterable[Criterion], cells: FieldCells | None) -> list[tuple[float, Ends]]:
    """Return a number within each range that the rules and the model do not look into, and the ends of the range."""
    cuts = (cells.cuts or ()) if cells else ()
    borders: set[_Border] = {(one.yes_from, False) for one in criteria if one.yes_from is not None}
    borders |= {(cut, True) for cut in cuts}
    if not borders:
        return []
    whole = cells is not None and cells.whole
    ordered: list[_Border | None] = [None, *sorted(borders), None]
    found = ((_within(low, high, whole=whole), low, high) for low, high in itertools.pairwise(ordered))
    return [
        (number, (_from(low, whole=whole), _up_to(high, whole=whole)))
        for number, low, high in found
        if number is not None
    ]


def _within(low: _Border | None, high: _Border | None, *, whole: bool) -> float | None:
    """Return a number between two borders; None where there is none (of whole ones)."""
    if high is not None and high[1]:
        number = math.floor(high[0]) if whole else high[0]
    elif low is not None and not low[1]:
        number = low[0]
    elif low is None:
        assert high is not None
        number = high[0] / 2 if high[0] > 0 else high[0] - 1
    elif high is None:
        number = math.floor(low[0]) + 1 if whole else low[0] + 1
    else:
        number = math.floor(low[0]) + 1 if whole else (low[0] + high[0]) / 2
    return float(number) if _lies(number, low, high) else None


def _lies(number: float, low: _Border | None, high: _Border | None) -> bool:
    above = low is None or number > low[0] or (number == low[0] and not low[1])
    return above and (high is None or number < high[0] or (number == high[0] and high[1]))


def _from(border: _Border | None, *, whole: bool) -> float | None:
    """Return where a range begins as people say it: of whole numbers, with the first that belongs to it."""
    if border is None or not whole:
        return border and border[0]
    return float(math.floor(border[0]) + 1 if border[1] else math.ceil(border[0]))


def _up_to(border: _Border | None, *, whole: bool) -> float | None:
    """Return where a range ends as people say it: of whole numbers, with the last that belongs to it."""
    if border is None or not whole:
        return border and border[0]
    return float(math.floor(border[0]) if border[1] else math.ceil(border[0]) - 1)


def _merged(told: Iterable[IfAnswered]) -> list[IfAnswered]:
    """Return neighbouring ranges that come to the same as one."""
    merged: list[IfAnswered] = []
    for one in told:
        before = merged[-1] if merged else None
        if before and before.ends and one.ends and before.probability == one.probability:
            merged[-1] = IfAnswered(before.answer, (before.ends[0], one.ends[1]), one.probability)
        else:
            merged.append(one)
    return merged


def _spread(told: Sequence[IfAnswered]) -> tuple[IfAnswered, ...]:
    """Return all of a few, or of many the first, the last, and some evenly between."""
    last, most = len(told) - 1, MOST_RANGES - 1
    return tuple(told if last <= most else [told[round(last * place / most)] for place in range(MOST_RANGES)])
