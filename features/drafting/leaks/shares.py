"""A share is shown with its counts and an interval, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from features.wilsons_interval import wilsons_interval


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of`` leads, with Wilson's 95 % interval."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """Return the share; nought where there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the lower and the upper end.

        >>> low, high = Share(5, 10).interval
        >>> round(low, 4), round(high, 4)
        (0.2366, 0.7634)
        """
        return wilsons_interval(self.count, self.of)

    def __str__(self) -> str:
        """Return the share as people read it.

        >>> str(Share(3, 4))
        '3 of 4 (75 %, 30 to 95)'
        """
        low, high = self.interval
        return f"{self.count:,} of {self.of:,} ({self.value:.0%}, {100 * low:.0f} to {100 * high:.0f})".replace(
            "%", " %"
        )
