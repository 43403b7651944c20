"""What each answer to a question would make of a lead's sum: only what hangs on the answer is looked up anew.

An answer moves a score twice, through the grade from which the rules let the lead start and through the tables that read the
field. Both are the same for every lead that stands alike by the rules, so they are worked out once; for a lead there is left
to add up its blocks with those in between that the answer moves. To the last digit that is what scoring the lead anew as if
it had answered so would give (``if_answered.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from features.facts.values import Answer
from features.log_odds import probability_of
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder, answer_feature_name
from models.if_answered import IfAnswered
from models.possible_answers import Ends, possible_answers
from models.purchase_model import PurchaseModel
from models.quick_sum import Cells, Moves, QuickSum


class Prospects(NamedTuple):
    """The answers that may come: each with its ends and from where the lead would start then, level and all; what they move."""

    answers: tuple[tuple[Answer, Ends | None, float], ...]
    moves: Moves


def prospects(
    field: str,
    known: KnownLead,
    row: FeatureRow,
    *,
    rows: RowBuilder,
    model: PurchaseModel,
    quick: QuickSum,
    start_of: Callable[[KnownLead], float],
) -> Prospects:
    """Return the answers to ``field`` that may come, for every lead of which the rules say what they say of this one."""
    rules = known.company.abc_at(known.moment)
    criteria = [one for one in rules.criteria.values() if one.field == field]
    answers, changes = [], []
    for one in possible_answers(known.company.fields[field], criteria, model.cells_of(answer_feature_name(field))):
        told, told_row = rows.answered(known, row, field, one.answer)
        places = {name: model.place_of(name) for name in rows.names_of(field)}
        cells = {place: model.cells[place].cell(told_row[name]) for name, place in places.items() if place is not None}
        answers.append((one.answer, one.ends, start_of(told)))
        changes.append(cells)
    return Prospects(tuple(answers), quick.moves(changes))


def foreseen(found: Prospects, cells: Cells, adds: Sequence[float], quick: QuickSum) -> list[IfAnswered]:
    """Return what each of these answers makes of a lead that stands in ``cells``, of which the blocks add ``adds``."""
    moved = quick.moved_so(cells, adds, found.moves)
    return [
        IfAnswered(answer, ends, probability_of(start + one))
        for (answer, ends, start), one in zip(found.answers, moved, strict=True)
    ]
