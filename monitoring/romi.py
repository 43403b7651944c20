"""ROMI: how much more than its cost advertising brought, and how sure that is with so few sales."""

from __future__ import annotations

from dataclasses import dataclass

from features.wilsons_interval import Z95
from monitoring.budget.student_t import t_quantile
from monitoring.intervals import counted_interval

LEAST_FREEDOM = 3
"""Of fewer degrees the quantiles of Student's t are not told (``student_t.py``)."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What some sales brought: the sum of their amounts, how many they were, and the sum of the squares of the amounts."""

    total: float
    sales: int
    squares: float

    @property
    def worth_alike(self) -> float:
        """Return how many sales of one and the same amount would say as much: fewer, the more the amounts differ.

        The sum of as many amounts as a Poisson count says has the relative variance (1 + v) / n, where v is the amounts' own.
        That is estimated from few, and so weighs by how much wider Student's t is than the normal.

        >>> Sold(100.0, 10, 1_000.0).worth_alike, round(Sold(100.0, 10, 4_000.0).worth_alike, 1)
        (10.0, 1.8)
        """
        if self.sales < 2 or not self.total:
            return float(self.sales)
        average, freedom = self.total / self.sales, self.sales - 1
        apart = max(self.squares - self.total * average, 0.0) / freedom / average**2
        wider = t_quantile(0.975, max(freedom, LEAST_FREEDOM)) / Z95
        return self.sales / (1.0 + wider**2 * apart)


def romi(revenue: float | None, cost: float | None) -> float | None:
    """Return (revenue - cost) / cost, both in one currency; None where nothing was paid or either is unknown.

    Where more was credited than paid there is no return to speak of either.

    >>> romi(150_000.0, 100_000.0), romi(None, 100_000.0), romi(150_000.0, 0.0), romi(150_000.0, -100.0)
    (0.5, None, None, None)
    """
    return (revenue - cost) / cost if cost and cost > 0 and revenue is not None else None


def romi_interval(sold: Sold | None, cost: float | None) -> tuple[float, float] | None:
    """Return the 95 % interval of ``romi``: other sales might have come as well, and for other amounts.

    Byar's approximation (``counted_interval``) for as many sales of one amount as say as much. None where nothing was paid,
    nothing sold, or an amount is unknown.

    >>> low, high = romi_interval(Sold(150_000.0, 10, 10 * 15_000.0**2), 100_000.0) or (0.0, 0.0)
    >>> round(low, 2), round(high, 2)  # ten sales of one amount could as well have been 4.8 or 18.4
    (-0.28, 1.76)
    >>> low, high = romi_interval(Sold(150_000.0, 10, 20 * 15_000.0**2), 100_000.0) or (0.0, 0.0)
    >>> round(low, 2), round(high, 2)  # of amounts that differ they say less
    (-0.59, 2.83)
    """
    if sold is None or not sold.sales or cost is None or cost <= 0:
        return None
    alike = sold.worth_alike
    low, high = (sold.total * one / alike for one in counted_interval(alike))
    return low / cost - 1.0, high / cost - 1.0
