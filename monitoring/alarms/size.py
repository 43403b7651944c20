"""How large a change is: the share since minus the share before, with an interval that knows that the day is not certain."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from monitoring.intervals import Rate


def difference(after: Rate, before: Rate) -> tuple[float, float]:
    """Return the 95 % interval of a difference of two shares from Wilson's intervals of each.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", Statistics in Medicine
    17:873-890, method 10; the example is his table II (a), 56 of 70 against 48 of 80.

    >>> low, high = difference(Rate(56, 70), Rate(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    a, b = after.value, before.value
    if a is None or b is None:
        return -1.0, 1.0
    (low_a, high_a), (low_b, high_b) = after.interval, before.interval
    low = a - b - sqrt((a - low_a) ** 2 + (high_b - b) ** 2)
    high = a - b + sqrt((high_a - a) ** 2 + (b - low_b) ** 2)
    return low, high


def size_interval(splits: Iterable[tuple[Rate, Rate]]) -> tuple[float, float]:
    """Return the interval that holds the differences of several (before, after), one for each day it may have been."""
    ends = [difference(after, before) for before, after in splits]
    return min(low for low, _ in ends), max(high for _, high in ends)
