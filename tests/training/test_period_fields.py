"""A field that tells the time is known by its neighbours; one that tells of the lead is not mistaken for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from training.period_fields import period_fields

Ints = npt.NDArray[np.int64]
TWELVE = FieldCells("x", levels=tuple(str(n) for n in range(12)))


def told(cells: Ints) -> bool:
    return bool(period_fields({"x": TWELVE}, {"x": cells}, np.arange(len(cells), dtype=np.float64)))


def test_a_months_name_tells_the_time() -> None:
    assert told(np.repeat(np.arange(12), 100))


def test_a_rate_that_changes_every_quarter_tells_the_time() -> None:
    assert told(np.repeat([3, 1, 4, 2], 300))


def test_a_weekday_does_not_though_neighbours_have_it_alike() -> None:
    assert not told(np.tile(np.repeat(np.arange(7), 5), 40))


@pytest.mark.parametrize("seed", range(5))
def test_what_a_lead_answered_does_not(seed: int) -> None:
    assert not told(np.random.default_rng(seed).integers(0, 12, 1000))


@pytest.mark.parametrize("seed", range(5))
def test_a_handful_of_leads_is_not_called_a_period_by_chance(seed: int) -> None:
    assert not told(np.random.default_rng(seed).integers(0, 4, 20))


def test_a_channel_that_grows_slowly_does_not() -> None:
    rng = np.random.default_rng(0)
    assert not told((rng.random(1000) < np.linspace(0.2, 0.6, 1000)).astype(np.int64))


def test_leads_are_taken_in_order_of_time() -> None:
    cells, created = np.repeat(np.arange(12), 100), np.arange(1200, dtype=np.float64)
    mixed = np.random.default_rng(0).permutation(1200)
    assert period_fields({"x": TWELVE}, {"x": cells[mixed]}, created[mixed]) == {"x"}


def test_a_field_that_never_differs_does_not() -> None:
    assert not told(np.zeros(100, dtype=np.int64))
