"""How the leads of a week or month ripen into sales by their age, and where they will end.

The share that bought by an age counts at each day of age the leads that were old enough to show it, so the latest leads
are not taken for bad ones. Ages are whole days of the company's calendar; today, which is not over, shows nothing yet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.wilsons_interval import Z95
from monitoring.counted_cells import Cut, first_day
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
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads created in one week or month.

    ``curve`` holds the share that bought by each day of age from 0 on, as far as enough leads are that old. Of the ``waiting``
    ones ``more`` are expected to buy, and ``more_interval`` is what chance alone makes of it (95 %). ``ripe`` is the share of the
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
        """Return the share that will have bought, if those who wait buy as they are expected to."""
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
    daily = replace(cut, by=(), period="day")
    return cohorts(
        {day: tally for (_, day), tally in book.tallies(moment, daily).items() if day},
        book.sale_rows(moment, daily),
        today=moment.astimezone(book.company.zone).date(),
        horizon_days=book.company.horizon_days,
        cohort_of=cohort_of,
    )


def cohorts(
    days: Mapping[date, Tally],
    sales: Mapping[date, Sequence[int]],
    *,
    today: date,
    horizon_days: int,
    cohort_of: CohortOf,
) -> list[Cohort]:
    """Return the cohorts of leads counted by day, and of their sales by the days that each took from its request."""
    in_turn = sorted(days)
    leads = np.array([days[day]["leads"] for day in in_turn], dtype=np.int64)
    ages = np.array([(today - day).days for day in in_turn], dtype=np.int64)
    sold = _sold_by_now([sales.get(day, ()) for day in in_turn], ages, horizon_days)
    pace = pace_of_sales(sold, ages, horizon_days)
    groups: dict[date, list[int]] = {}
    for place, day in enumerate(in_turn):
        groups.setdefault(first_day(day, cohort_of) or day, []).append(place)
    made = []
    for begins, places in groups.items():
        of = slice(places[0], places[-1] + 1)
        tally = summed([days[in_turn[place]] for place in places])
        made.append(_cohort(begins, leads[of], ages[of], sold[of], tally, pace, horizon_days))
    return made


def _sold_by_now(rows: Sequence[Sequence[int]], ages: Ints, horizon_days: int) -> Ints:
    """Return the sales of each day (a row) by their age in days, without those of an age that is not over yet."""
    table = np.zeros((len(rows), max([horizon_days + 1, *map(len, rows)])), dtype=np.int64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    table[ages[:, None] <= np.arange(table.shape[1])] = 0
    return table


def pace_of_sales(sold: Ints, ages: Ints, horizon_days: int) -> list[float] | None:
    """Return the share of buyers who have bought by each day of age; None with fewer than ``FEWEST_SALES``.

    Each sale stands against the sales of leads that were old enough to show one so late: the reverse-time product limit for
    right-truncated times (Lagakos, Barraj & De Gruttola 1988, Biometrika 75:515-523).

    Parameters
    ----------
    sold
        Sales by the day of the request (rows) and the days to the sale (columns, at least ``horizon_days`` + 1).
    ages
        How many days ago each of those days was.
    """
    if sold.sum() < FEWEST_SALES:
        return None
    within = sold[:, : horizon_days + 1].sum(axis=0)
    within[horizon_days] += sold[:, horizon_days + 1 :].sum()
    old = ages > 0  # a day that is not over shows no sale
    last_shown = np.minimum(ages[old] - 1, horizon_days)
    at: list[int] = within.tolist()
    could: list[int] = [0] * (horizon_days + 1)
    for age, count in zip(last_shown.tolist(), sold[old].sum(axis=1).tolist(), strict=True):
        could[age] += count
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
    leads: Ints,
    ages: Ints,
    sold: Ints,
    tally: Tally,
    pace: Sequence[float] | None,
    horizon_days: int,
) -> Cohort:
    ripe = None
    if pace is not None:
        days = zip(leads.tolist(), ages.tolist(), strict=True)
        seen = (count * (pace[min(age - 1, horizon_days)] if age > 0 else 0.0) for count, age in days)
        ripe = sum(seen) / tally["leads"]
    return Cohort(
        begins,
        tally["leads"],
        tally["sales"],
        tally.waiting,
        _curve(leads, ages, sold, horizon_days),
        tally.expected_sales,
        poisson_interval(tally.expected_sales),
        ripe,
    )


def _curve(leads: Ints, ages: Ints, sold: Ints, horizon_days: int) -> tuple[float, ...]:
    """Return the share that bought by each age, while enough leads are that old."""
    old_enough = leads @ (ages[:, None] > np.arange(horizon_days + 1))
    enough = (old_enough > 0) & (old_enough >= SHOWN_OF * leads.sum())
    shown = len(enough) if enough.all() else int(np.argmin(enough))
    return tuple(np.cumsum(sold.sum(axis=0)[:shown] / old_enough[:shown]).tolist())
