"""What each channel cost and sold in a week equals a count by hand; open leads count by their chance."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from features.facts.values import LeadId, Spend
from monitoring.budget.weekly_figures import BY_WEEK, ChannelWeeks, weeks_of
from monitoring.channel_quality import week_of
from monitoring.costs import summed_costs
from monitoring.counted_cells import CutKey
from monitoring.lead_book import LeadSummary
from tests.monitoring.leads import COMPANY, counted_anew, summary
from tests.support.facts import NOON


def paid(day: date, cost: float, source: str = "vk", currency: str = "RUB") -> Spend:
    return Spend(day, NOON, NOON, cost, currency, {"source": source})


def weekly_figures(
    leads: list[LeadSummary], spend: list[Spend], chances: dict[LeadId, float], moment: datetime
) -> list[ChannelWeeks]:
    told = {name: (chance, None) for name, chance in chances.items()}
    cells = counted_anew(leads, told, company=COMPANY, moment=moment)
    rows: dict[CutKey, list[Spend]] = {}
    for one in spend:
        rows.setdefault(((one.marks["source"],), week_of(one.day)), []).append(one)
    costs = {key: summed_costs(those, COMPANY) for key, those in rows.items()}
    return weeks_of(cells.tallies(BY_WEEK), costs, company=COMPANY, moment=moment)


def test_a_week_counts_sales_made_and_open_leads_by_chance_and_no_settled_loss() -> None:
    leads = [
        replace(summary("won"), won_at=NOON + timedelta(days=1), amount=1.0, closed=True),
        summary("open", NOON + timedelta(days=1)),
        replace(summary("old", NOON - timedelta(days=70)), closed=True),
    ]
    chances = {LeadId("open"): 0.25, LeadId("old"): 0.9, LeadId("won"): 0.9}
    (channel,) = weekly_figures(
        leads, [paid(date(2026, 3, 2), 100.0), paid(date(2026, 3, 8), 50.0), paid(date(2026, 3, 3), 9.0, currency="USD")],
        chances, NOON + timedelta(days=8),
    )  # fmt: skip
    last = channel.weeks[-1]
    assert (last.monday, last.cost, last.leads, last.sales, last.expected, last.open) == (
        date(2026, 3, 2), 150.0, 2, 1, 0.25, 1,
    )  # fmt: skip
    assert (channel.weeks[0].leads, channel.weeks[0].sold) == (1, 0.0)
    assert channel.other_currencies == ("USD",)
    assert len(channel.weeks) == 11  # also those in which nothing happened


def test_the_week_that_is_not_over_stands_nowhere() -> None:
    assert weekly_figures([summary("7")], [], {}, NOON + timedelta(days=3)) == []


def test_the_weeks_equal_a_count_by_hand_of_random_companies() -> None:
    draw, now = random.Random(3), NOON + timedelta(days=100)
    leads = []
    for n in range(200):
        at = NOON + timedelta(minutes=draw.randrange(95 * 1440))
        won_at = at + timedelta(days=1) if draw.random() < 0.3 else None
        leads.append(replace(summary(f"L{n}", at, draw.choice(["vk", "ads"])), won_at=won_at))
    chances = {one.lead_id: draw.random() for one in leads}
    found = {one.channel: one for one in weekly_figures(leads, [], chances, now)}
    for name, channel in found.items():
        for week in channel.weeks:
            begins = datetime.combine(week.monday, datetime.min.time(), COMPANY.zone)
            mine = [
                one for one in leads if one.channel == name and begins <= one.created_at < begins + timedelta(days=7)
            ]
            settled = [one for one in mine if one.worked and now > one.created_at + timedelta(days=60)]
            still_open = [one for one in mine if not one.won_at and one not in settled]
            assert week.sales == sum(one.won_at is not None for one in mine)
            most = 1e-9 * max(len(still_open), 1)  # sums are kept in milliardths of a sale, so that they never drift
            assert abs(week.expected - sum(chances[one.lead_id] for one in still_open)) < most
    assert sum(week.leads for one in found.values() for week in one.weeks) == 200
