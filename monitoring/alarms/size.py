"""How large a change is: the share since minus the share before, with an interval that knows that the day is not certain."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.intervals import Rate
from monitoring.rate_difference import difference_interval


def size_interval(splits: Iterable[tuple[Rate, Rate]]) -> tuple[float, float]:
    """Return the interval that holds the differences of several (before, after), one for each day it may have been.

    >>> low, high = size_interval([(Rate(48, 80), Rate(56, 70)), (Rate(24, 40), Rate(80, 110))])
    >>> round(low, 4), round(high, 4)
    (-0.0362, 0.3339)
    """
    ends = [difference_interval(before, after) for before, after in splits]
    return min(low for low, _ in ends), max(high for _, high in ends)
