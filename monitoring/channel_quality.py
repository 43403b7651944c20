"""What each channel and campaign brings: leads, called, qualified, non-target, sales, and what they cost.

A sale belongs to the period in which its lead was created. Open leads count by their chance, never as lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from features.facts.company import Company
from features.outcome_window import UNTOLD, Untold
from monitoring.costs import NO_COSTS, Costs
from monitoring.counted_cells import Cut, CutKey, first_day
from monitoring.intervals import Rate, UnitCost
from monitoring.lead_book import LeadBook
from monitoring.romi import Sold, romi, romi_interval
from monitoring.spend_book import KnownNames, SpendBook
from monitoring.tally import NOTHING, LateSales, Tally, summed

Period = Literal["month", "week", "all"]
Level = Literal["channel", "campaign"]
Key = tuple[str, str | None]
"""(channel, campaign); the campaign is None where the line is a whole channel's."""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel's or campaign's figures for leads created in one period.

    ``processed`` of all leads, ``spoken`` of processed, ``qualified`` and ``non_target`` of spoken to, ``named`` (called
    non-target without a talk) of all leads, ``bought`` of settled ones; sales without a talk are ``sold_untold`` beside it,
    where of most such leads nobody tells that they did not buy (``Closings``). A rate that this company records nothing for is of
    nothing; where it records no calls, ``non_target`` is of all leads.
    ``open`` and ``unworked`` leads may still buy; ``expected_sales`` is how many will (``Tally.expected_sales``), and
    ``expected_of_unworked`` what of it those bring that nobody has worked so far. ``sold`` is None where a sale's amount is
    unknown; what came ``late`` is in no other figure. ``cost`` is in the company's currency; others are named beside it.
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
    sold_untold: int
    open: int
    unworked: int
    expected_sales: float
    expected_of_unworked: float
    sales: int
    sold: Sold | None
    late: LateSales | None
    cost: float | None
    other_costs: Mapping[str, float]

    @property
    def revenue(self) -> float | None:
        """Return what was sold; None where a sale's amount is unknown."""
        return self.sold.total if self.sold else None

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
        """Return (revenue - cost) / cost so far, or None where nothing was paid or a sale's amount is unknown."""
        return romi(self.revenue, self.cost)

    @property
    def romi_interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of ``romi`` from the number of sales and how unlike they are; None without sales."""
        return romi_interval(self.sold, self.cost)


def kept_lines(
    book: LeadBook, spend: SpendBook, cut: Cut, *, moment: datetime, leads: KnownNames = frozenset()
) -> list[ChannelLine]:
    """Return the figures of every channel or campaign that had leads or costs, from the sums that the books keep.

    ``cut`` is by channel, or by channel and campaign.
    """
    costs = spend.costs(moment, cut, leads) or {}
    return lines_of(book.tallies(moment, cut), costs, company=book.company, moment=moment)


def lines_of(
    tallies: Mapping[CutKey, Tally], costs: Mapping[CutKey, Costs], *, company: Company, moment: datetime
) -> list[ChannelLine]:
    """Return a line of every name that had leads or costs, the most costly first."""
    keys = sorted(tallies.keys() | costs.keys(), key=str)
    tell = summed(list(tallies.values())).untold.closings_tell
    lines = [_line(key, tallies.get(key, NOTHING), costs.get(key, NO_COSTS), company, moment, tell) for key in keys]
    return sorted(lines, key=lambda line: (-(line.cost or 0.0), -line.leads, str(line.key)))


def has_rules(company: Company, moment: datetime) -> bool:
    """Return whether the company grades its leads at all."""
    return bool(company.abc_at(moment).criteria)


def can_tell_non_target(company: Company, moment: datetime) -> bool:
    """Return whether any rule or stage of the company could call a lead non-target."""
    return has_rules(company, moment) or bool(company.stages.get("non_target"))


def period_of(moment: datetime, company: Company, period: Period) -> date | None:
    """Return the first day of the month or week (from Monday) in which a moment lies in the company's zone; None for "all"."""
    return first_day(moment.astimezone(company.zone).date(), period)


def week_of(day: date) -> date:
    """Return the Monday of a day's week.

    >>> week_of(date(2026, 3, 8)).isoformat()
    '2026-03-02'
    """
    return day - timedelta(days=day.weekday())


def _line(
    key: CutKey, tally: Tally, costs: Costs, company: Company, moment: datetime, tell: Collection[Untold]
) -> ChannelLine:
    leads, calls_recorded = tally["leads"], company.calls_recorded
    can_tell, grades = can_tell_non_target(company, moment), has_rules(company, moment) and calls_recorded
    bad = tally["bad_spoken"] + tally["bad_unspoken"]
    untold = [getattr(tally.untold, sort) for sort in UNTOLD if sort not in tell]
    sold, closed = (sum(getattr(one, name) for one in untold) for name in ("sold", "closed"))
    names, when = key
    return ChannelLine(
        key=(str(names[0]), None if len(names) == 1 else str(names[1] or "")),
        period=when,
        leads=leads,
        processed=Rate(tally["processed"], leads if calls_recorded else 0),
        spoken=Rate(tally["spoken"], tally["processed"]),
        qualified=Rate(tally["qualified"], tally["spoken"]) if grades else Rate(0, 0),
        non_target=_non_target(tally, bad, calls_recorded) if can_tell else Rate(0, 0),
        named=Rate(tally["bad_unspoken"], leads)
        if can_tell and calls_recorded and tally["bad_unspoken"]
        else Rate(0, 0),
        bought=Rate(tally["bought"] - sold, tally["bought"] + tally["did_not_buy"] - closed),
        sold_untold=sold,
        open=tally["open"],
        unworked=tally["unworked"],
        expected_sales=tally.expected_sales,
        expected_of_unworked=tally.expected_of_unworked,
        sales=tally["sales"],
        sold=tally.sold,
        late=tally.late,
        cost=costs.cost,
        other_costs=costs.other_costs,
    )


def _non_target(tally: Tally, bad: int, calls_recorded: bool) -> Rate:
    return Rate(tally["bad_spoken"], tally["spoken"]) if calls_recorded else Rate(bad, tally["leads"])
