"""What a channel brings equals what counting by hand gives; open leads count by their chance and are never lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.values import SPOKEN_RESULTS, Call, Lead, LeadFact, LeadId, Source, Spend, Stage
from monitoring.channel_quality import ChannelLine, can_tell_non_target, period_of
from monitoring.channel_quality import lines_of as channel_lines
from monitoring.costs import Costs, summed_costs
from monitoring.counted_cells import Cut, CutKey, first_day
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary, counted, once_a_person, summaries_of
from monitoring.tally import LateSales
from tests.monitoring.leads import COMPANY, counted_anew, random_facts, summary
from tests.support.facts import NOON, call, history, lead, source, stage

DAY = timedelta(days=1)
MOMENT = NOON + 100 * DAY
MOSCOW = ZoneInfo("Europe/Moscow")
Leads = list[list[LeadFact]]


def lines_of(
    leads: Sequence[Sequence[LeadFact]],
    spend: Sequence[Spend] = (),
    *,
    company: Company = COMPANY,
    level: Literal["channel", "campaign"] = "channel",
    period: Literal["month", "week", "all"] = "all",
    chance: float = 0.25,
) -> list[ChannelLine]:
    summaries = summaries_of([history(*facts) for facts in leads], company, MOMENT)
    cut = Cut(("channel",) if level == "channel" else ("channel", "campaign"), period=period)
    chances = {one.lead_id: (chance, None) for one in summaries}
    cells = counted_anew(summaries, chances, company=company, moment=MOMENT)
    return channel_lines(cells.tallies(cut), costs_of(spend, company, cut), company=company, moment=MOMENT)


def costs_of(spend: Sequence[Spend], company: Company, cut: Cut) -> dict[CutKey, Costs]:
    read, rows = channel_reader(company.channels), dict[CutKey, list[Spend]]()
    for one in spend:
        names = (read(one.marks), mark_of(one.marks, "campaign"))[: len(cut.by)]
        rows.setdefault((names, first_day(one.day, cut.period)), []).append(one)
    return {key: summed_costs(those, company) for key, those in rows.items()}


class ByHand:
    """The figures of one channel, counted straight from the facts."""

    def __init__(self, leads: Leads) -> None:
        self.leads = self.processed = self.spoken = self.qualified = 0
        self.settled = self.bought = self.open = self.unworked = self.sales = 0
        self.expected = 0.0
        self.amounts: list[float | None] = []
        self.bad_of_spoken = self.named = 0
        self.closed, self.sold, self.left = Counter[str](), Counter[str](), Counter[str]()
        for facts in leads:
            self._count([fact for fact in facts if fact.known_at <= MOMENT])

    def _count(self, facts: list[LeadFact]) -> None:
        (made,) = [fact for fact in facts if isinstance(fact, Lead)]
        calls = [fact for fact in facts if isinstance(fact, Call)]
        stages = [fact for fact in facts if isinstance(fact, Stage)]
        names = {one.stage for one in stages}
        spoken = any(one.result in SPOKEN_RESULTS for one in calls)
        answers: dict[str, object] = {}
        for one in calls:
            answers.update(one.answers)
        bad = "spam" in names or (spoken and answers.get("need") == "no")
        days = {one.at.astimezone(MOSCOW).date() for one in calls}
        worked = spoken or bool(names & {"won", "lost", "spam"}) or (len(calls) >= 3 and len(days) >= 2)
        won = [one for one in stages if one.stage == "won" and one.at <= made.at + 60 * DAY]
        old = made.at + 60 * DAY < MOMENT
        self.leads += 1
        self.processed += bool(calls)
        self.spoken += spoken
        self.named += bad and not spoken
        self.qualified += spoken and answers.get("need") == answers.get("budget") == "yes"
        self.bad_of_spoken += bad and spoken
        self.settled += worked and old
        self.bought += worked and old and bool(won)
        if old and not spoken and not (len(calls) >= 3 and len(days) >= 2):
            sort = "tried" if calls else "never called"
            self.closed[sort] += worked
            self.sold[sort] += bool(won)
            self.left[sort] += not worked
        self.open += worked and not old and not won
        self.unworked += not worked and not old
        self.sales += bool(won)
        self.amounts += [won[0].amount] if won else []
        self.expected += 0.25 if worked and not old and not won else 0.0


def channel_of(facts: Sequence[LeadFact]) -> str:
    (marks,) = [fact.marks for fact in facts if isinstance(fact, Source)]
    return marks["source"].strip().casefold()


def counted_leads(draw: random.Random, count: int) -> Leads:
    """Return random leads that had come by the moment and are no tests."""
    leads = [random_facts(draw, f"L{n}") for n in range(count)]
    return [
        facts
        for facts in leads
        if facts[0].known_at <= MOMENT
        and not any(isinstance(one, Stage) and one.stage == "test" and one.known_at <= MOMENT for one in facts)
    ]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 60))
def test_every_figure_of_a_channel_equals_counting_by_hand(seed: int, count: int) -> None:
    leads = counted_leads(random.Random(seed), count)
    told = {line.key[0]: line for line in lines_of(leads)}
    assert set(told) == {channel_of(facts) for facts in leads}
    every = ByHand(leads)
    silent = [sort for sort in every.left if every.closed[sort] < 0.9 * (every.closed[sort] + every.left[sort])]
    for channel, line in told.items():
        hand = ByHand([facts for facts in leads if channel_of(facts) == channel])
        assert (line.leads, line.processed) == (hand.leads, Rate(hand.processed, hand.leads))
        assert line.spoken == Rate(hand.spoken, hand.processed)
        assert line.qualified == Rate(hand.qualified, hand.spoken)
        assert line.non_target == Rate(hand.bad_of_spoken, hand.spoken)
        assert line.named == (Rate(hand.named, hand.leads) if hand.named else Rate(0, 0))
        sold, closed = (sum(of[sort] for sort in silent) for of in (hand.sold, hand.closed))
        assert (line.bought, line.sold_untold) == (Rate(hand.bought - sold, hand.settled - closed), sold)
        assert (line.open, line.unworked) == (hand.open, hand.unworked)
        assert (line.sales, line.revenue) == (
            hand.sales,
            None if None in hand.amounts else sum(filter(None, hand.amounts)),
        )
        assert line.expected_sales - line.expected_of_unworked == pytest.approx(hand.expected)
        assert 0 <= line.expected_of_unworked <= 0.25 * hand.unworked


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
@pytest.mark.parametrize("period", ["week", "month"])
def test_campaigns_and_periods_add_up_to_their_channel(seed: int, period: Literal["week", "month"]) -> None:
    leads = counted_leads(random.Random(seed), 40)
    whole = {line.key[0]: line for line in lines_of(leads)}
    parts = lines_of(leads, level="campaign", period=period)
    for channel, line in whole.items():
        own = [part for part in parts if part.key[0] == channel]
        assert sum(part.leads for part in own) == line.leads
        assert sum(part.spoken.count for part in own) == line.spoken.count
        assert sum(part.non_target.count for part in own) == line.non_target.count
        assert sum(part.named.count for part in own) == line.named.count
        assert sum(part.bought.of for part in own) == line.bought.of
        assert sum(part.expected_sales for part in own) == pytest.approx(line.expected_sales)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_in_which_leads_are_read_changes_nothing(seed: int) -> None:
    leads = counted_leads(random.Random(seed), 30)
    assert lines_of(leads) == lines_of(leads[::-1])


@pytest.mark.parametrize(("lost", "left", "told"), [(0, 88, (Rate(2, 10), 12)), (80, 8, (Rate(14, 102), 0))])
def test_sales_without_a_call_are_told_beside_the_rate_unless_nearly_all_such_leads_were_closed(
    lost: int, left: int, told: tuple[Rate, int]
) -> None:
    called: Leads = [
        [lead(f"c{n}"), source(f"c{n}"), call(f"c{n}"), stage(f"c{n}", "won" if n < 2 else "lost")] for n in range(10)
    ]
    endings = ["won"] * 12 + ["lost"] * lost + ["meeting"] * left
    alone: Leads = [[lead(f"a{n}"), source(f"a{n}"), stage(f"a{n}", ending)] for n, ending in enumerate(endings)]
    (line,) = lines_of([*called, *alone])
    assert (line.bought, line.sold_untold) == told
    assert line.sales == 14


def test_an_open_lead_counts_by_its_chance_and_never_as_lost() -> None:
    young: list[LeadFact] = [lead("7", MOMENT - DAY), call("7", MOMENT - DAY)]
    (line,) = lines_of([young], chance=0.4)
    assert (line.open, line.bought, line.expected_sales) == (1, Rate(0, 0), 0.4)


def test_a_lead_that_nobody_reached_is_neither_lost_nor_settled() -> None:
    old = MOMENT - 90 * DAY
    (line,) = lines_of([[lead("7", old), call("7", old, result="no_answer")], [lead("8", old), call("8", old)]])
    assert (line.leads, line.bought, line.unworked, line.expected_sales) == (2, Rate(0, 1), 0, 0.0)


def test_a_lead_that_bought_within_its_window_is_a_sale_and_neither_open_nor_a_chance() -> None:
    at = MOMENT - 5 * DAY
    (line,) = lines_of([[lead("7", at), call("7", at), stage("7", "won", at + DAY, amount=300.0)]])
    assert (line.open, line.sales, line.revenue, line.expected_sales) == (0, 1, 300.0, 0.0)


def test_a_sale_belongs_to_the_month_in_which_its_lead_was_created() -> None:
    at = datetime(2026, 3, 31, 22, tzinfo=NOON.tzinfo)  # the first of April in Moscow
    sold: list[LeadFact] = [lead("7", at), stage("7", "won", at + 40 * DAY, amount=10.0)]
    assert [(line.period, line.sales) for line in lines_of([sold], period="month")] == [(date(2026, 4, 1), 1)]


def test_weeks_begin_on_monday() -> None:
    assert period_of(NOON, COMPANY, "week") == date(2026, 3, 2)
    assert period_of(NOON - timedelta(hours=13), COMPANY, "week") == date(2026, 2, 23)
    assert period_of(NOON, COMPANY, "all") is None


def spent(cost: float, day: int = 2, currency: str = "RUB", **marks: str) -> Spend:
    at = datetime(2026, 3, day, 20, 59, 59, tzinfo=NOON.tzinfo)
    return Spend(date(2026, 3, day), at, at, cost, currency, marks or {"source": "vk"})


def test_costs_are_per_lead_qualified_lead_and_sale_of_the_same_channel() -> None:
    leads: list[list[LeadFact]] = []
    for n in range(10):
        name = f"L{n}"
        facts: list[LeadFact] = [
            lead(name),
            source(name, source="vk"),
            call(name, need="yes", budget="yes" if n < 4 else "no"),
        ]
        leads.append([*facts, stage(name, "won", amount=400.0)] if n < 2 else facts)
    (line,) = lines_of(leads, [spent(600.0), spent(400.0, 3), spent(70.0, currency="USD")])
    assert (line.cost, line.other_costs, line.romi) == (1000.0, {"USD": 70.0}, -0.2)
    costs = [one and one.value for one in (line.cost_per_lead, line.cost_per_qualified, line.cost_per_sale)]
    assert costs == [100.0, 250.0, 500.0]
    low, high = line.romi_interval or (0.0, 0.0)
    assert low < -0.2 < high


def test_a_sale_without_an_amount_leaves_the_return_on_spend_unsaid() -> None:
    sold: list[LeadFact] = [lead("7"), source("7", source="vk"), stage("7", "won")]
    (line,) = lines_of([sold], [spent(50.0)])
    assert (line.sales, line.revenue, line.romi, line.romi_interval) == (1, None, None, None)


def test_a_channel_that_cost_and_brought_nobody_is_shown_first_and_one_without_costs_says_so() -> None:
    paid, free = lines_of([[lead("7"), source("7", source="free")]], [spent(50.0, source="dead")])
    assert (paid.key, paid.leads, paid.cost_per_lead and paid.cost_per_lead.value) == (("dead", None), 0, None)
    assert (free.key, free.cost, free.cost_per_lead, free.romi) == (("free", None), None, None, None)


def test_costs_in_another_currency_alone_are_named_and_not_taken_for_none_or_zero() -> None:
    (line,) = lines_of([[lead("7"), source("7", source="vk")]], [spent(70.0, currency="USD")])
    assert (line.cost, line.cost_per_lead, line.romi, line.other_costs) == (None, None, None, {"USD": 70.0})


def test_costs_go_to_the_campaign_and_the_month_in_which_they_were_paid() -> None:
    spend = [spent(10.0, 5, source="vk", campaign=" Лето "), spent(20.0, 31, source="vk", campaign="лето")]
    told = lines_of([], spend, level="campaign", period="month")
    assert [(line.key, line.period, line.cost) for line in told] == [(("vk", "лето"), date(2026, 3, 1), 30.0)]


def test_a_company_without_rules_or_stages_is_told_nothing_about_quality() -> None:
    plain = Company.model_validate({"company": "x", "calls_recorded": False})
    (line,) = lines_of([[lead("7"), call("7")]], company=plain)
    assert (line.processed.of, line.qualified.of, line.non_target.of) == (0, 0, 0)
    assert not can_tell_non_target(plain, MOMENT)
    assert can_tell_non_target(Company.model_validate({"company": "x", "stages": {"non_target": ["spam"]}}), MOMENT)


def test_where_no_calls_are_recorded_the_non_target_share_is_of_all_leads() -> None:
    silent = Company.model_validate({"company": "x", "calls_recorded": False, "stages": {"non_target": ["spam"]}})
    named: list[LeadFact] = [lead("0"), source("0", source="vk"), stage("0", "spam")]
    others: Leads = [[lead(f"{n}"), source(f"{n}", source="vk")] for n in range(1, 10)]
    (line,) = lines_of([named, *others], company=silent)
    assert (line.non_target, line.named, line.qualified) == (Rate(1, 10), Rate(0, 0), Rate(0, 0))


def person(lead_id: str, *keys: str) -> LeadSummary:
    return summary(lead_id, persons=keys)


@pytest.mark.parametrize(
    ("leads", "kept"),
    [
        ([person("1", "a"), person("2", "a"), person("3", "b")], ["1", "3"]),
        ([person("1", "phone", "mail"), person("2", "mail")], ["1"]),
        ([person("1", "mail"), person("2", "phone", "mail"), person("3", "phone")], ["1"]),
        ([person("1"), person("2")], ["1", "2"]),
    ],
    ids=["the same phone", "by e-mail", "through a third request", "nobody is named"],
)
def test_a_persons_requests_count_once_where_the_company_says_so(leads: list[LeadSummary], kept: list[str]) -> None:
    assert [one.lead_id for one in once_a_person(leads)] == kept
    assert [len(counted(leads, COMPANY)), len(counted(leads, COMPANY.model_copy(update={"count_a_person_once": True})))] == [
        len(leads), len(kept),
    ]  # fmt: skip


def test_what_a_persons_later_request_sold_belongs_to_the_first() -> None:
    later = replace(person("2", "a"), won_at=MOMENT, amount=500.0)
    (one,) = once_a_person([person("1", "a"), later])
    assert (one.lead_id, one.won_at, one.amount) == ("1", MOMENT, 500.0)


def test_a_person_who_bought_again_is_one_sale_and_brought_the_money_of_both() -> None:
    first, again = (replace(person(name, "a"), won_at=MOMENT, amount=500.0) for name in ("1", "2"))
    late = replace(person("3", "a"), late_at=MOMENT, late_amount=70.0)
    (one,) = once_a_person([first, again, late, replace(late, lead_id=LeadId("4"))])
    assert (one.lead_id, one.won_at, one.amount, one.late_at, one.late_amount) == ("1", MOMENT, 1000.0, MOMENT, 140.0)
    (unknown,) = once_a_person([first, replace(again, amount=None)])
    assert unknown.amount is None


def test_a_sale_after_the_window_is_named_and_counts_nowhere_else() -> None:
    late: list[LeadFact] = [lead("7"), call("7"), stage("7", "won", NOON + 70 * DAY, amount=300.0)]
    untold: list[LeadFact] = [lead("8"), call("8"), stage("8", "won", NOON + 70 * DAY)]
    sold: list[LeadFact] = [lead("9"), call("9"), stage("9", "won", amount=10.0)]
    (line,) = lines_of([late, sold])
    assert (line.sales, line.bought, line.revenue, line.late) == (1, Rate(1, 2), 10.0, LateSales(1, 300.0))
    (line,) = lines_of([late, untold])
    assert (line.sales, line.revenue, line.late) == (0, 0.0, LateSales(2, None))
    (line,) = lines_of([sold])
    assert line.late is None


def test_more_credits_than_costs_are_no_price_and_no_return() -> None:
    sold: list[LeadFact] = [
        lead("7"),
        source("7", source="vk"),
        call("7", need="yes", budget="yes"),
        stage("7", amount=9.0),
    ]
    (line,) = lines_of([sold], [spent(50.0), spent(-80.0, 3)])
    assert (line.cost, line.romi, line.romi_interval) == (-30.0, None, None)
    for unit in (line.cost_per_lead, line.cost_per_qualified, line.cost_per_sale):
        assert unit is not None
        assert (unit.value, unit.interval) == (None, None)


def test_a_lead_without_a_chance_adds_nothing_to_what_is_expected() -> None:
    cells = counted_anew([summary("7")], {}, company=COMPANY, moment=NOON + DAY)
    (line,) = channel_lines(cells.tallies(Cut(("channel",))), {}, company=COMPANY, moment=NOON + DAY)
    assert (line.open, line.expected_sales) == (1, 0.0)
