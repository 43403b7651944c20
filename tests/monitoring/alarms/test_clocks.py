"""What each clock is told of a lead, on which day, and what it does not know yet."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.alarms.alarm import Watched
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.call_clock import told_by_calls
from monitoring.alarms.entries import Entry, day_of
from monitoring.alarms.purchase_clock import TOLD_LATE, told_by_purchases
from monitoring.alarms.watch import Watch, watch
from monitoring.alarms.weak_leads import scored_cells, weak_leads
from monitoring.lead_book import LeadSummary
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY = timedelta(days=1)
FORM = COMPANY.model_copy(
    update={
        "fields": COMPANY.fields
        | Company.model_validate({"company": "x", "fields": {"role": {"kind": "choice"}}}).fields
    }
)
TODAY = day_of(NOON, COMPANY.zone)


def whole_channels(watched: Watched) -> bool:
    return watched.level == "channel"


def told(
    leads: list[LeadSummary], day: int, company: Company, scores: dict[LeadId, ArrivalScore] | None = None
) -> Watch:
    return watch(leads, company=company, moment=NOON + day * DAY, scores=scores, only=whole_channels)


def test_a_lead_stands_on_the_day_on_which_its_talk_became_known() -> None:
    lead = replace(
        summary("x", is_bad=True), arrived_at=NOON, processed_known_at=NOON + DAY, talk_known_at=NOON + 3 * DAY,
        reached_at_once=False, first_grade="C",
    )  # fmt: skip
    assert sorted(told_by_calls(lead, COMPANY)) == sorted(
        [
            Entry("named", TODAY, 0),
            Entry("not_reached", TODAY + 1, 1),
            Entry("non_target", TODAY + 3, 1),
            Entry("unqualified", TODAY + 3, 1),
        ]
    )


def test_of_a_lead_that_nobody_spoke_to_nothing_is_said_but_what_it_was_named() -> None:
    assert list(told_by_calls(summary("x", spoken=False, is_bad=True), COMPANY))[:1] == [Entry("named", TODAY, 1)]


def test_a_lead_whose_need_is_not_known_is_neither_qualified_nor_not() -> None:
    lead = replace(summary("x"), first_grade="ungraded")
    assert "unqualified" not in [entry.measure for entry in told_by_calls(lead, COMPANY)]


def test_a_purchase_is_told_once_the_window_is_over_and_late_news_have_come() -> None:
    (entry,) = told_by_purchases(replace(summary("x"), won_at=NOON + 50 * DAY), COMPANY)
    assert entry == Entry("bought", TODAY + 60 + TOLD_LATE, 0)
    assert list(told_by_purchases(summary("x", spoken=False), COMPANY)) == []
    ended = Company.model_validate({"company": "x", "horizon_days": "none"})
    assert list(told_by_purchases(summary("x"), ended)) == []


def bought(
    seed: int, wait: int, rate: float = 0.3, since: int = 10**6, then: float = 0.3, days: int = 220
) -> list[LeadSummary]:
    """Return two channels' leads of which so many buy, from day 60 on only ``wait`` days after they came."""
    draw = random.Random(seed)
    found = []
    for day in range(days):
        for n in range(12):
            at, channel = NOON + day * DAY, ("vk", "avito")[n % 2]
            buys = draw.random() < (then if day >= since and channel == "vk" else rate)
            won_at = at + (wait if day >= 60 else 5) * DAY
            seen = buys and won_at <= NOON + days * DAY
            found.append(replace(summary(f"{day}-{n}", at, channel), won_at=won_at if seen else None))
    return found


def of_purchases(found: Watch) -> list[str]:
    every = [*found.alarms, *(over.alarm for over in found.ended)]
    return [one.watched.channel for one in every if one.watched.measure == "bought"]


def test_sales_that_come_later_than_they_used_to_are_no_fall() -> None:
    for seed in range(4):
        soon, late = (of_purchases(told(bought(seed, wait=wait), 220, COMPANY)) for wait in (5, 55))
        assert late == soon
    assert late == []


def test_a_channel_that_stops_buying_is_told_when_its_leads_are_settled() -> None:
    found = told(bought(1, wait=5, since=100, then=0.05), 220, COMPANY)
    (alarm,) = [one for one in found.alarms if one.watched.measure == "bought"]
    assert alarm.watched.channel == "vk"
    assert (alarm.after.value or 0) < (alarm.before.value or 0)
    assert alarm.size < 0
    assert alarm.size_interval[0] <= alarm.size <= alarm.size_interval[1]
    assert (alarm.raised_on - alarm.since) < 30 * DAY


def test_who_promised_little_is_not_blamed_for_selling_little() -> None:
    """From day 100 a channel brings leads of a tenth of the chance, and they were scored so when they came."""
    leads = bought(2, wait=5, since=100, then=0.03)
    promised = {
        one.lead_id: ArrivalScore(0.03 if one.channel == "vk" and one.created_at >= NOON + 100 * DAY else 0.3, "1")
        for one in leads
    }
    found = told(leads, 220, COMPANY, promised)
    assert of_purchases(found) == []
    weak = [over.alarm for over in found.ended if over.alarm.watched.measure == "chance"]
    assert [(one.watched.channel, one.since) for one in weak] == [("vk", (NOON + 100 * DAY).date())]


def scored(leads: list[LeadSummary], before: ArrivalScore, since: ArrivalScore) -> dict[LeadId, ArrivalScore]:
    """Return scores that are another scorer's from day 70 on."""
    return {one.lead_id: since if one.created_at >= NOON + 70 * DAY else before for one in leads}


@pytest.mark.parametrize(
    ("before", "since"),
    [
        (ArrivalScore(0.1, None), ArrivalScore(0.3, "1")),
        (ArrivalScore(0.1, "1"), ArrivalScore(0.3, "2")),
        (ArrivalScore(0.1, None), ArrivalScore(0.3, None)),
    ],
    ids=["the rules, then a first model", "a model, then another", "the rules, then other ones"],
)
def test_another_scorer_that_promises_more_makes_nobody_buy_less_than_promised(
    before: ArrivalScore, since: ArrivalScore
) -> None:
    for seed in range(3):
        leads = bought(seed, wait=5)
        found = told(leads, 220, COMPANY, scored(leads, before, since))
        assert of_purchases(found) == of_purchases(told(leads, 220, COMPANY))


def test_a_channel_that_stops_buying_is_told_whatever_scored_its_leads_before() -> None:
    leads = bought(1, wait=5, since=100, then=0.05)
    scores = scored(leads, ArrivalScore(0.1, None), ArrivalScore(0.3, "1"))
    assert set(of_purchases(told(leads, 220, COMPANY, scores))) == {"vk"}


def test_the_clocks_say_of_how_many_leads_they_do_not_know_yet() -> None:
    leads = [summary("x", NOON), summary("y", NOON, spoken=False), summary("z", NOON + DAY)]
    found = told(leads, 2, COMPANY, {LeadId("x"): ArrivalScore(0.2, None), LeadId("z"): ArrivalScore(0.3, None)})
    assert [(one.clock, one.known, one.unknown) for one in found.clocks] == [
        ("arrival", 3, 1),
        ("call", 2, 1),
        ("purchase", 1, 2),
    ]
    assert found.clocks[2].expected == 0.5


def form_of(seed: int, since: int, days: int = 100) -> list[LeadSummary]:
    """Return leads nobody called yet, of two channels of which one's answers change on a day."""
    draw = random.Random(seed)
    found = []
    for day in range(days):
        for n in range(16):
            channel = ("vk", "avito")[n % 2]
            odd = draw.random() < (0.6 if channel == "vk" and day >= since else 0.15)
            role = "student" if odd else draw.choice(["owner", "tenant", "builder"])
            lead = summary(f"{day}-{n}", NOON + day * DAY, channel, spoken=False)
            found.append(replace(lead, answers=(role,), calls=0, called_at=None, processed_known_at=None))
    return found


def test_a_change_of_the_form_s_answers_is_told_before_anybody_has_called() -> None:
    found = told(form_of(1, since=80), 89, FORM)
    (alarm,) = found.alarms
    assert (alarm.watched, alarm.answer) == (Watched("arrival", "channel", "answer:role", "vk"), "student")
    assert alarm.earliest <= (NOON + 80 * DAY).date() <= alarm.latest
    assert told(form_of(1, since=10**6), 89, FORM).alarms == ()


def test_a_lead_is_weak_if_its_chance_lies_below_those_of_the_weeks_before() -> None:
    days = np.repeat(np.arange(40), 10)
    cells, versions = scored_cells([ArrivalScore(0.1 + 0.01 * (place % 10), "1") for place in range(400)])
    weak = weak_leads(days, cells, versions)
    assert days[weak >= 0].min() == 10
    assert weak[days == 30].sum() == 5


def test_a_new_model_that_scores_all_leads_lower_makes_no_channel_weak() -> None:
    draw = random.Random(2)
    leads = form_of(3, since=10**6)
    scores = {
        one.lead_id: ArrivalScore(
            draw.uniform(0.05, 0.3) * (0.3 if one.created_at >= NOON + 70 * DAY else 1.0),
            "2" if one.created_at >= NOON + 70 * DAY else "1",
        )
        for one in leads
    }
    found = told(leads, 99, FORM, scores)
    assert [one for one in found.alarms if one.watched.measure == "chance"] == []
