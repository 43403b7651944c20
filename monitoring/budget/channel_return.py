"""What a channel's money brought: sales made and expected per cost, on average and, as far as can be told, at the margin."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from features.wilsons_interval import Z95
from monitoring.budget.elasticity import Elasticity, elasticities
from monitoring.budget.weekly_figures import ChannelWeeks
from monitoring.intervals import counted_interval

RECENT_WEEKS = 13
"""A quarter: long enough to count sales, short enough to be the channel of today."""
FEWEST_SOLD = 3.0
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ChannelReturn:
    """A channel over its latest ``weeks``; money is in the company's currency.

    ``sold`` is ``sales`` made plus those ``expected`` of ``open`` leads (``Tally.expected_sales``); ``late`` sales came after
    their window and do not count. ``a_sale`` is what one of those sold cost, ``next_sale`` what one more would have cost by
    the association over all its weeks, with 95 % intervals; an upper end of infinity says that more money may have brought
    nothing. None is "not enough to tell".
    """

    channel: str
    weeks: int
    cost: float
    leads: int
    sales: int
    expected: float
    open: int
    late: int
    other_currencies: tuple[str, ...]
    elasticity: Elasticity | None

    @property
    def sold(self) -> float:
        """Return the sales, made and expected."""
        return self.sales + self.expected

    @property
    def a_sale(self) -> tuple[float, Interval] | None:
        """Return what a sale cost on average, with its interval from the count as Poisson (Byar; Breslow & Day 1987, p. 69)."""
        if self.cost <= 0 or self.sold < FEWEST_SOLD:
            return None
        low, high = counted_interval(self.sold)
        return self.cost / self.sold, (self.cost / high, self.cost / low)

    @property
    def next_sale(self) -> tuple[float, Interval] | None:
        """Return what one more sale would have cost: the average over the elasticity, both uncertain (delta method on logs)."""
        average, told = self.a_sale, self.elasticity
        if average is None or told is None or told.value <= 0:
            return None
        value = average[0] / told.value
        of_average = (math.log(average[1][1]) - math.log(average[1][0])) / (2 * Z95)
        spread = math.hypot(of_average, (told.high - told.low) / (2 * Z95) / told.value)
        low = value * math.exp(-Z95 * spread)
        return value, (low, math.inf if told.low <= 0 else value * math.exp(Z95 * spread))


def recent_weeks(horizon_days: int | None) -> int:
    """Return over how many weeks a channel is looked at: a quarter, or the whole window in which leads buy where that is longer.

    >>> recent_weeks(60), recent_weeks(120), recent_weeks(None)
    (13, 18, 13)
    """
    return max(RECENT_WEEKS, math.ceil((horizon_days or 0) / 7))


def channel_returns(channels: Iterable[ChannelWeeks], *, recent: int = RECENT_WEEKS) -> list[ChannelReturn]:
    """Return what every channel brought over its latest weeks, the most costly first."""
    every = list(channels)
    told = elasticities(every)
    returns = [_return(one, recent, told.get(one.channel)) for one in every]
    return sorted(returns, key=lambda one: (-one.cost, -one.sold, one.channel))


def _return(one: ChannelWeeks, recent: int, told: Elasticity | None) -> ChannelReturn:
    weeks = one.latest(recent)
    return ChannelReturn(
        channel=one.channel,
        weeks=len(weeks),
        cost=sum(week.cost for week in weeks),
        leads=sum(week.leads for week in weeks),
        sales=sum(week.sales for week in weeks),
        expected=sum(week.expected for week in weeks),
        open=sum(week.open for week in weeks),
        late=sum(week.late for week in weeks),
        other_currencies=one.other_currencies,
        elasticity=told,
    )
