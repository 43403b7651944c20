"""A channel that goes bad is named with its day; one that does not is hardly ever named, however often one looks."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from features.facts.company import Company
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.quiet import Quiet
from monitoring.alarms.watch import Watch, watch
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY = timedelta(days=1)
MOSCOW_FIRST_DAY = date(2026, 3, 2)


def channel(
    seed: int, before: float, after: float, *, change: int = 60, days: int = 90, a_day: int = 4, name: str = "vk"
) -> list[LeadSummary]:
    """Return a channel's spoken-to leads of ``days`` days whose non-target share changes on one of them."""
    draw = random.Random(seed)
    return [
        summary(f"{name}{n}", NOON + day * DAY, name, is_bad=draw.random() < (after if day >= change else before))
        for day in range(days)
        for n in range(day * a_day, (day + 1) * a_day)
    ]


def is_non_target_of_a_channel(watched: Watched) -> bool:
    return watched.level == "channel" and watched.measure in ("non_target", "named")


def whole_look(leads: list[LeadSummary], day: int, company: Company = COMPANY) -> Watch:
    moment = NOON + day * DAY + timedelta(hours=1)
    return watch(leads, company=company, moment=moment, only=is_non_target_of_a_channel)


def look(leads: list[LeadSummary], day: int, company: Company = COMPANY) -> tuple[list[Alarm], list[Quiet]]:
    found = whole_look(leads, day, company)
    return list(found.alarms), list(found.quiet)


def first_alarm(leads: list[LeadSummary], days: range, a_day: int) -> Alarm | None:
    """Return the first alarm of somebody who looks every day."""
    looks = (look(leads[: (day + 1) * a_day], day)[0] for day in days)
    return next((alarms[0] for alarms in looks if alarms), None)


def test_a_planted_rise_is_found_within_two_weeks_with_its_day_inside_the_interval() -> None:
    planted, found, inside = MOSCOW_FIRST_DAY + 60 * DAY, 0, 0
    for seed in range(20):
        alarm = first_alarm(channel(seed, 0.15, 0.6), range(58, 75), 4)
        if alarm is None or alarm.latest < planted - 14 * DAY:
            continue
        found += 1
        inside += alarm.earliest <= planted <= alarm.latest
        assert alarm.earliest <= alarm.since <= alarm.latest
        assert (alarm.after.value or 0) > (alarm.before.value or 0)
    assert found >= 18
    assert inside >= 0.9 * found


def test_while_nothing_changes_there_are_fewer_alarms_than_the_company_bears_on_whatever_day_one_looks() -> None:
    alarmed = 0
    for seed in range(100):
        share = (0.02, 0.1, 0.3, 0.5, 0.9)[seed % 5]
        leads = channel(seed, share, share, days=70, a_day=3)
        found = whole_look(leads, 69)
        alarmed += len(found.alarms) + len(found.ended)
    assert (
        alarmed <= COMPANY.alarms.false_alarms_a_year * 100 * 46 / 365
    )  # watched for 46 days, after two weeks and 30 leads


def test_a_fall_is_no_alarm() -> None:
    fell_on = MOSCOW_FIRST_DAY + 60 * DAY
    for seed in range(10):
        found = whole_look(channel(seed, 0.6, 0.1), 89)
        assert all(one.raised_on < fell_on for one in [*found.alarms, *(over.alarm for over in found.ended)])


def test_the_evidence_is_counted_on_both_sides_of_the_day() -> None:
    (alarm,), quiet = look(channel(1, 0.1, 0.7), 89)
    assert quiet == []
    assert alarm.before.of + alarm.after.of == 360
    assert abs((alarm.since - MOSCOW_FIRST_DAY).days - 60) <= 4


def test_a_channel_that_rose_is_told_from_its_calm_neighbours() -> None:
    leads = [one for n in range(5) for one in channel(n, 0.2, 0.7 if n == 3 else 0.2, name=f"c{n}")]
    alarms, quiet = look(leads, 89)
    assert [alarm.watched.channel for alarm in alarms] == ["c3"]
    assert [one.watched.channel for one in quiet] == ["c0", "c1", "c2", "c4"]


def test_the_order_of_the_leads_changes_nothing() -> None:
    leads = channel(2, 0.2, 0.6)
    assert look(leads[::-1], 89) == look(leads, 89)


def test_more_channels_watched_ask_for_more_evidence() -> None:
    rose = channel(8, 0.2, 0.45, change=75)
    crowd = [one for n in range(40) for one in channel(n, 0.2, 0.2, days=8, a_day=5, name=f"c{n}")]
    vk = Watched("call", "channel", "non_target", "vk")
    alone, together = (whole_look(leads, 89).budget.threshold(vk) for leads in (rose, [*rose, *crowd]))
    assert together > 20 * alone


def test_a_company_that_bears_fewer_false_alarms_asks_for_more_evidence() -> None:
    rose = channel(1, 0.1, 0.7)
    vk = Watched("call", "channel", "non_target", "vk")
    rarely = COMPANY.model_copy(update={"alarms": COMPANY.alarms.model_copy(update={"false_alarms_a_year": 1.0})})
    often, seldom = (whole_look(rose, 89, company).budget.threshold(vk) for company in (COMPANY, rarely))
    assert seldom == pytest.approx(4 * often)


def test_of_too_little_nothing_can_be_noticed_and_it_is_said() -> None:
    leads = channel(1, 0.0, 1.0, change=5, days=8, a_day=3)
    alarms, quiet = look(leads, 8)
    assert (alarms, [one.noticeable for one in quiet]) == ([], [None])
    assert whole_look(leads, 8).state == "too_little"


def test_leads_that_nobody_spoke_to_are_not_looked_at_and_counted_as_such() -> None:
    leads = [summary(f"x{n}", NOON + DAY, spoken=False) for n in range(7)] + [summary("y", NOON + DAY)]
    _, (quiet,) = look(leads, 2)
    assert (quiet.share, quiet.not_looked_at) == (Rate(0, 1), 7)


def test_leads_named_without_a_talk_are_looked_at_apart_of_all_that_came() -> None:
    named = summary("x", NOON, spoken=False, is_bad=True)
    _, quiet = look([named, summary("y", NOON), summary("z", NOON, spoken=False)], 2)
    names, talks = sorted(quiet, key=lambda one: one.watched)
    assert (talks.watched.measure, talks.share, talks.not_looked_at) == ("non_target", Rate(0, 1), 2)
    assert (names.watched.measure, names.share, names.not_looked_at) == ("named", Rate(1, 3), 0)


def test_where_no_calls_are_recorded_every_lead_is_looked_at() -> None:
    silent = Company.model_validate({"company": "x", "calls_recorded": False, "stages": {"non_target": ["spam"]}})
    leads = [summary("x", NOON, spoken=False, is_bad=True), summary("y", NOON, spoken=False)]
    _, (quiet,) = look(leads, 1, silent)
    assert (quiet.watched.measure, quiet.share, quiet.not_looked_at) == ("non_target", Rate(1, 2), 0)


def test_rubbish_named_at_once_is_no_rise_while_its_neighbours_wait_for_their_call() -> None:
    """A fifth of the leads is closed as spam the hour it comes; the others are called with four days' delay."""
    alarmed = 0
    for seed in range(6):
        draw = random.Random(seed)
        spam = [draw.random() < 0.2 for _ in range(70 * 6)]
        looks = (look(seen_on(day, spam), day)[0] for day in range(20, 70, 3))
        alarmed += any(looks)
    assert alarmed <= 1


def seen_on(day: int, spam: list[bool], *, reached: bool = True) -> list[LeadSummary]:
    """Return six leads a day as known on ``day``."""
    return [
        summary(f"x{n}", NOON + n // 6 * DAY, spoken=not is_spam and reached and n // 6 <= day - 4, is_bad=is_spam)
        for n, is_spam in enumerate(spam[: (day + 1) * 6])
    ]


@pytest.mark.parametrize("reached", [True, False], ids=["others are reached", "nobody is reached"])
def test_a_flood_of_rubbish_that_is_closed_without_a_talk_is_found(reached: bool) -> None:
    found = 0
    for seed in range(10):
        draw = random.Random(seed)
        spam = [draw.random() < (0.6 if n >= 60 * 6 else 0.1) for n in range(80 * 6)]
        (alarm,), _ = look(seen_on(79, spam, reached=reached), 79)
        assert alarm.watched.measure == "named"
        found += alarm.earliest <= MOSCOW_FIRST_DAY + 60 * DAY <= alarm.latest
    assert found >= 8


def test_days_on_which_nobody_was_spoken_to_do_not_move_the_day_of_the_rise() -> None:
    leads = [one for one in channel(1, 0.1, 0.7) if not NOON + 50 * DAY <= one.created_at < NOON + 60 * DAY]
    silent = [summary(f"s{n}", NOON + (50 + n) * DAY, spoken=False) for n in range(10)]
    (alarm,), _ = look([*leads, *silent], 89)
    assert abs((alarm.since - MOSCOW_FIRST_DAY).days - 60) <= 4


def test_where_nothing_calls_a_lead_non_target_it_was_not_looked_at() -> None:
    plain = Company.model_validate({"company": "x"})
    assert look(channel(1, 0.1, 0.9), 89, plain) == ([], [])
    assert whole_look(channel(1, 0.1, 0.9), 89, plain).state == "nothing_says_so"


def test_what_lies_further_back_than_the_window_is_not_looked_at() -> None:
    assert look(channel(1, 0.1, 0.9), 90 + 121) == ([], [])


@pytest.mark.parametrize("seed", range(1, 7))
def test_the_share_that_would_have_been_noticed_would_have_been_noticed(seed: int) -> None:
    _, (quiet,) = look(channel(seed, 0.15, 0.15), 89)
    assert quiet.noticeable is not None
    assert whole_look(channel(seed, 0.15, 0.15), 89).state == "watched"
    worse = channel(seed, 0.15, 0.15)
    recent = [n for n, one in enumerate(worse) if one.created_at > NOON + 75.5 * DAY]
    assert len(recent) == quiet.latest.of
    wanted = round(quiet.noticeable * len(recent))
    for place, n in enumerate(recent):
        worse[n] = summary(
            worse[n].lead_id,
            worse[n].created_at,
            is_bad=(place + 1) * wanted // len(recent) > place * wanted // len(recent),
        )
    assert len(look(worse, 89)[0]) == 1
