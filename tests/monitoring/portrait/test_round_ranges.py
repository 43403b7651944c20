"""Ranges that people can say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.portrait.round_ranges import LEAST_SHARE, MOST_RANGES, round_borders, roundest

NUMBERS = st.lists(st.floats(-1e9, 1e9, allow_nan=False).map(lambda one: round(one, 3)), min_size=1, max_size=300)


@given(NUMBERS)
def test_borders_rise_and_leave_numbers_on_every_side(numbers: list[float]) -> None:
    values = np.array(numbers)
    borders = round_borders(values)
    assert list(borders) == sorted(set(borders))
    assert len(borders) < MOST_RANGES
    counts = np.histogram(values, bins=[-np.inf, *borders, np.inf])[0] if borders else np.array([len(values)])
    assert counts.min() >= min(LEAST_SHARE * len(values), 1.0)


@given(NUMBERS, st.randoms())
def test_the_order_of_the_numbers_does_not_matter(numbers: list[float], randomly: object) -> None:
    assert round_borders(np.array(numbers)) == round_borders(np.array(sorted(numbers, reverse=True)))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1))
def test_the_roundest_number_lies_inside(low: float, width: float, place: float) -> None:
    high = low + width
    found = roundest(low, high, low + place * width)
    assert low - 1e-6 * abs(low) <= found <= high + 1e-6 * abs(high)


def test_none_is_a_range_of_its_own() -> None:
    visits = np.array([0.0] * 400 + [float(n) for n in range(1, 101)] * 6)
    assert round_borders(visits)[0] == 1.0
