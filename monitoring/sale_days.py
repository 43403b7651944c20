"""How many days after its request each sale came: a row of counts for every day of requests, kept up lead by lead.

A row is as long as the longest way to a sale of its day. So a page that asks how cohorts ripen costs what its days are, and
not how many leads bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Generic, TypeVar

Names = TypeVar("Names")
SaleRows = Mapping[date, list[int]]
"""Of each day of requests how many bought on that day, on the next, ...; no row for a day without sales."""


class SaleDays(Generic[Names]):
    """The rows of leads that share their names, of as many names as there are.

    >>> days = SaleDays[str]()
    >>> for age in (2, 0, 2):
    ...     days.count("vk", date(2026, 3, 2), age)
    >>> days.of("vk")
    {datetime.date(2026, 3, 2): [1, 0, 2]}
    >>> for age in (2, 0, 2):
    ...     days.count("vk", date(2026, 3, 2), age, -1)
    >>> days.of("vk"), days.of("avito")
    ({}, {})
    """

    def __init__(self) -> None:
        self._rows: dict[Names, dict[date, list[int]]] = {}

    def count(self, names: Names, day: date, age: int, sign: int = 1) -> None:
        """Add a sale that came ``age`` days after the day of its request, or (-1) take it away.

        One that is told for an earlier day than the request counts as of the same day.
        """
        age = max(age, 0)
        rows = self._rows.setdefault(names, {})
        row = rows.setdefault(day, [])
        row.extend([0] * (age + 1 - len(row)))
        row[age] += sign
        while row and not row[-1]:
            row.pop()
        if not row:
            del rows[day]
        if not rows:
            del self._rows[names]

    def of(self, names: Names) -> SaleRows:
        """Return the rows of the leads that have these names; they belong to whoever keeps them up."""
        return self._rows.get(names, {})
