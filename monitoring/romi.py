"""ROMI: how much more than its cost advertising brought, and how sure that is with so few sales."""

from __future__ import annotations

from monitoring.intervals import UnitCost


def romi(revenue: float | None, cost: float | None) -> float | None:
    """Return (revenue - cost) / cost, both in one currency; None where nothing was spent or either is unknown.

    >>> romi(150_000.0, 100_000.0), romi(None, 100_000.0), romi(150_000.0, 0.0)
    (0.5, None, None)
    """
    return (revenue - cost) / cost if cost and revenue is not None else None


def romi_interval(revenue: float | None, sale: UnitCost | None) -> tuple[float, float] | None:
    """Return the 95 % interval of ``romi`` from the number of sales as Poisson, at their average amount.

    ``sale`` is what was spent, over the sales; None where nothing was spent, nothing sold, or an amount is unknown.

    >>> low, high = romi_interval(150_000.0, UnitCost(100_000.0, 10)) or (0.0, 0.0)
    >>> round(low, 2), round(high, 2)  # ten sales could as well have been 4.8 or 18.4
    (-0.28, 1.76)
    """
    interval = sale.interval if sale and sale.cost else None
    if sale is None or interval is None or revenue is None:
        return None
    average = revenue / sale.count
    return average / interval[1] - 1, average / interval[0] - 1
