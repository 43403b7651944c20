"""What each channel cost and sold, week by week of the leads' creation; open leads count by their chance, never as lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from features.facts.channels import channel_reader
from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.channel_quality import week_of
from monitoring.costs import NO_COSTS, Costs, summed_costs
from monitoring.counted_cells import Cut, CutKey
from monitoring.lead_book import LeadSummary
from monitoring.tally import NOTHING, Contribution, Tally, contribution, tally_of

WEEK = timedelta(days=7)
BY_WEEK = Cut(by=("channel",), period="week")
"""The cut that the weeks are made of."""


@dataclass(frozen=True, slots=True)
class Week:
    """A channel's week, from its Monday: ``cost`` in the company's currency, ``sales`` made so far, ``expected`` of open leads."""

    monday: date
    cost: float
    leads: int
    sales: int
    expected: float
    open: int

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


def weekly_figures(
    summaries: Iterable[LeadSummary],
    spend: Iterable[Spend],
    chances: Mapping[LeadId, float],
    *,
    company: Company,
    moment: datetime,
) -> list[ChannelWeeks]:
    """Return the weeks of every channel that had leads or costs, counted over all leads, where nobody keeps sums.

    Parameters
    ----------
    summaries
        The leads that count: ``lead_book.counted``.
    chances
        Purchase probability of open leads; one without a chance adds nothing.
    """
    leads: dict[CutKey, list[Contribution]] = {}
    for one in summaries:
        key = (one.channel,), week_of(one.created_at.astimezone(company.zone).date())
        chance = (chances[one.lead_id], None) if one.lead_id in chances else None
        leads.setdefault(key, []).append(contribution(one, chance, company, moment))
    channel_of, rows = channel_reader(company.channels), dict[CutKey, list[Spend]]()
    for row in spend:
        rows.setdefault(((channel_of(row.marks),), week_of(row.day)), []).append(row)
    return weeks_of(
        {key: tally_of(those) for key, those in leads.items()},
        {key: summed_costs(those, company) for key, those in rows.items()},
        company=company,
        moment=moment,
    )


def weeks_of(
    tallies: Mapping[CutKey, Tally], costs: Mapping[CutKey, Costs], *, company: Company, moment: datetime
) -> list[ChannelWeeks]:
    """Return the same from sums by channel and week (``BY_WEEK``); the week of ``moment`` is not over and stands nowhere."""
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
    waiting = leads["open"] + leads["never_called"]
    return Week(monday, costs.cost or 0.0, leads["leads"], leads["sales"], leads.expected_sales, waiting)
