"""The middle of some days or counts: half took less, half took more."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from scipy.stats import binom

from monitoring.won.won_report import Middle


def middle_of(values: Sequence[float]) -> Middle | None:
    """Return the median with the interval that order statistics give (David & Nagaraja 2003, "Order
    Statistics", section 7.1).

    It holds whatever the values' law; with fewer than six there is none.

    >>> middle_of([float(n) for n in range(1, 17)])  # P(Bin(16, 1/2) <= 3) = 0.011, <= 4: 0.038
    Middle(value=8.5, low=4.0, high=13.0)
    >>> middle_of([3.0, 1.0]), middle_of([])
    (Middle(value=2.0, low=None, high=None), None)
    """
    if not values:
        return None
    ordered = sorted(values)
    rank = int(binom.ppf(0.025, len(ordered), 0.5))
    ends = (None, None) if rank < 1 else (float(ordered[rank - 1]), float(ordered[-rank]))
    return Middle(float(median(ordered)), *ends)
