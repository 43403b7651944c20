"""Cells are cut where the rows lie; rare levels stand together, and a batch cuts as a single lead is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.purchase_model import FieldCells
from tests.training.small_sets import levels, numbers
from training.cells import MOST_LEVELS, MOST_RANGES, Rows, cells_of, kept_levels, shared_cells
from training.columns import Column


def test_levels_that_few_leads_have_stand_together() -> None:
    columns: dict[str, Column] = {"role": levels(*["owner"] * 50, *["tenant"] * 30, *["pirate"] * 9, *[None] * 11)}
    assert kept_levels(columns, np.ones(100)) == {"role": ("owner", "tenant")}
    cells = cells_of(columns, {"role": FieldCells("role", levels=("owner", "tenant"))})["role"]
    assert [int(cells[place]) for place in (0, 50, 80, 90)] == [0, 1, 2, 3]


def test_a_level_counts_by_its_leads_and_not_by_its_rows() -> None:
    columns: dict[str, Column] = {"role": levels(*["owner"] * 30, *["tenant"] * 30)}
    assert kept_levels(columns, np.repeat([0.2, 1.0], 30)) == {"role": ("tenant",)}


def test_of_very_many_levels_the_most_frequent_have_cells_of_their_own() -> None:
    codes = [f"code {n}" for n in range(MOST_LEVELS + 200)]
    often = {"code": levels(*codes[:MOST_LEVELS] * 12, *codes * 11)}
    assert set(kept_levels(often, np.ones(len(often["code"].codes)))["code"]) == set(codes[:MOST_LEVELS])


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
        "same": numbers(*[5.0] * 100), "empty": numbers(*[None] * 100), "one": levels(*["a"] * 100),
        "rare": levels(*[f"code {n}" for n in range(100)]), "given": numbers(*[5.0] * 50, *[None] * 50),
    }  # fmt: skip
    assert list(shared_cells(columns, np.ones(100))) == ["given"]


def test_a_number_of_few_values_has_a_cell_for_each_and_one_of_many_has_as_many_leads_in_each() -> None:
    rng = np.random.default_rng(0)
    columns: dict[str, Column] = {
        "rooms": numbers(*rng.integers(1, 6, 6400)),
        "area": numbers(*rng.lognormal(4, 1, 6400)),
    }
    cells = shared_cells(columns, np.ones(6400))
    assert cells["rooms"].cuts == (1.5, 2.5, 3.5, 4.5)
    counts = np.bincount(cells_of(columns, cells)["area"])
    assert len(counts) == MOST_RANGES
    assert (counts.min(), counts.max()) == (100, 100)


def test_a_value_lies_in_its_cell_however_exactly_it_is_written() -> None:
    values = [0.1, 0.7, 0.3, 1.1, 2.3]  # a column holds them with fewer digits than the service sees
    columns: dict[str, Column] = {"lift": numbers(*values)}
    cells = shared_cells(columns, np.ones(5))
    assert cells_of(columns, cells)["lift"].tolist() == [cells["lift"].cell(value) for value in values]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, width=32)), min_size=2, max_size=300))
def test_every_row_lies_in_a_cell_that_holds_its_value(values: list[float | None]) -> None:
    columns: dict[str, Column] = {"area": numbers(*values)}
    for name, cells in shared_cells(columns, np.ones(len(values))).items():
        assert cells_of(columns, {name: cells})[name].tolist() == [cells.cell(value) for value in values]


def test_some_of_the_rows_are_what_they_were() -> None:
    cells = {"area": FieldCells("area", cuts=(10.0,))}
    rows = Rows(cells, {"area": np.array([0, 1, 2])}, np.array([0.0, 1.0, 0.0]), np.ones(3), np.zeros(3))
    some = rows.of(np.array([2, 1]))
    assert (some.where["area"].tolist(), some.outcome.tolist(), len(some)) == ([2, 1], [0.0, 1.0], 2)
    assert some.starting_from(np.full(2, -1.0)).weighing(np.full(2, 0.5)).weight.tolist() == [0.5, 0.5]
