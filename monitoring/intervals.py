"""A rate never goes without its count and interval; where nothing was counted it says so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from features.wilsons_interval import Z95, wilsons_interval

FEWEST = 5
"""Of fewer than this a rate is shown as "not enough data"."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` of ``of``, with Wilson's 95 % interval."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the rate, or None where there is nothing to count of."""
        return self.count / self.of if self.of else None

    @property
    def is_enough(self) -> bool:
        """Return whether the rate says anything."""
        return self.of >= FEWEST

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval; (0, 1) where nothing was counted.

        >>> low, high = Rate(15, 148).interval  # Newcombe 1998, Statistics in Medicine 17:857-872, table I: 0.0624-0.1605
        >>> round(low, 4), round(high, 4)
        (0.0624, 0.1605)
        """
        return wilsons_interval(self.count, self.of)


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Money per thing counted, with an interval from the count as Poisson.

    None where nothing was counted, and where more was credited than paid, which is no price.
    """

    cost: float
    count: int

    @property
    def value(self) -> float | None:
        """Return the cost of one, or None where there is none."""
        return self.cost / self.count if self.count and self.cost >= 0 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval from the count (``counted_interval``); None where there is no cost of one.

        >>> low, high = UnitCost(1000.0, 10).interval
        >>> round(low), round(high)
        (54, 209)
        """
        if self.value is None:
            return None
        fewest, most = counted_interval(self.count)
        return self.cost / most, self.cost / fewest


def counted_interval(count: float) -> tuple[float, float]:
    """Return the 95 % interval of an expected count above 0, also of what is counted in parts.

    Byar's approximation of the Poisson interval (Breslow & Day 1987, "Statistical methods in cancer research", volume II,
    IARC, p. 69).

    >>> [round(end, 1) for end in counted_interval(10)]
    [4.8, 18.4]
    """
    low = count * (1 - 1 / (9 * count) - Z95 / (3 * math.sqrt(count))) ** 3
    more = count + 1
    return max(low, 1e-9), more * (1 - 1 / (9 * more) + Z95 / (3 * math.sqrt(more))) ** 3
