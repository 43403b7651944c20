"""The trees find what is there, and their tables are what they say of new leads."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from tests.training.small_sets import numbers
from training.boosting import Boosted, fit_boosted, told_to_lightgbm
from training.cells import Rows, cells_of, shared_cells
from training.columns import Column, LevelColumn, NumberColumn

Floats = npt.NDArray[np.float64]
START = -1.5


def some_rows(
    seed: int, count: int = 4000, *, interaction: float = 0.0, cells: Mapping[str, FieldCells] | None = None
) -> Rows:
    """Return leads whose log-odds are START + area's step + the role's, and an interaction of two fields."""
    rng = np.random.default_rng(seed)
    area = rng.lognormal(4, 0.6, count).astype(np.float32)
    role = rng.integers(0, 3, count).astype(np.int32)
    noise = rng.normal(size=count).astype(np.float32)
    z = START + 1.0 * (area > 60) + np.array([0.8, 0.0, -0.8])[role] + interaction * np.sign(noise) * (role - 1)
    outcome = (rng.random(count) < 1 / (1 + np.exp(-z))).astype(float)
    columns: dict[str, Column] = {
        "area": NumberColumn(area), "role": LevelColumn(role, ("owner", "builder", "student")), "noise": NumberColumn(noise)
    }  # fmt: skip
    cells = cells or shared_cells(columns, np.ones(count))
    return Rows(cells, cells_of(columns, cells), outcome, np.ones(count), np.full(count, START))


def loss(rows: Rows, moved: Floats) -> float:
    z = rows.start + moved
    return float(np.mean(np.logaddexp(0, z) - rows.outcome * z))


def test_it_finds_what_is_there_and_leaves_noise_alone() -> None:
    rows = some_rows(0)
    tables = fit_boosted(rows, some_rows(1, cells=rows.cells), fields_a_tree=1).tables
    role, levels = tables.singles["role"], tables.cells["role"].levels or ()
    assert role[levels.index("owner")] - role[levels.index("student")] == pytest.approx(1.6, abs=0.4)
    area, cells = tables.singles["area"], tables.cells["area"]
    assert area[cells.cell(200.0)] - area[cells.cell(20.0)] == pytest.approx(1.0, abs=0.3)
    assert np.ptp(tables.singles.get("noise", np.zeros(1))) < 0.5


def test_it_predicts_later_leads_better_than_their_start() -> None:
    rows = some_rows(0)
    stop, later = (some_rows(seed, cells=rows.cells) for seed in (1, 2))
    fit = fit_boosted(rows, stop, fields_a_tree=1)
    assert loss(later, fit.tables.at(later.where)) < loss(later, np.zeros(len(later))) - 0.03


def test_two_fields_a_tree_find_an_interaction_that_one_cannot() -> None:
    rows = some_rows(0, interaction=1.2)
    stop, later = (some_rows(seed, interaction=1.2, cells=rows.cells) for seed in (1, 2))
    one, two = (fit_boosted(rows, stop, fields_a_tree=fields).tables for fields in (1, 2))
    assert one.pairs == {}
    assert ("noise", "role") in two.pairs
    assert loss(later, two.at(later.where)) < loss(later, one.at(later.where)) - 0.02


def test_the_analysts_text_is_lightgbms_own_and_predicts_the_same() -> None:
    import lightgbm

    rows = some_rows(0, 1500)
    fit = fit_boosted(rows, None, fields_a_tree=2, rounds=40)
    told = np.column_stack([told_to_lightgbm(one)[rows.where[name]] for name, one in rows.cells.items()])
    own = lightgbm.Booster(model_str=fit.text).predict(told, raw_score=True)
    assert fit.rounds == 40
    assert np.abs(fit.tables.at(rows.where) - np.asarray(own)).max() < 1e-9


def test_without_a_field_that_differs_there_are_no_trees() -> None:
    outcome = np.array([1.0, 0.0] * 50)
    columns: dict[str, Column] = {"same": numbers(*[5.0] * 100)}
    cells = shared_cells(columns, np.ones(100))
    rows = Rows(cells, cells_of(columns, cells), outcome, np.ones(100), np.zeros(100))
    fit = fit_boosted(rows, None, fields_a_tree=1, rounds=5)
    assert (fit, fit.tables.cells) == (Boosted(fit.tables, 0, ""), {})


def test_the_same_rows_give_the_same_tables_again() -> None:
    texts = [
        fit_boosted(some_rows(0, 800), some_rows(1, 800, cells=some_rows(0, 800).cells), fields_a_tree=2, seed=4).text
        for _ in range(2)
    ]
    assert texts[0] == texts[1]
    assert re.search(r"max_depth: 2", texts[0])
