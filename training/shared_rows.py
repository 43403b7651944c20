"""What all rungs of the ladder share: the cells of the fields, the rows in them, and which fields tell the time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from features.rows.call_features import last_call_result, stage_reached
from models.abc_rules import RuleGrade
from models.purchase_model import FieldCells
from training.answer_order import asked_by_rules, beside_answers, borders_of, words_of
from training.cells import Rows, cells_of, shared_cells
from training.columns import LevelColumn
from training.dataset import TrainingSet
from training.grade_rates import starts_of
from training.period_fields import period_fields

Floats = npt.NDArray[np.float64]
OUR_WORDS = (last_call_result.name, stage_reached.name)
"""What happened to a lead is told in a handful of words of ours: a rare one says much, and nothing of one that was never seen."""


def cells_for(data: TrainingSet, rules: Abc) -> dict[str, FieldCells]:
    """Return the cells that all rungs share; what the rules ask keeps every word and border that they name, and all of
    ``OUR_WORDS`` keep theirs.
    """
    beside = beside_answers(rules)
    columns = {name: column for name, column in data.columns.items() if name not in beside}
    words = {name: words_of(criteria) for name, criteria in asked_by_rules(rules).items()}
    ours = {name: columns[name] for name in OUR_WORDS if name in columns}
    words |= {name: list(one.levels) for name, one in ours.items() if isinstance(one, LevelColumn)}
    return shared_cells(columns, data.weight, words=words, borders=borders_named(rules)) if columns else {}


def borders_named(rules: Abc) -> dict[str, list[float]]:
    """Return, of each field that the rules ask, the borders that they name."""
    return {name: borders_of(criteria) for name, criteria in asked_by_rules(rules).items()}


def rows_in(data: TrainingSet, cells: Mapping[str, FieldCells], starts: Mapping[RuleGrade, float]) -> Rows:
    """Return the rows of ``data`` in the cells, each from where its grade starts."""
    start = starts_of(data, starts)
    return Rows(cells, cells_of(data.columns, cells), data.outcome, data.weight, start)


def telling_time(data: TrainingSet, cells: Mapping[str, FieldCells]) -> set[str]:
    """Return the fields that tell the time and not the lead."""
    at_arrival = data.of(np.flatnonzero(data.at_arrival))
    return period_fields(cells, cells_of(at_arrival.columns, cells), at_arrival.created) if len(at_arrival) else set()


def age_of(data: TrainingSet) -> Floats:
    """Return for each row the share of all leads that came later than its own; from 0 (the latest) to below 1."""
    created = np.sort(data.created[np.unique(data.lead, return_index=True)[1]])
    later = len(created) - np.searchsorted(created, data.created, side="right")
    age: Floats = later / len(created)
    return age
