"""What each channel cost and sold, week by week of the leads' creation; open leads count by their chance, never as lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from features.facts.channels import channel_reader
from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.channel_quality import week_of
from monitoring.lead_book import LeadSummary

WEEK = timedelta(days=7)


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


@dataclass(slots=True)
class _Sum:
    cost: float = 0.0
    leads: int = 0
    sales: int = 0
    expected: float = 0.0
    open: int = 0


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
    """Return the weeks of every channel that had leads or costs; the week of ``moment`` is not over and stands nowhere.

    Parameters
    ----------
    summaries
        The leads that count: ``lead_book.counted``.
    chances
        Purchase probability of open leads; one without a chance adds nothing.
    """
    sums: defaultdict[tuple[str, date], _Sum] = defaultdict(_Sum)
    for one in summaries:
        _add_lead(
            sums[one.channel, week_of(one.created_at.astimezone(company.zone).date())], one, chances, company, moment
        )
    others = _add_costs(sums, spend, company)
    this_week = week_of(moment.astimezone(company.zone).date())
    mondays = sorted({monday for _, monday in sums if monday < this_week})
    if not mondays:
        return []
    every = [mondays[0] + WEEK * n for n in range((this_week - mondays[0]).days // 7)]
    channels = sorted({channel for channel, _ in sums})
    return [
        ChannelWeeks(
            channel, tuple(_week(monday, sums.get((channel, monday), _Sum())) for monday in every), others.get(channel, ())
        )
        for channel in channels
    ]  # fmt: skip


def _add_lead(
    total: _Sum, one: LeadSummary, chances: Mapping[LeadId, float], company: Company, moment: datetime
) -> None:
    total.leads += 1
    if one.won_at:
        total.sales += 1
    elif one.outcome(moment, company) in ("open", "never_called"):
        total.open += 1
        total.expected += chances.get(one.lead_id, 0.0)


def _add_costs(
    sums: defaultdict[tuple[str, date], _Sum], spend: Iterable[Spend], company: Company
) -> dict[str, tuple[str, ...]]:
    """Add what was paid; return the other currencies in which it was, by channel."""
    channel_of, others = channel_reader(company.channels), defaultdict[str, set[str]](set)
    for one in spend:
        channel = channel_of(one.marks)
        total = sums[channel, week_of(one.day)]
        if one.currency == company.currency:
            total.cost += one.cost
        else:
            others[channel].add(one.currency)
    return {channel: tuple(sorted(those)) for channel, those in others.items()}


def _week(monday: date, of: _Sum) -> Week:
    return Week(monday, of.cost, of.leads, of.sales, of.expected, of.open)
