"""Which unanswered question matters most now: the one whose answers would move the purchase probability furthest apart.

Asked of every field that the company's rules read or that has a question of its own. An answer moves the score twice:
through the grade from which the rules let it start, and through the tables that read the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from features.facts.channels import tidied
from features.facts.company import Abc, Criterion, FormField
from features.facts.values import Answer
from features.log_odds import probability_of
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow, Value
from features.rows.feature_row import answer_feature_name
from models.abc_rules import Grading, said
from models.grade_starts import GradeStarts
from models.purchase_model import PurchaseModel

SMALLEST_MOVE = 0.002
"""Answers whose probabilities lie closer together than this leave it to the rules what to ask."""
MOST_LEVELS = 12


def field_to_ask(
    known: KnownLead,
    row: FeatureRow,
    grading: Grading,
    starts: GradeStarts,
    level: float,
    model: PurchaseModel,
) -> str | None:
    """Return the name of the field to ask for next, or None where nothing is open."""
    rules = known.company.abc_at(known.moment)
    moves = {
        name: _move(known.company.fields[name], name, rules, grading, row, starts, level, model)
        for name in _open_fields(known, rules)
    }
    furthest = max(moves, key=moves.__getitem__, default=None)
    if furthest is not None and moves[furthest] >= SMALLEST_MOVE:
        return furthest
    return field_by_rules(known, grading)


def field_by_rules(known: KnownLead, grading: Grading) -> str | None:
    """Return the field on which the grade still hangs, or None."""
    if grading.ask is None:
        return None
    return known.company.abc_at(known.moment).criteria[grading.ask].field


def _open_fields(known: KnownLead, rules: Abc) -> Iterable[str]:
    asked = {one.field for one in rules.criteria.values()}
    fields = known.company.fields
    return [name for name in fields if name not in known.answers and (fields[name].question or name in asked)]


def _move(
    field: FormField,
    name: str,
    rules: Abc,
    grading: Grading,
    row: FeatureRow,
    starts: GradeStarts,
    level: float,
    model: PurchaseModel,
) -> float:
    read_by = {criterion: one for criterion, one in rules.criteria.items() if one.field == name}
    feature = answer_feature_name(name)
    unmoved = None if model.reads(feature) else model.moved(row)
    chances = []
    for answer in _possible(field, list(read_by.values()), model.levels_of(feature)):
        verdicts = {criterion: said({name: answer}, one) for criterion, one in read_by.items()}
        start = starts.of({**grading.verdicts, **verdicts})
        moved = model.moved({**row, feature: _as_value(answer)}) if unmoved is None else unmoved
        chances.append(probability_of(start + level + moved))
    return max(chances) - min(chances) if chances else 0.0


def _possible(field: FormField, criteria: Sequence[Criterion], levels: tuple[str, ...]) -> list[Answer]:
    """Return the answers that may come: what the rules name, and the levels that the model knows."""
    if field.kind == "yes_no":
        return ["yes", "no"]
    if field.kind == "number":
        borders = sorted(one.yes_from for one in criteria if one.yes_from is not None)
        return [borders[0] - abs(borders[0]) / 2 - 1, *borders] if borders else []
    named = [word for one in criteria for word in (*one.yes, *one.no)]
    if field.kind == "list":
        return [(word,) for word in named]
    return [*named, *levels[:MOST_LEVELS]] if field.kind == "choice" else []


def _as_value(answer: Answer) -> Value:
    if isinstance(answer, tuple):
        return " + ".join(sorted(tidied(one) for one in answer))
    return tidied(answer) if isinstance(answer, str) else answer if isinstance(answer, float) else None
