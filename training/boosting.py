"""The second rung: LightGBM held to one field a tree, or to two; small steps, strong shrinkage, a sum of tables.

The one file that imports LightGBM. Measured before it was chosen (docs/decisions): trees this shallow beat deep ones on
leads.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells
from training.cells import Rows
from training.tables import Tables, purified
from training.tree_tables import tables_of

STEP = 0.05
MOST_ROUNDS = 1_500
PATIENCE = 60
ROWS_FOR_TWO_THREADS = 150_000
"""With fewer, threads wait for each other longer than they work: on a busy machine a hundred times as long."""
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
class Boosted:
    """What was fitted: tables, the rounds taken, and LightGBM's own text for the analyst."""

    tables: Tables
    rounds: int
    text: str


def fit_boosted(
    rows: Rows,
    later: Rows | None,
    *,
    fields_a_tree: int,
    rounds: int | None = None,
    alone: Collection[str] = (),
    seed: int = 0,
) -> Boosted:
    """Fit the tables to ``rows``.

    Parameters
    ----------
    later
        Later leads, in the same cells, on which fitting stops; None where ``rounds`` says how long to fit.
    fields_a_tree
        1 or 2.
    alone
        Fields that no tree asks together with another.
    """
    if not rows.cells:
        return Boosted(Tables({}), 0, "")
    parameters = {
        "objective": "cross_entropy",
        "learning_rate": STEP,
        "num_leaves": 2**fields_a_tree,
        "max_depth": fields_a_tree,
        "boost_from_average": False,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if len(rows) > ROWS_FOR_TWO_THREADS else 1,
        "seed": seed,
        "verbosity": -1,
        **_together(rows, alone),
        **SHRINKAGE,
    }
    train = _dataset(rows, parameters, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LightGBM warns of parameters that it takes from the data set
        if later is None:
            booster = lightgbm.train(parameters, train, num_boost_round=rounds or 1)
        else:
            stop = lightgbm.early_stopping(PATIENCE, verbose=False)
            valid = _dataset(later, parameters, train)
            booster = lightgbm.train(parameters, train, MOST_ROUNDS, valid_sets=[valid], callbacks=[stop])
    taken = booster.best_iteration if later is not None else booster.current_iteration()
    tables = tables_of(booster.dump_model(num_iteration=taken)["tree_info"], rows.cells)
    if tables.cells:
        tables = purified(tables, rows.where, rows.weight)
    return Boosted(tables, taken, booster.model_to_string(num_iteration=taken))


def _together(rows: Rows, alone: Collection[str]) -> dict[str, Any]:
    """Return which columns a tree may ask together: those that are not to stand alone."""
    names = list(rows.cells)
    if not set(alone) & set(names):
        return {}
    groups = [[place for place, name in enumerate(names) if name not in alone]]
    return {"interaction_constraints": [*groups, *([names.index(one)] for one in names if one in alone)]}


def _dataset(rows: Rows, parameters: dict[str, Any], reference: lightgbm.Dataset | None) -> lightgbm.Dataset:
    matrix = np.empty((len(rows), len(rows.cells)), dtype=np.float32)
    for place, (name, cells) in enumerate(rows.cells.items()):
        matrix[:, place] = told_to_lightgbm(cells)[rows.where[name]]
    data = lightgbm.Dataset(
        matrix,
        rows.outcome,
        weight=rows.weight,
        init_score=rows.start,
        reference=reference,
        categorical_feature=[place for place, one in enumerate(rows.cells.values()) if one.levels is not None],
        params=dict(parameters),
        free_raw_data=True,
    )
    return data.construct()


def told_to_lightgbm(cells: FieldCells) -> npt.NDArray[np.float32]:
    """Return what LightGBM is given for each cell: a range's upper end, a level's code, nan for missing.

    >>> told_to_lightgbm(FieldCells("area", cuts=(10.0, 50.0))).tolist()
    [10.0, 50.0, 100.0, nan]
    """
    if cells.levels is not None:
        return np.array([*range(cells.missing), np.nan], dtype=np.float32)
    cuts = cells.cuts or ()
    above = cuts[-1] + max(abs(cuts[-1]), 1.0) if cuts else 0.0
    return np.array([*cuts, above, np.nan], dtype=np.float32)
