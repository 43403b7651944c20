"""Which fields move a model's chances most, each with the answer that speaks most for a lead and the one most against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.rows.feature_row import GRADE
from models.abc_rules import GRADES
from models.artefact import Artefact
from models.purchase_model import FieldCells, Part
from models.quick_sum import AFTER_CALLS
from models.score import Reason


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """A field's share of all that moves the chances, and its strongest reasons that the counts bear out."""

    feature: str
    share: float
    speaks_for: Reason | None
    speaks_against: Reason | None


def field_weights(artefact: Artefact) -> list[FieldWeight]:
    """Return every field that the model reads and the rules' grade, the weightiest first; none where the rules are all.

    A field weighs how far it moves the log-odds of a training lead from their mean, on average; a table of two fields
    counts by half for each, as in a score's reasons.
    """
    if not artefact.model.parts:
        return []
    moved = dict.fromkeys((one.feature for one in artefact.model.cells), 0.0)
    for part in artefact.model.parts:
        for feature in part.features:
            moved[feature] += _mean_move(part.values, part.leads) / len(part.features)
    counts = [artefact.graded[grade][0] for grade in GRADES]
    moved[GRADE] = _mean_move([artefact.starts[grade] for grade in GRADES], counts)
    every = sum(moved.values())
    if not every:
        return []
    reasons = _reasons(artefact)
    told = [_weight(feature, one / every, reasons.get(feature, []), artefact.average) for feature, one in moved.items()]
    return sorted((one for one in told if one.share > 0), key=lambda one: -one.share)


def _mean_move(values: Sequence[float], leads: Sequence[int]) -> float:
    every = sum(leads)
    if not every:
        return 0.0
    mean = _mean(values, leads)
    return sum(abs(value - mean) * count for value, count in zip(values, leads, strict=True)) / every


def _mean(values: Sequence[float], leads: Sequence[int]) -> float:
    return sum(value * count for value, count in zip(values, leads, strict=True)) / sum(leads)


def _weight(feature: str, share: float, reasons: list[Reason], average: float) -> FieldWeight:
    told = sorted((one for one in reasons if one.is_borne_out(average)), key=lambda one: one.contribution)
    up, down = (told[-1], told[0]) if told else (None, None)
    return FieldWeight(
        feature, share, up if up and up.contribution > 0 else None, down if down and down.contribution < 0 else None
    )


def _reasons(artefact: Artefact) -> Mapping[str, list[Reason]]:
    """Return what each cell of a field's own table says, and each grade."""
    cells = {one.feature: one for one in artefact.model.cells}
    found = {
        part.features[0]: list(_reasons_of(part, cells[part.features[0]]))
        for part in artefact.model.parts
        if len(part.features) == 1 and any(part.leads)
    }
    grades = [artefact.grade_reason(grade, artefact.starts[grade]) for grade in GRADES if grade != "ungraded"]
    return {**found, GRADE: [one for one in grades if one]}


def _reasons_of(part: Part, cells: FieldCells) -> Iterator[Reason]:
    mean = _mean(part.values, part.leads)
    for place, value in enumerate(part.values):
        says_not_called_yet = place == cells.missing and cells.feature in AFTER_CALLS
        if not says_not_called_yet:
            yield Reason(cells.feature, cells.words(place), value - mean, part.leads[place], part.sales[place])
