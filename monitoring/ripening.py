"""How the leads of a week or month ripen into sales by their age, and where they will end.

The share that bought by an age counts at each day of age the leads that were old enough to show it, so the latest leads
are not taken for bad ones. Ages are whole days of the company's calendar; today, which is not over, shows nothing yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from features.wilsons_interval import Z95
from monitoring.counted_cells import Cut, Name, first_day
from monitoring.intervals import FEWEST, Rate, UnitCost
from monitoring.lead_book import LeadBook
from monitoring.tally import Tally, summed

CohortOf = Literal["week", "month"]
SHOWN_OF = 0.5
"""A cohort's curve goes on while so large a share of its leads is old enough."""
FEWEST_SALES = 20
"""With fewer sales nobody can say how long buyers take."""
FEWEST_RIPE = 0.2
"""Of a less ripe cohort its sales so far say too little of where it ends."""
LARGE = 400.0
"""From this mean on a Poisson count is as good as normal."""
SaleDay = tuple[date, int]
"""The day of the request, and the days from it to the sale."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads created in one week or month.

    ``curve`` holds the share that bought by each day of age from 0 on, as far as enough leads are that old. ``more`` is the
    sum of the open leads' chances and ``more_interval`` what chance alone makes of it (95 %). ``ripe`` is the share of the
    buyers who, as fast as buyers were so far, have bought by now; None where too few sales tell.
    """

    begins: date
    leads: int
    sales: int
    waiting: int
    curve: tuple[float, ...]
    more: float
    more_interval: tuple[int, int]
    ripe: float | None

    @property
    def bought(self) -> Rate:
        """Return the share that has bought so far."""
        return Rate(self.sales, self.leads)

    @property
    def end(self) -> float:
        """Return the share that will have bought, if open leads buy as their chances say."""
        return (self.sales + self.more) / self.leads

    @property
    def end_interval(self) -> tuple[float, float]:
        """Return between which shares that lies if the chances are right."""
        return tuple((self.sales + more) / self.leads for more in self.more_interval)  # type: ignore[return-value]

    @property
    def end_by_pace(self) -> float | None:
        """Return the share that will have bought if these buyers are as fast as buyers were so far."""
        if self.ripe is None or self.ripe < FEWEST_RIPE or self.leads < FEWEST:
            return None
        return min(self.sales / self.ripe / self.leads, 1.0)

    @property
    def end_by_pace_interval(self) -> tuple[float, float] | None:
        """Return its 95 % interval, from the number of sales as Poisson; None without sales."""
        sales = UnitCost(1.0, self.sales).interval
        if self.end_by_pace is None or self.ripe is None or sales is None:
            return None
        low, high = (1 / one / self.ripe / self.leads for one in reversed(sales))
        return min(low, 1.0), min(high, 1.0)


def ripening(book: LeadBook, cut: Cut, *, moment: datetime, cohort_of: CohortOf) -> list[Cohort]:
    """Return the cohorts of the leads that ``cut`` keeps to, the oldest first; empty where sales have no dates."""
    if book.company.horizon_days is None:
        return []
    today = moment.astimezone(book.company.zone).date()
    daily = replace(cut, by=("sold_after",), period="day")
    cells = {(day, names[0]): tally for (names, day), tally in book.tallies(moment, daily).items() if day}
    return cohorts(cells, today=today, horizon_days=book.company.horizon_days, cohort_of=cohort_of)


def cohorts(
    cells: Mapping[tuple[date, Name], Tally], *, today: date, horizon_days: int, cohort_of: CohortOf
) -> list[Cohort]:
    """Return the cohorts of leads counted by (day, days to the sale or None)."""
    leads: dict[date, int] = {}
    sold: dict[SaleDay, int] = {}
    for (day, age), tally in cells.items():
        leads[day] = leads.get(day, 0) + tally["leads"]
        if isinstance(age, int) and (today - day).days > age:
            sold[day, max(age, 0)] = sold.get((day, max(age, 0)), 0) + tally["sales"]
    pace = pace_of_sales(sold, today, horizon_days)
    groups: dict[date, list[date]] = {}
    for day in sorted(leads):
        groups.setdefault(first_day(day, cohort_of) or day, []).append(day)
    by_cohort: dict[date, list[Tally]] = {}
    for (day, _), tally in cells.items():
        by_cohort.setdefault(first_day(day, cohort_of) or day, []).append(tally)
    return [
        _cohort(begins, {day: leads[day] for day in days}, sold, summed(by_cohort[begins]), pace, today, horizon_days)
        for begins, days in groups.items()
    ]


def pace_of_sales(sold: Mapping[SaleDay, int], today: date, horizon_days: int) -> list[float] | None:
    """Return the share of buyers who have bought by each day of age; None with fewer than ``FEWEST_SALES``.

    Each sale stands against the sales of leads that were old enough to show one so late: the reverse-time product limit for
    right-truncated times (Lagakos, Barraj & De Gruttola 1988, Biometrika 75:515-523).
    """
    if sum(sold.values()) < FEWEST_SALES:
        return None
    at, could = [0] * (horizon_days + 1), [0] * (horizon_days + 2)
    for (day, age), count in sold.items():
        at[min(age, horizon_days)] += count
        could[min((today - day).days - 1, horizon_days)] += count
    shares = [1.0] * (horizon_days + 1)
    by_then, too_young = sum(at), sum(could)
    for age in range(horizon_days, 0, -1):
        too_young -= could[age]  # now: sales of leads that were too young to show one at this age
        among = by_then - too_young
        shares[age - 1] = shares[age] * (1 - at[age] / among if among > 0 else 1.0)
        by_then -= at[age]
    return shares


def poisson_interval(mean: float) -> tuple[int, int]:
    """Return between which counts 95 % of Poisson counts of this mean lie, 2.5 % at most on either side.

    >>> poisson_interval(0.0), poisson_interval(10.0)
    ((0, 0), (4, 17))
    """
    if mean <= 0:
        return 0, 0
    if mean > LARGE:
        half = Z95 * math.sqrt(mean)
        return math.floor(mean - half), math.ceil(mean + half)
    count, below, low = 0, 0.0, None
    share = math.exp(-mean)
    while True:
        below += share
        if low is None and below > 0.025:
            low = count
        if below >= 0.975:
            return low or 0, count
        count += 1
        share *= mean / count


def _cohort(
    begins: date,
    leads: Mapping[date, int],
    sold: Mapping[SaleDay, int],
    tally: Tally,
    pace: Sequence[float] | None,
    today: date,
    horizon_days: int,
) -> Cohort:
    ages = {day: (today - day).days for day in leads}
    ripe = None
    if pace is not None:
        seen = (count * (pace[min(ages[day] - 1, horizon_days)] if ages[day] else 0.0) for day, count in leads.items())
        ripe = sum(seen) / sum(leads.values())
    return Cohort(
        begins,
        tally["leads"],
        tally["sales"],
        tally["open"] + tally["never_called"],
        tuple(_curve(leads, sold, ages, horizon_days)),
        tally.expected_sales,
        poisson_interval(tally.expected_sales),
        ripe,
    )


def _curve(
    leads: Mapping[date, int], sold: Mapping[SaleDay, int], ages: Mapping[date, int], horizon_days: int
) -> Iterable[float]:
    share, whole = 0.0, sum(leads.values())
    for age in range(horizon_days + 1):
        old = [day for day in leads if ages[day] > age]
        of = sum(leads[day] for day in old)
        if not of or of < SHOWN_OF * whole:
            return
        share += sum(sold.get((day, age), 0) for day in old) / of
        yield share
