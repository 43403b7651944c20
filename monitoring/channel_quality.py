"""What each channel and campaign brings: leads, called, qualified, non-target, sales, and what they cost.

A sale belongs to the period in which its lead was created. Open leads count by their chance, never as lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.intervals import Rate, UnitCost
from monitoring.lead_book import LeadSummary
from monitoring.non_target_days import main_days, non_target_days, rate_of

Period = Literal["month", "week", "all"]
Level = Literal["channel", "campaign"]
Key = tuple[str, str | None]
"""(channel, campaign); the campaign is None where the line is a whole channel's."""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel's or campaign's figures for leads created in one period.

    ``processed`` of all leads, ``spoken`` of processed, ``qualified`` and ``non_target`` of spoken to, ``named`` (called
    non-target without a talk) of all leads, ``bought`` of settled ones. A rate that this company records nothing for is of
    nothing; where it records no calls, ``non_target`` is of all leads.
    ``expected_sales`` is the sum of the open leads' probabilities. ``revenue`` is None where a sale's amount is unknown.
    ``cost`` is in the company's currency; other currencies are only named.
    """

    key: Key
    period: date | None
    leads: int
    processed: Rate
    spoken: Rate
    qualified: Rate
    non_target: Rate
    named: Rate
    bought: Rate
    open: int
    never_called: int
    expected_sales: float
    sales: int
    revenue: float | None
    cost: float | None
    other_currencies: tuple[str, ...]

    @property
    def cost_per_lead(self) -> UnitCost | None:
        """Return what a lead cost."""
        return None if self.cost is None else UnitCost(self.cost, self.leads)

    @property
    def cost_per_qualified(self) -> UnitCost | None:
        """Return what a qualified lead cost."""
        return None if self.cost is None else UnitCost(self.cost, self.qualified.count)

    @property
    def cost_per_sale(self) -> UnitCost | None:
        """Return what a sale cost so far."""
        return None if self.cost is None else UnitCost(self.cost, self.sales)

    @property
    def romi(self) -> float | None:
        """Return (revenue - cost) / cost so far, or None where nothing was spent or a sale's amount is unknown."""
        return (self.revenue - self.cost) / self.cost if self.cost and self.revenue is not None else None

    @property
    def romi_interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of ``romi`` from the number of sales, at their average amount; None without sales."""
        interval = self.cost_per_sale.interval if self.cost_per_sale and self.cost else None
        if interval is None or self.revenue is None:
            return None
        average = self.revenue / self.sales
        return average / interval[1] - 1, average / interval[0] - 1


def channel_lines(
    summaries: Iterable[LeadSummary],
    spend: Iterable[Spend],
    chances: Mapping[LeadId, float],
    *,
    company: Company,
    moment: datetime,
    level: Level = "channel",
    period: Period = "all",
) -> list[ChannelLine]:
    """Return the figures of every channel or campaign that had leads or costs, the most costly first.

    Parameters
    ----------
    summaries
        The leads that count: ``lead_book.counted``.
    chances
        Purchase probability of open leads; an open lead without one adds nothing to ``expected_sales``.
    """
    groups: dict[tuple[Key, date | None], list[LeadSummary]] = {}
    for one in summaries:
        key = (one.channel, None if level == "channel" else one.campaign or "")
        groups.setdefault((key, period_of(one.created_at, company, period)), []).append(one)
    costs = _costs(spend, company, level, period)
    keys = sorted(groups.keys() | costs.keys(), key=str)
    lines = [_line(key, when, groups.get((key, when), []), costs.get((key, when)), chances, company, moment)
             for key, when in keys]  # fmt: skip
    return sorted(lines, key=lambda line: (-(line.cost or 0.0), -line.leads, str(line.key)))


def has_rules(company: Company, moment: datetime) -> bool:
    """Return whether the company grades its leads at all."""
    return bool(company.abc_at(moment).criteria)


def can_tell_non_target(company: Company, moment: datetime) -> bool:
    """Return whether any rule or stage of the company could call a lead non-target."""
    return has_rules(company, moment) or bool(company.stages.get("non_target"))


def period_of(moment: datetime, company: Company, period: Period) -> date | None:
    """Return the first day of the month or week (from Monday) in which a moment lies; None for "all"."""
    day = moment.astimezone(company.zone).date()
    if period == "month":
        return day.replace(day=1)
    return week_of(day) if period == "week" else None


def week_of(day: date) -> date:
    """Return the Monday of a day's week.

    >>> week_of(date(2026, 3, 8)).isoformat()
    '2026-03-02'
    """
    return day - timedelta(days=day.weekday())


@dataclass(slots=True)
class _Cost:
    own: float | None = None
    others: tuple[str, ...] = ()


def _costs(
    spend: Iterable[Spend], company: Company, level: Level, period: Period
) -> dict[tuple[Key, date | None], _Cost]:
    channel_of = channel_reader(company.channels)
    costs: dict[tuple[Key, date | None], _Cost] = {}
    for one in spend:
        campaign = None if level == "channel" else mark_of(one.marks, "campaign") or ""
        key = (channel_of(one.marks), campaign)
        cost = costs.setdefault((key, period_of(one.at, company, period)), _Cost())
        if one.currency == company.currency:
            cost.own = (cost.own or 0.0) + one.cost
        elif one.currency not in cost.others:
            cost.others = (*cost.others, one.currency)
    return costs


def _line(
    key: Key,
    when: date | None,
    leads: Sequence[LeadSummary],
    cost: _Cost | None,
    chances: Mapping[LeadId, float],
    company: Company,
    moment: datetime,
) -> ChannelLine:
    outcomes = [one.outcome(moment, company) for one in leads]
    processed = [one for one in leads if one.calls]
    recorded = leads if company.calls_recorded else []
    spoken = [one for one in leads if one.spoken]
    graded = spoken if has_rules(company, moment) and company.calls_recorded else []
    looked_at = non_target_days(leads, company) if can_tell_non_target(company, moment) else {}
    settled = outcomes.count("bought") + outcomes.count("did_not_buy")
    waiting = [one for one, kind in zip(leads, outcomes, strict=True) if kind in ("open", "never_called")]
    won = [one for one in leads if one.won_at]
    return ChannelLine(
        key=key,
        period=when,
        leads=len(leads),
        processed=Rate(len(processed), len(recorded)),
        spoken=Rate(len(spoken), len(processed)),
        qualified=Rate(sum(one.is_qualified for one in graded), len(graded)),
        non_target=rate_of(main_days(looked_at)),
        named=rate_of(looked_at.get("name", [])),
        bought=Rate(outcomes.count("bought"), settled),
        open=outcomes.count("open"),
        never_called=outcomes.count("never_called"),
        expected_sales=sum(chances.get(one.lead_id, 0.0) for one in waiting if not one.won_at),
        sales=len(won),
        revenue=None if any(one.amount is None for one in won) else sum(one.amount or 0.0 for one in won),
        cost=cost.own if cost else None,
        other_currencies=cost.others if cost else (),
    )
