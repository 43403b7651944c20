"""What each answer to a question would make of a lead's chance, all else being as it is known now.

The same scorer gives these chances as gives the score: a lead that is known to have answered so has exactly that one. Asked
one by one each costs about as much as a score; a model that has its sum at hand foresees them for less (``foreseen.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from features.facts.values import Answer
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder, answer_feature_name
from models.possible_answers import Ends, possible_answers

if TYPE_CHECKING:
    from features.facts.company import FormField
    from models.score import Scorer

MOST_RANGES = 6


class IfAnswered(NamedTuple):
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
    field, cells = known.company.fields[name], scorer.cells_of(answer_feature_name(name))
    told = [
        IfAnswered(one.answer, one.ends, scorer.probability(*rows.answered(known, row, name, one.answer)))
        for one in possible_answers(field, criteria, cells)
    ]
    return as_told(told, field)


def as_told(told: Sequence[IfAnswered], field: FormField) -> tuple[IfAnswered, ...]:
    """Return the answers to a field in the order, and as few, as ``if_answered`` tells them."""
    if field.kind == "yes_no":
        return tuple(told)
    if field.kind == "number":
        return _spread(_merged(told))
    return tuple(sorted(told, key=lambda one: -one.probability))


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
