"""Fits the sum of tables: LightGBM held to one or two fields a tree, small steps, strong shrinkage.

The one file that imports LightGBM. Measured before it was chosen (docs/decisions): trees this shallow beat deep ones on
leads, and they are a sum of tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells
from training.columns import Column, Columns, LevelColumn, NumberColumn
from training.tree_tables import Tables, purified, tables_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STEP = 0.05
MOST_ROUNDS = 1_500
PATIENCE = 60
ROWS_FOR_TWO_THREADS = 50_000
"""With fewer, threads wait for each other longer than they work: on a busy machine a hundred times as long."""
LEADS_FOR_A_LEVEL = 20.0
"""A level with fewer training leads than this stands with the rare ones."""
SHRINKAGE = {
    "lambda_l2": 5.0,
    "min_data_in_leaf": 20,
    "min_sum_hessian_in_leaf": 1.0,
    "cat_l2": 20.0,
    "cat_smooth": 20.0,
    "min_data_per_group": 20,
    "max_cat_threshold": 64,
    "max_bin": 127,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to fit on or to judge by: outcomes 0/1, weights, and the log-odds that each row starts from."""

    columns: Columns
    outcome: Floats
    weight: Floats
    start: Floats

    def __len__(self) -> int:
        return len(self.outcome)


@dataclass(frozen=True, slots=True)
class AdditiveFit:
    """What was fitted: tables, the rounds taken, and LightGBM's own text for the analyst."""

    tables: Tables
    levels: Mapping[str, tuple[str, ...]]
    rounds: int
    text: str

    def moved(self, columns: Columns) -> Floats:
        """Return by how much the tables move each row from its start, the intercept included."""
        if not self.tables.cells:
            return np.full(_length(columns), self.tables.intercept)
        return self.tables.at(cells_of(columns, self.tables.cells))


def fit_additive(
    rows: Rows, later: Rows | None, *, fields_a_tree: int, rounds: int | None = None, seed: int = 0
) -> AdditiveFit:
    """Fit the tables to ``rows``.

    Parameters
    ----------
    later
        Later leads on which fitting stops; None where ``rounds`` says how long to fit.
    fields_a_tree
        1 or 2.
    """
    levels = kept_levels(rows)
    names = [name for name, column in rows.columns.items() if _says_anything(column, levels.get(name))]
    if not names:
        return AdditiveFit(Tables({}), {}, 0, "")
    parameters = {
        "objective": "binary",
        "learning_rate": STEP,
        "num_leaves": 2**fields_a_tree,
        "max_depth": fields_a_tree,
        "boost_from_average": False,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if len(rows) > ROWS_FOR_TWO_THREADS else 1,
        "seed": seed,
        "verbosity": -1,
        **SHRINKAGE,
    }
    train = _dataset(rows, names, levels, parameters, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LightGBM warns of parameters that it takes from the data set
        if later is None:
            booster = lightgbm.train(parameters, train, num_boost_round=rounds or 1)
        else:
            stop = lightgbm.early_stopping(PATIENCE, verbose=False)
            valid = _dataset(later, names, levels, parameters, train)
            booster = lightgbm.train(parameters, train, MOST_ROUNDS, valid_sets=[valid], callbacks=[stop])
    taken = booster.best_iteration if later is not None else booster.current_iteration()
    dumped = booster.dump_model(num_iteration=taken)["tree_info"]
    tables = tables_of(dumped, names, levels)
    if tables.cells:
        tables = purified(tables, cells_of(rows.columns, tables.cells), rows.weight)
    return AdditiveFit(tables, levels, taken, booster.model_to_string(num_iteration=taken))


def kept_levels(rows: Rows) -> dict[str, tuple[str, ...]]:
    """Return each level feature's levels that enough leads have, the most frequent first."""
    kept = {}
    for name, column in rows.columns.items():
        if isinstance(column, LevelColumn):
            present = column.codes >= 0
            mass = np.bincount(column.codes[present], rows.weight[present], minlength=len(column.levels))
            order = sorted(np.flatnonzero(mass >= LEADS_FOR_A_LEVEL), key=lambda code: (-mass[code], code))
            kept[name] = tuple(column.levels[code] for code in order)
    return kept


def cells_of(columns: Columns, cells: Mapping[str, FieldCells]) -> dict[str, Ints]:
    """Return each row's cell, by field; a field that is no column, or one of another kind, is missing in every row."""
    count = _length(columns)
    return {name: _column_cells(columns.get(name), one, count) for name, one in cells.items()}


def _column_cells(column: Column | None, cells: FieldCells, count: int) -> Ints:
    if isinstance(column, LevelColumn) and cells.levels is not None:
        return _coded(column, cells.levels, missing=cells.missing)
    if not isinstance(column, NumberColumn) or cells.cuts is None:
        return np.full(count, cells.missing)
    where = np.searchsorted(np.array(cells.cuts), column.values.astype(np.float64), side="left")
    return np.where(np.isnan(column.values), cells.missing, where).astype(np.int64)


def _coded(column: LevelColumn, levels: tuple[str, ...], *, missing: int) -> Ints:
    """Return the codes of ``levels``; rare ones get the code after them all."""
    places = {level: place for place, level in enumerate(levels)}
    table = np.array([*(places.get(level, len(levels)) for level in column.levels), missing], dtype=np.int64)
    return table[column.codes]


def _dataset(
    rows: Rows,
    names: list[str],
    levels: Mapping[str, tuple[str, ...]],
    parameters: Mapping[str, Any],
    reference: lightgbm.Dataset | None,
) -> lightgbm.Dataset:
    matrix = np.empty((len(rows), len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        column = rows.columns[name]
        if isinstance(column, NumberColumn):
            matrix[:, place] = column.values
        else:
            codes = _coded(column, levels[name], missing=-1)
            matrix[:, place] = np.where(codes < 0, np.nan, codes)
    categorical = [place for place, name in enumerate(names) if name in levels]
    data = lightgbm.Dataset(
        matrix,
        rows.outcome,
        weight=rows.weight,
        init_score=rows.start,
        reference=reference,
        categorical_feature=categorical,
        params=dict(parameters),
        free_raw_data=True,
    )
    return data.construct()


def _says_anything(column: Column, levels: tuple[str, ...] | None) -> bool:
    if isinstance(column, LevelColumn):
        return bool(levels) and len(np.unique(column.codes)) > 1
    present = column.values[~np.isnan(column.values)]
    some_missing = 0 < len(present) < len(column.values)
    return bool(len(present)) and (some_missing or bool(present.min() < present.max()))


def _length(columns: Columns) -> int:
    column = next(iter(columns.values()))
    return len(column.codes if isinstance(column, LevelColumn) else column.values)
