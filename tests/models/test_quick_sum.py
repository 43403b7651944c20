"""The quick sum is the plain sum of the tables to 1e-9, with the same doubt and the same reasons, however often it is asked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.rows.feature import Value
from models import quick_sum
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.quick_sum import QuickSum, is_worth_reading
from models.score import Reason
from tests.models.small_models import ROWS, models, windows_model

AVERAGE = 0.12


def plain_sum(model: PurchaseModel, row: dict[str, Value]) -> float:
    """Return one entry of every table, found anew."""
    cell = {one.feature: one.cell(row.get(one.feature)) for one in model.cells}
    count = {one.feature: one.count for one in model.cells}
    entries = []
    for part in model.parts:
        place = 0
        for name in part.features:
            place = place * count[name] + cell[name]
        entries.append(part.values[place])
    return math.fsum(entries)


def told(quick: QuickSum, row: dict[str, Value], *, called: bool) -> list[Reason]:
    _, _, speak_for, against = quick.summed(quick.cells(row), called=called)
    assert all(reason.contribution > 0 for *_, reason in speak_for)
    assert all(reason.contribution < 0 for *_, reason in against)
    return [reason for *_, reason in sorted([*speak_for, *against])]


@given(models(), st.lists(ROWS, min_size=1, max_size=5))
def test_it_is_the_plain_sum_of_the_tables(model: PurchaseModel, rows: list[dict[str, Value]]) -> None:
    quick = QuickSum(model, AVERAGE)
    for row in [*rows, *rows]:
        moved = sum(quick.summed(quick.cells(row), called=True)[0])
        assert moved == pytest.approx(plain_sum(model, row), abs=1e-9)
        assert moved == quick.moved(quick.cells(row))
        assert moved == pytest.approx(model.moved(row), abs=1e-9)


@given(models(), ROWS, st.sampled_from([1, 5, 30, 20_000]))
def test_it_does_not_matter_how_the_fields_are_packed(model: PurchaseModel, row: dict[str, Value], ways: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_sum, "MOST_WAYS", ways)
        packed = QuickSum(model, AVERAGE)
    plain = QuickSum(model, AVERAGE)
    assert packed.moved(packed.cells(row)) == pytest.approx(plain.moved(plain.cells(row)), abs=1e-9)
    assert told(packed, row, called=True) == told(plain, row, called=True)


@given(models(), ROWS)
def test_its_reasons_are_those_of_the_model_that_are_worth_reading(model: PurchaseModel, row: dict[str, Value]) -> None:
    worth = [one for one in model.reasons(row) if is_worth_reading(one, AVERAGE)]
    expected = sorted(worth, key=lambda one: -abs(one.contribution))
    assert told(QuickSum(model, AVERAGE), row, called=True) == expected


def test_its_doubt_is_that_of_every_cell() -> None:
    quick = QuickSum(windows_model(), AVERAGE)
    assert quick.summed(quick.cells({"area": 70.0, "who": "pirate"}), called=False)[1] == pytest.approx(0.03 + 0.5)


def test_before_the_first_call_what_only_a_call_can_tell_is_no_reason() -> None:
    cells = [FieldCells("calls_made", cuts=(0.5,)), FieldCells("area", cuts=(10.0,))]
    tables = [Part((one.feature,), (1.0, 1.0, 1.0), (90,) * 3, (70,) * 3) for one in cells]
    quick = QuickSum(PurchaseModel(cells, tables), AVERAGE)
    row: dict[str, Value] = {"calls_made": 0.0, "area": 5.0}
    assert [one.feature for one in told(quick, row, called=False)] == ["area"]
    assert [one.feature for one in told(quick, row, called=True)] == ["calls_made", "area"]


def test_a_model_without_tables_adds_nothing() -> None:
    quick = QuickSum(PurchaseModel([], []), AVERAGE)
    assert quick.summed(quick.cells({"area": 5.0}), called=True) == ([], 0.0, [], [])
