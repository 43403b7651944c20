"""Tables say exactly what LightGBM's trees say, and purified ones say it more plainly."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from training.boosting import SHRINKAGE, told_to_lightgbm
from training.cells import cells_of
from training.columns import Column, LevelColumn, NumberColumn
from training.tables import Tables, purified
from training.tree_tables import tables_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NAMES = ["area", "windows", "city", "role"]
LEVELS = {"city": tuple(f"city {n}" for n in range(12)), "role": ("owner", "tenant", "student")}
CELLS = {
    "area": FieldCells("area", cuts=tuple(np.geomspace(5, 400, 40).astype(np.float32).tolist())),
    "windows": FieldCells("windows", cuts=tuple(float(cut) for cut in range(-3, 8))),
    **{name: FieldCells(name, levels=known) for name, known in LEVELS.items()},
}


@dataclass(frozen=True)
class Fitted:
    """LightGBM's own model, and the tables made of it."""

    booster: lightgbm.Booster
    tables: Tables
    where: dict[str, Ints]
    weight: Floats

    def own(self, where: dict[str, Ints]) -> Floats:
        """Return what LightGBM itself says of rows in these cells."""
        return np.asarray(self.booster.predict(told(where), raw_score=True))


def told(where: dict[str, Ints]) -> npt.NDArray[np.float32]:
    return np.column_stack([told_to_lightgbm(CELLS[name])[where[name]] for name in NAMES])


def some_leads(seed: int, count: int, missing: float) -> dict[str, Ints]:
    """Return the cells of leads; some values are missing, some levels rare."""
    rng = np.random.default_rng(seed)
    area, windows = rng.lognormal(4, 0.8, count).astype(np.float32), rng.integers(-3, 9, count).astype(np.float32)
    gone = rng.random((4, count)) < missing
    columns: dict[str, Column] = {
        name: NumberColumn(np.where(lost, np.nan, values).astype(np.float32))
        for name, values, lost in zip(NAMES, (area, windows), gone, strict=False)
    }
    for name, lost in zip(NAMES[2:], gone[2:], strict=True):
        codes = np.where(lost, -1, rng.integers(0, len(LEVELS[name]) + 1, count)).astype(np.int32)
        columns[name] = LevelColumn(codes, (*LEVELS[name], "of few leads"))
    return cells_of(columns, CELLS)


def fitted(depth: int, missing: float, seed: int = 0) -> Fitted:
    where = some_leads(seed, 3000, missing)
    rng = np.random.default_rng(seed + 1)
    z = -2 + 0.05 * where["area"] + 0.5 * (where["city"] % 3 == 0) * (where["windows"] > 5) - 0.7 * (where["role"] == 2)
    y = (rng.random(3000) < 1 / (1 + np.exp(-z))).astype(float)
    weight = rng.choice([0.5, 1.0], 3000)
    parameters = {
        "objective": "binary", "learning_rate": 0.1, "num_leaves": 2**depth, "max_depth": depth, "verbosity": -1,
        "boost_from_average": False, "num_threads": 1, "deterministic": True, **SHRINKAGE,
    }  # fmt: skip
    data = lightgbm.Dataset(told(where), y, weight=weight, categorical_feature=[2, 3], params=parameters)
    booster = lightgbm.train(parameters, data, 80)
    return Fitted(booster, tables_of(booster.dump_model()["tree_info"], CELLS), where, weight)


@pytest.fixture(
    scope="module", params=[(1, 0.0), (1, 0.15), (2, 0.0), (2, 0.15)], ids=["1", "1 missing", "2", "2 missing"]
)
def fit(request: pytest.FixtureRequest) -> Fitted:
    """Give trees of depth 1 and 2, with and without missing values."""
    return fitted(*request.param)


def test_tables_equal_lightgbms_own_predictions(fit: Fitted) -> None:
    assert np.abs(fit.tables.at(fit.where) - fit.own(fit.where)).max() < 1e-9


def test_tables_equal_lightgbms_own_predictions_on_leads_it_never_saw(fit: Fitted) -> None:
    where = some_leads(99, 2000, 0.1)
    assert np.abs(fit.tables.at(where) - fit.own(where)).max() < 1e-9


def test_trees_of_one_field_make_no_tables_of_two() -> None:
    assert fitted(1, 0.1).tables.pairs == {}
    assert fitted(2, 0.1).tables.pairs


def test_purification_keeps_the_sum_of_every_lead(fit: Fitted) -> None:
    where = fit.where
    pure = purified(fit.tables, where, fit.weight)
    assert np.abs(pure.at(where) - fit.tables.at(where)).max() < 1e-9


def test_every_purified_table_is_centred_on_the_leads(fit: Fitted) -> None:
    where = fit.where
    pure = purified(fit.tables, where, fit.weight)
    for name, values in pure.singles.items():
        assert abs(float(fit.weight @ values[where[name]])) < 1e-6
    assert pure.intercept == pytest.approx(float(fit.weight @ pure.at(where) / fit.weight.sum()), abs=1e-6)


def test_a_purified_pair_says_nothing_of_one_field_alone(fit: Fitted) -> None:
    where = fit.where
    pure = purified(fit.tables, where, fit.weight)
    for (first, second), grid in pure.pairs.items():
        said = grid[where[first], where[second]]
        for name in (first, second):
            means = np.bincount(where[name], fit.weight * said) / np.maximum(np.bincount(where[name], fit.weight), 1e-9)
            assert np.abs(means).max() < 1e-6


def test_what_no_lead_ever_had_says_nothing_alone_or_in_a_pair() -> None:
    fit = fitted(2, 0.0)
    where = fit.where
    pure = purified(fit.tables, where, fit.weight)
    assert pure.pairs
    for name, cells in pure.cells.items():
        assert name not in pure.singles or pure.singles[name][cells.missing] == 0.0
    for (first, second), grid in pure.pairs.items():
        assert not grid[pure.cells[first].missing].any()
        assert not grid[:, pure.cells[second].missing].any()


def test_no_trees_are_no_tables() -> None:
    assert tables_of([], CELLS).cells == {}
    leaf = tables_of([{"tree_structure": {"leaf_value": 0.25}}], CELLS)
    assert (leaf.cells, leaf.intercept) == ({}, 0.25)
