"""What each channel cost and sold, week by week of the leads' creation; who may still buy counts as expected, never as lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from features.facts.company import Company
from monitoring.channel_quality import week_of
from monitoring.costs import NO_COSTS, Costs
from monitoring.counted_cells import Cut, CutKey
from monitoring.tally import NOTHING, Tally

WEEK = timedelta(days=7)
BY_WEEK = Cut(by=("channel",), period="week")
"""The cut that the weeks are made of."""


@dataclass(frozen=True, slots=True)
class Week:
    """A channel's week, from its Monday: ``cost`` in the company's currency, ``sales`` made so far, ``expected`` of ``open`` leads.

    Open are all that may still buy, worked or not. ``late`` sales came after the leads' window and are in no other figure.
    """

    monday: date
    cost: float
    leads: int
    sales: int
    expected: float
    open: int
    late: int = 0

    @property
    def sold(self) -> float:
        """Return the sales of the week's leads, made and still expected."""
        return self.sales + self.expected


@dataclass(frozen=True, slots=True)
class ChannelWeeks:
    """Every week of a channel from the company's first to its last whole one; ``other_currencies`` are only named."""

    channel: str
    weeks: tuple[Week, ...]
    other_currencies: tuple[str, ...] = ()

    def latest(self, count: int) -> tuple[Week, ...]:
        """Return the latest weeks."""
        return self.weeks[-count:]


def weeks_of(
    tallies: Mapping[CutKey, Tally], costs: Mapping[CutKey, Costs], *, company: Company, moment: datetime
) -> list[ChannelWeeks]:
    """Return every channel's weeks from sums by channel and week (``BY_WEEK``).

    The week of ``moment`` is not over and stands nowhere.
    """
    keys = {(str(names[0]), monday) for names, monday in tallies.keys() | costs.keys() if monday is not None}
    this_week = week_of(moment.astimezone(company.zone).date())
    first = min((monday for _, monday in keys if monday < this_week), default=None)
    if first is None:
        return []
    every = [first + WEEK * n for n in range((this_week - first).days // 7)]
    return [
        ChannelWeeks(
            channel,
            tuple(
                _week(monday, tallies.get(((channel,), monday), NOTHING), costs.get(((channel,), monday), NO_COSTS))
                for monday in every
            ),
            tuple(sorted({money for (names, _), of in costs.items() if names == (channel,) for money in of.others})),
        )
        for channel in sorted({channel for channel, _ in keys})
    ]


def _week(monday: date, leads: Tally, costs: Costs) -> Week:
    return Week(
        monday,
        costs.cost or 0.0,
        leads["leads"],
        leads["sales"],
        leads.expected_sales,
        leads.waiting,
        leads["late_sales"],
    )
