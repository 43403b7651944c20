"""Tables say exactly what LightGBM's trees say, and purified ones say it more plainly."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from training.additive_fit import SHRINKAGE, cells_of
from training.columns import Column, LevelColumn, NumberColumn
from training.tree_tables import Tables, purified, tables_of

Floats = npt.NDArray[np.float64]
NAMES = ["area", "windows", "city", "role"]
LEVELS = {"city": tuple(f"city {n}" for n in range(12)), "role": ("owner", "tenant", "student")}


@dataclass(frozen=True)
class Fitted:
    """LightGBM's own model, and the tables made of it."""

    booster: lightgbm.Booster
    tables: Tables
    columns: dict[str, Column]
    matrix: npt.NDArray[np.float32]
    weight: Floats


def some_leads(seed: int, count: int, missing: float) -> tuple[dict[str, Column], npt.NDArray[np.float32]]:
    """Return columns and the matrix that LightGBM reads: numbers, codes, nan where missing; some levels are rare."""
    rng = np.random.default_rng(seed)
    matrix = np.empty((count, 4), dtype=np.float32)
    matrix[:, 0] = rng.lognormal(4, 0.8, count)
    matrix[:, 1] = rng.integers(-3, 9, count)
    matrix[:, 2] = rng.integers(0, 13, count)  # the code 12 is "rare"
    matrix[:, 3] = rng.integers(0, 4, count)  # the code 3 is "rare"
    matrix[rng.random((count, 4)) < missing] = np.nan
    columns: dict[str, Column] = {name: NumberColumn(matrix[:, n]) for n, name in enumerate(NAMES[:2])}
    for n, name in enumerate(NAMES[2:], start=2):
        codes = np.where(np.isnan(matrix[:, n]), -1, matrix[:, n]).astype(np.int32)
        columns[name] = LevelColumn(codes, (*LEVELS[name], "of few leads"))
    return columns, matrix


def fitted(depth: int, missing: float, seed: int = 0) -> Fitted:
    columns, matrix = some_leads(seed, 3000, missing)
    rng = np.random.default_rng(seed + 1)
    filled = np.nan_to_num(matrix.astype(np.float64), nan=2.0)
    z = -1 + 0.01 * filled[:, 0] + 0.5 * (filled[:, 2] % 3 == 0) * (filled[:, 1] > 2) - 0.7 * (filled[:, 3] == 2)
    y = (rng.random(3000) < 1 / (1 + np.exp(-z))).astype(float)
    weight = rng.choice([0.5, 1.0], 3000)
    parameters = {
        "objective": "binary", "learning_rate": 0.1, "num_leaves": 2**depth, "max_depth": depth, "verbosity": -1,
        "boost_from_average": False, "num_threads": 1, "deterministic": True, **SHRINKAGE,
    }  # fmt: skip
    data = lightgbm.Dataset(matrix, y, weight=weight, categorical_feature=[2, 3], params=parameters)
    booster = lightgbm.train(parameters, data, 80)
    return Fitted(booster, tables_of(booster.dump_model()["tree_info"], NAMES, LEVELS), columns, matrix, weight)


@pytest.fixture(
    scope="module", params=[(1, 0.0), (1, 0.15), (2, 0.0), (2, 0.15)], ids=["1", "1 missing", "2", "2 missing"]
)
def fit(request: pytest.FixtureRequest) -> Fitted:
    """Give trees of depth 1 and 2, with and without missing values."""
    return fitted(*request.param)


def test_tables_equal_lightgbms_own_predictions(fit: Fitted) -> None:
    own = np.asarray(fit.booster.predict(fit.matrix, raw_score=True))
    assert np.abs(fit.tables.at(cells_of(fit.columns, fit.tables.cells)) - own).max() < 1e-9


def test_tables_equal_lightgbms_own_predictions_on_leads_it_never_saw(fit: Fitted) -> None:
    columns, matrix = some_leads(99, 2000, 0.1)
    own = np.asarray(fit.booster.predict(matrix, raw_score=True))
    assert np.abs(fit.tables.at(cells_of(columns, fit.tables.cells)) - own).max() < 1e-9


def test_trees_of_one_field_make_no_tables_of_two() -> None:
    assert fitted(1, 0.1).tables.pairs == {}
    assert fitted(2, 0.1).tables.pairs


def test_purification_keeps_the_sum_of_every_lead(fit: Fitted) -> None:
    where = cells_of(fit.columns, fit.tables.cells)
    pure = purified(fit.tables, where, fit.weight)
    assert np.abs(pure.at(where) - fit.tables.at(where)).max() < 1e-9


def test_every_purified_table_is_centred_on_the_leads(fit: Fitted) -> None:
    where = cells_of(fit.columns, fit.tables.cells)
    pure = purified(fit.tables, where, fit.weight)
    for name, values in pure.singles.items():
        assert abs(float(fit.weight @ values[where[name]])) < 1e-6
    assert pure.intercept == pytest.approx(float(fit.weight @ pure.at(where) / fit.weight.sum()), abs=1e-6)


def test_a_purified_pair_says_nothing_of_one_field_alone(fit: Fitted) -> None:
    where = cells_of(fit.columns, fit.tables.cells)
    pure = purified(fit.tables, where, fit.weight)
    for (first, second), grid in pure.pairs.items():
        said = grid[where[first], where[second]]
        for name in (first, second):
            means = np.bincount(where[name], fit.weight * said) / np.maximum(np.bincount(where[name], fit.weight), 1e-9)
            assert np.abs(means).max() < 1e-6


def test_what_no_lead_ever_had_says_nothing_alone_or_in_a_pair() -> None:
    fit = fitted(2, 0.0)
    where = cells_of(fit.columns, fit.tables.cells)
    pure = purified(fit.tables, where, fit.weight)
    assert pure.pairs
    for name, cells in pure.cells.items():
        assert name not in pure.singles or pure.singles[name][cells.missing] == 0.0
    for (first, second), grid in pure.pairs.items():
        assert not grid[pure.cells[first].missing].any()
        assert not grid[:, pure.cells[second].missing].any()


def test_a_pair_is_purified_to_what_is_worked_out_by_hand() -> None:
    # f = "both are 1" over {0, 1} x {0, 1} with equal masses has the mean 1/4; E[f | x1] - 1/4 = x1/2 - 1/4, the same for
    # x2; what is left is 1/4 where both agree and -1/4 where not: the functional ANOVA, whose definition Lengerich et al.
    # (2020) purify to (every row and column of the interaction has the mean 0).
    cells = {"x1": FieldCells("x1", cuts=(0.5,)), "x2": FieldCells("x2", cuts=(0.5,))}
    both = np.zeros((3, 3))
    both[1, 1] = 1.0
    where = {"x1": np.array([0, 0, 1, 1]), "x2": np.array([0, 1, 0, 1])}
    pure = purified(Tables(cells, pairs={("x1", "x2"): both}), where, np.ones(4))
    assert pure.intercept == pytest.approx(0.25)
    assert pure.singles["x1"] == pytest.approx([-0.25, 0.25, 0.0])
    assert pure.singles["x2"] == pytest.approx([-0.25, 0.25, 0.0])
    assert pure.pairs["x1", "x2"][:2, :2] == pytest.approx(np.array([[0.25, -0.25], [-0.25, 0.25]]))


def test_no_trees_are_no_tables() -> None:
    assert tables_of([], NAMES, LEVELS).cells == {}
    leaf = tables_of([{"tree_structure": {"leaf_value": 0.25}}], NAMES, LEVELS)
    assert (leaf.cells, leaf.intercept) == ({}, 0.25)
