"""By how much a share moved, never without its interval."""

from __future__ import annotations

import math

from monitoring.intervals import Rate


def difference_interval(before: Rate, after: Rate) -> tuple[float, float]:
    """Return the 95 % interval of ``after`` less ``before``, from Wilson's intervals of both; (-1, 1) where one is of nothing.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", Statistics in Medicine
    17:873-890, method 10; table II's 56/70 against 48/80 is 0.0524 to 0.3339.

    >>> low, high = difference_interval(Rate(48, 80), Rate(56, 70))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    p0, p1 = before.value, after.value
    if p0 is None or p1 is None:
        return -1.0, 1.0
    (low0, high0), (low1, high1) = before.interval, after.interval
    size = p1 - p0
    return size - math.hypot(p1 - low1, high0 - p0), size + math.hypot(high1 - p1, p0 - low0)
