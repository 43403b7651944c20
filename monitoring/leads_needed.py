"""How many more leads have to be called for what is left of the plan, at the conversion and average check of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitoring.floor_days import FloorSums
from monitoring.intervals import FEWEST, Rate
from monitoring.plan_measures import Measure

WhyNot = Literal["no_plan", "over", "reached", "too_few"]


@dataclass(frozen=True, slots=True)
class Needed:
    """The leads that have to be called; the interval comes of the conversion's, and has no upper end where that may be 0.

    ``left`` of the plan is money, or sales where only those are planned and ``average_check`` is None.
    """

    of: Measure
    left: float
    conversion: Rate
    average_check: float | None
    since: date

    @property
    def leads(self) -> float:
        """Return left / (average check x conversion)."""
        return self._sales_left * self.conversion.of / self.conversion.count

    @property
    def interval(self) -> tuple[float, float]:
        """Return the fewest and the most at the ends of the conversion's 95 % interval."""
        low, high = self.conversion.interval
        return self._sales_left / high, self._sales_left / low

    @property
    def _sales_left(self) -> float:
        return self.left if self.average_check is None else self.left / self.average_check


def leads_needed(
    plans: dict[Measure, float], sums: FloorSums, *, of_late: FloorSums, since: date, is_over: bool
) -> Needed | WhyNot:
    """Return what the rest of a month's plan asks for, or why that cannot be said.

    Parameters
    ----------
    plans, sums
        What is planned for the month, and what it came to so far.
    of_late
        What the days from ``since`` on came to, by which conversion and average check are measured.

    >>> late = FloorSums(sales=10, with_amount=10, money=1_000_000 * 10_000, processed=100)
    >>> told = leads_needed({"sales_sum": 5e5}, FloorSums(), of_late=late, since=date(2026, 1, 1), is_over=False)
    >>> round(told.leads), [round(one) for one in told.interval]  # 5 sales, at 10 % (5.5-17.4 %)
    (50, [29, 91])
    >>> leads_needed({}, FloorSums(), of_late=late, since=date(2026, 1, 1), is_over=False)
    'no_plan'
    """
    measure: Measure | None = "sales_sum" if "sales_sum" in plans else "sales" if "sales" in plans else None
    if measure is None:
        return "no_plan"
    left = plans[measure] - (sums.amount if measure == "sales_sum" else sums.sales)
    if left <= 0:
        return "reached"
    if is_over:
        return "over"
    check = of_late.average_check if measure == "sales_sum" else None
    if not FEWEST <= of_late.sales <= of_late.processed or (measure == "sales_sum" and not check):
        return "too_few"
    return Needed(measure, left, Rate(of_late.sales, of_late.processed), check, since)
