"""Student's t in plain Python, for pages that load no numerical library."""

from __future__ import annotations

import math
from statistics import NormalDist

NORMAL = NormalDist()


def t_quantile(share: float, freedom: float) -> float:
    """Return the value below which so large a share of t lies (Abramowitz & Stegun 1964, 26.7.5; from 3 degrees on to 1 %).

    >>> round(t_quantile(0.975, 10), 2), round(t_quantile(0.975, 5), 2)  # tables: 2.228 and 2.571
    (2.23, 2.57)
    """
    z = NORMAL.inv_cdf(share)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160
    return z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def noncentral_t_above(value: float, freedom: float, shift: float) -> float:
    """Return how often a t that is shifted lies above a value (Abramowitz & Stegun 1964, 26.7.10).

    >>> round(noncentral_t_above(2.228, 10, 0.0), 3), round(noncentral_t_above(2.228, 10, 3.0), 2)  # exact: 0.025, 0.77
    (0.026, 0.77)
    """
    at = (value * (1 - 1 / (4 * freedom)) - shift) / math.sqrt(1 + value**2 / (2 * freedom))
    return 1.0 - NORMAL.cdf(at)
