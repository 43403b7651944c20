"""What every day of the sales floor came to, by manager: sales, their sum, and leads that were called; kept up lead by lead.

A lead stands under the day of its first call and whoever made it, and under the day of its sale and whoever sold. So a page of a
month costs the days and managers of that month, and not how many leads there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitoring.lead_summary import LeadSummary

MONEY = 10_000
"""Money is whole ten-thousandths inside, so that sums are the same in whatever order leads were added and taken away."""
Manager = str | None
"""None: nobody told who it was."""


class FloorSums(NamedTuple):
    """What a day, or several, came to.

    >>> FloorSums(sales=2, with_amount=1, money=900_000, processed=5).average_check
    90.0
    """

    sales: int = 0
    with_amount: int = 0
    """Sales whose amount is known."""
    without_date: int = 0
    """Sales that stand on the day of the file that told them."""
    money: int = 0
    processed: int = 0
    """Leads whose first call it was."""

    @property
    def amount(self) -> float:
        """Return what the sales of known amount came to, in the company's currency."""
        return self.money / MONEY

    @property
    def known_amount(self) -> float | None:
        """Return the amount; None where something was sold and of no sale it is known."""
        return self.amount if self.with_amount or not self.sales else None

    @property
    def average_check(self) -> float | None:
        """Return what a sale of known amount came to; None without any."""
        return self.amount / self.with_amount if self.with_amount else None


NOTHING = FloorSums()
SALES, WITH_AMOUNT, WITHOUT_DATE, MONEY_PLACE, PROCESSED = range(len(NOTHING))
MonthOfFloor = Mapping[tuple[date, Manager], FloorSums]
"""The days of a month on which something was done, and by whom."""


def summed(several: Iterable[FloorSums]) -> FloorSums:
    """Return what several days or managers come to together."""
    told = list(several)
    return FloorSums(*map(sum, zip(*told, strict=True))) if told else NOTHING


class FloorDays:
    """The days of all leads that were put in, by month."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._months: dict[date, dict[tuple[date, Manager], list[int]]] = {}
        self._managers: Counter[str] = Counter()

    def count(self, one: LeadSummary, sign: int = 1) -> None:
        """Add what was done with a lead, or (-1) take it away."""
        if one.called_at:
            self._add(one.called_at, one.first_caller, ((PROCESSED, 1),), sign)
        sale = one.made_sale
        if sale:
            told = ((WITH_AMOUNT, 1), (MONEY_PLACE, round(sale.amount * MONEY))) if sale.amount is not None else ()
            undated = () if sale.has_own_date else ((WITHOUT_DATE, 1),)
            self._add(sale.at, sale.manager, ((SALES, 1), *told, *undated), sign)

    def of(self, month: date) -> MonthOfFloor:
        """Return the days of the month that begins on ``month``, as they are now."""
        return {key: FloorSums(*sums) for key, sums in self._months.get(month, {}).items()}

    @property
    def months(self) -> list[date]:
        """Return the first days of the months in which something was done, the earliest first."""
        return sorted(self._months)

    @property
    def managers(self) -> frozenset[str]:
        """Return everybody who ever called or sold."""
        return frozenset(name for name, deeds in self._managers.items() if deeds)

    def _add(self, at: datetime, manager: Manager, adds: tuple[tuple[int, int], ...], sign: int) -> None:
        day = at.astimezone(self._zone).date()
        first = day.replace(day=1)
        month = self._months.setdefault(first, {})
        sums = month.setdefault((day, manager), [0] * len(NOTHING))
        for place, more in adds:
            sums[place] += sign * more
        if not any(sums):
            del month[day, manager]
        if not month:
            del self._months[first]
        if manager:
            self._managers[manager] += sign
