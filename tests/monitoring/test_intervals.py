"""Intervals against numbers worked out elsewhere, and the laws that every interval keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intervals import FEWEST, Rate, UnitCost


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(5, 1.62, 11.67), (10, 4.80, 18.39), (20, 12.22, 30.89), (50, 37.11, 65.92), (100, 81.36, 121.63)],
)
def test_byars_interval_of_a_cost_comes_close_to_the_exact_poisson_limits(count: int, low: float, high: float) -> None:
    # Exact 95 % limits of a Poisson count: Pearson & Hartley, Biometrika Tables for Statisticians I, table 40.
    least, most = UnitCost(1.0, count).interval or (0.0, 0.0)
    assert [1 / most, 1 / least] == pytest.approx([low, high], abs=0.03)


def test_of_nothing_there_is_no_rate_and_no_cost() -> None:
    assert (Rate(0, 0).value, Rate(0, 0).interval, Rate(0, 0).is_enough) == (None, (0.0, 1.0), False)
    assert (UnitCost(500.0, 0).value, UnitCost(500.0, 0).interval) == (None, None)


def test_a_rate_says_something_from_five_on() -> None:
    assert [Rate(0, of).is_enough for of in (FEWEST - 1, FEWEST)] == [False, True]


COUNTS = st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counted=COUNTS)
def test_a_rate_lies_in_its_interval_and_the_interval_in_zero_to_one(counted: tuple[int, int]) -> None:
    rate = Rate(*counted)
    low, high = rate.interval
    assert 0.0 <= low <= (rate.value or 0.0) + 1e-12
    assert (rate.value or 0.0) - 1e-12 <= high <= 1.0
    assert low < high


@given(counted=COUNTS)
def test_the_interval_of_what_did_not_happen_is_the_mirror_image(counted: tuple[int, int]) -> None:
    count, of = counted
    low, high = Rate(count, of).interval
    assert list(Rate(of - count, of).interval) == pytest.approx([1 - high, 1 - low])


@given(counted=COUNTS, times=st.integers(2, 50))
def test_more_of_the_same_narrows_the_interval(counted: tuple[int, int], times: int) -> None:
    count, of = counted
    few, many = Rate(count, of).interval, Rate(count * times, of * times).interval
    assert many[1] - many[0] < few[1] - few[0]


@given(cost=st.floats(0.01, 1e9), count=st.integers(1, 100_000))
def test_a_unit_cost_lies_in_its_interval(cost: float, count: int) -> None:
    one = UnitCost(cost, count)
    assert one.interval is not None
    assert one.interval[0] < (one.value or 0.0) < one.interval[1]
