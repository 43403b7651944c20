"""The fit finds what is there, knows rare levels together, and its tables are what it says of new leads."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from tests.training.small_sets import levels, numbers
from training.additive_fit import Rows, cells_of, fit_additive, kept_levels
from training.columns import Column, LevelColumn, NumberColumn

Floats = npt.NDArray[np.float64]
START = -1.5


def some_rows(seed: int, count: int = 4000, *, interaction: float = 0.0) -> Rows:
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
    return Rows(columns, outcome, np.ones(count), np.full(count, START))


def loss(rows: Rows, moved: Floats) -> float:
    z = rows.start + moved
    return float(np.mean(np.logaddexp(0, z) - rows.outcome * z))


def test_it_finds_what_is_there_and_leaves_noise_alone() -> None:
    fit = fit_additive(some_rows(0), some_rows(1), fields_a_tree=1)
    role = fit.tables.singles["role"]
    owner, student = (role[fit.levels["role"].index(level)] for level in ("owner", "student"))
    assert owner - student == pytest.approx(1.6, abs=0.4)
    area = fit.tables.singles["area"]
    cells = fit.tables.cells["area"]
    assert area[cells.cell(200.0)] - area[cells.cell(20.0)] == pytest.approx(1.0, abs=0.3)
    assert np.ptp(fit.tables.singles.get("noise", np.zeros(1))) < 0.5


def test_it_predicts_later_leads_better_than_their_start() -> None:
    later = some_rows(2)
    fit = fit_additive(some_rows(0), some_rows(1), fields_a_tree=1)
    assert loss(later, fit.moved(later.columns)) < loss(later, np.zeros(len(later))) - 0.03


def test_two_fields_a_tree_find_an_interaction_that_one_cannot() -> None:
    rows, stop, later = (some_rows(seed, interaction=1.2) for seed in (0, 1, 2))
    one, two = (fit_additive(rows, stop, fields_a_tree=fields) for fields in (1, 2))
    assert one.tables.pairs == {}
    assert ("noise", "role") in two.tables.pairs
    assert loss(later, two.moved(later.columns)) < loss(later, one.moved(later.columns)) - 0.02


def test_the_analysts_text_is_lightgbms_own_and_predicts_the_same() -> None:
    import lightgbm

    rows = some_rows(0, 1500)
    fit = fit_additive(rows, None, fields_a_tree=2, rounds=40)
    area, noise = rows.columns["area"], rows.columns["noise"]
    assert isinstance(area, NumberColumn)
    assert isinstance(noise, NumberColumn)
    role = cells_of(rows.columns, {"role": FieldCells("role", levels=fit.levels["role"])})["role"]
    own = lightgbm.Booster(model_str=fit.text).predict(
        np.column_stack([area.values, role, noise.values]), raw_score=True
    )
    assert fit.rounds == 40
    assert np.abs(fit.moved(rows.columns) - np.asarray(own)).max() < 1e-9


def test_levels_that_few_leads_have_stand_together() -> None:
    column = levels(*["owner"] * 50, *["tenant"] * 30, *["pirate"] * 19, *[None] * 11)
    rows = Rows({"role": column}, np.zeros(110), np.ones(110), np.zeros(110))
    assert kept_levels(rows) == {"role": ("owner", "tenant")}
    cells = cells_of(rows.columns, {"role": FieldCells("role", levels=("owner", "tenant"))})["role"]
    assert [int(cells[place]) for place in (0, 50, 80, 99)] == [0, 1, 2, 3]


def test_a_column_that_is_gone_or_of_another_kind_is_missing_in_every_row() -> None:
    columns: dict[str, Column] = {"area": levels("big", "small"), "role": numbers(1.0, 2.0)}
    area, role, gone = FieldCells("area", cuts=(10.0,)), FieldCells("role", levels=("owner",)), FieldCells("x", cuts=())
    found = cells_of(columns, {"area": area, "role": role, "x": gone})
    assert {name: cells.tolist() for name, cells in found.items()} == {"area": [2, 2], "role": [2, 2], "x": [1, 1]}


@pytest.mark.parametrize("value", [3.0, 10.0, 10.5, 50.0, 1e9, -1e9, None])
def test_a_value_has_the_same_cell_in_a_batch_as_alone(value: float | None) -> None:
    cells = FieldCells("area", cuts=(10.0, 50.0))
    assert cells_of({"area": numbers(value)}, {"area": cells})["area"].tolist() == [cells.cell(value)]


def test_fields_that_never_differ_are_left_aside() -> None:
    columns: dict[str, Column] = {
        "same": numbers(*[5.0] * 100), "empty": numbers(*[None] * 100), "one": levels(*["a"] * 100)
    }  # fmt: skip
    outcome = np.array([1.0, 0.0] * 50)
    fit = fit_additive(Rows(columns, outcome, np.ones(100), np.zeros(100)), None, fields_a_tree=1, rounds=5)
    assert (fit.tables.cells, fit.rounds, fit.text) == ({}, 0, "")
    assert fit.moved(columns).tolist() == [0.0] * 100


def test_the_same_rows_give_the_same_tables_again() -> None:
    texts = [fit_additive(some_rows(0, 800), some_rows(1, 800), fields_a_tree=2, seed=4).text for _ in range(2)]
    assert texts[0] == texts[1]
    assert re.search(r"max_depth: 2", texts[0])
