"""The purchase model is a sum of tables: known sums, known cells, exact reasons, and nothing corrupt gets in."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
from hypothesis import given

from features.errors import ArtefactUnreadable
from features.rows.feature import FeatureRow, Value
from models.purchase_model import RARE, FieldCells, PurchaseModel
from tests.models.small_models import ROWS, models, windows_model

# Worked out by hand from the tables in tests/models/small_models.py: area has 4 cells (<=10, <=50, more, missing), who has 4
# (owner, tenant, rare, missing), so the pair's entry is 0.01 * (4 * cell of area + cell of who).
KNOWN_SUMS: list[tuple[dict[str, Value], float]] = [
    ({"area": 70.0, "who": "owner", "channel": "vk"}, 0.6 + 0.8 + 0.08 + 0.2),
    ({"area": 10.0, "who": "tenant", "channel": "vk"}, -0.4 - 0.7 + 0.01 + 0.2),
    ({"area": None, "who": None, "channel": None}, 0.0 + 0.05 + 0.15 + 0.0),
    ({}, 0.0 + 0.05 + 0.15 + 0.0),
    ({"area": 50.0, "who": "student", "channel": "radio"}, 0.1 - 0.1 + 0.06 - 0.3),
]


@pytest.mark.parametrize(("row", "total"), KNOWN_SUMS)
def test_the_sum_is_one_entry_of_every_table(row: FeatureRow, total: float) -> None:
    assert windows_model().moved(row) == pytest.approx(total, abs=1e-12)


def test_a_level_never_seen_stands_with_the_rare_ones() -> None:
    who = FieldCells("who", levels=("owner", "tenant"))
    assert who.cell("student") == who.cell("pirate") == 2
    assert who.words(2) == RARE


def test_numbers_outside_the_range_seen_stand_in_the_outermost_cell() -> None:
    model = windows_model()
    assert model.moved({"area": 1e12}) == model.moved({"area": math.inf}) == model.moved({"area": 50.1})
    assert model.moved({"area": -1e12}) == model.moved({"area": -math.inf}) == model.moved({"area": 9.9})


def test_a_cut_belongs_to_the_cell_below_it() -> None:
    area = FieldCells("area", cuts=(10.0, 50.0))
    assert [area.cell(value) for value in (10.0, math.nextafter(10.0, 11.0), 50.0, 50.5)] == [0, 1, 1, 2]
    assert [area.words(cell) for cell in range(4)] == [(None, 10.0), (10.0, 50.0), (50.0, None), None]


def test_what_is_missing_is_no_number_and_a_value_of_another_kind_are_all_missing() -> None:
    area, who = FieldCells("area", cuts=(10.0,)), FieldCells("who", levels=("owner",))
    assert area.cell(None) == area.cell(math.nan) == area.cell("owner") == area.missing == 2
    assert who.cell(None) == who.cell(5.0) == who.missing == 2


@given(models(), ROWS)
def test_reasons_add_up_to_what_was_moved(model: PurchaseModel, row: dict[str, Value]) -> None:
    assert math.fsum(reason.contribution for reason in model.reasons(row)) == pytest.approx(model.moved(row), abs=1e-9)


@given(models(), ROWS)
def test_there_is_one_reason_a_feature(model: PurchaseModel, row: dict[str, Value]) -> None:
    assert [one.feature for one in model.reasons(row)] == [one.feature for one in model.cells]


@given(models(), ROWS)
def test_a_model_written_as_json_and_read_again_answers_the_same_to_the_last_digit(
    model: PurchaseModel, row: dict[str, Value]
) -> None:
    again = PurchaseModel.from_json(orjson.loads(orjson.dumps(model.to_json())))
    assert again.moved(row) == model.moved(row)
    assert again.reasons(row) == model.reasons(row)


def test_a_reason_counts_the_leads_and_the_sales_with_that_value() -> None:
    reasons = {one.feature: one for one in windows_model().reasons({"area": 70.0, "who": "owner", "channel": "vk"})}
    assert (reasons["who"].leads, reasons["who"].sales) == (50, 12)
    assert (reasons["area"].leads, reasons["area"].sales, reasons["area"].cell) == (20, 8, (50.0, None))


def test_what_two_features_say_together_is_shared_by_half() -> None:
    reasons = {one.feature: one for one in windows_model().reasons({"area": 70.0, "who": "owner", "channel": "vk"})}
    assert reasons["area"].contribution == pytest.approx(0.6 + 0.08 / 2)
    assert reasons["who"].contribution == pytest.approx(0.8 + 0.08 / 2)
    assert reasons["channel"].contribution == pytest.approx(0.2)


def test_it_knows_which_fields_it_reads() -> None:
    model = windows_model()
    assert [model.cells_of(name) for name in ("who", "colour")] == [model.cells[1], None]
    assert [model.place_of(name) for name in ("area", "channel", "colour")] == [0, 2, None]
    assert [model.read_with(place) for place in range(3)] == [[1], [0], []]


def test_a_model_without_tables_moves_nothing_and_gives_no_reason() -> None:
    assert PurchaseModel([], []).moved({"area": 5.0}) == 0.0
    assert PurchaseModel([], []).reasons({"area": 5.0}) == []


def _broken(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(orjson.dumps(windows_model().to_json()))
    inner: Any = said
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return said


CORRUPT: dict[str, dict[str, Any]] = {
    "no tables": {"cells": []},
    "tables that are a number": _broken(("parts",), 7),
    "a table over a field that is not there": _broken(("parts", 0, "features"), ["colour"]),
    "a table over three fields": _broken(("parts", 0, "features"), ["area", "who", "channel"]),
    "an entry too few": _broken(("parts", 0, "values"), [0.1]),
    "counts too few": _broken(("parts", 0, "leads"), [1]),
    "an entry that is no number": _broken(("parts", 0, "values", 1), "much"),
    "an entry that is nothing": _broken(("parts", 0, "values", 1), None),
    "an impossible entry": _broken(("parts", 0, "values", 1), 1e9),
    "cuts that fall": _broken(("cells", 0, "cuts"), [50.0, 10.0]),
    "cuts that are words": _broken(("cells", 0, "cuts"), ["ten", "fifty"]),
    "neither cuts nor levels": _broken(("cells", 0, "cuts"), None),
}


@pytest.mark.parametrize("said", CORRUPT.values(), ids=CORRUPT.keys())
def test_a_corrupt_model_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ArtefactUnreadable):
        PurchaseModel.from_json(said)
