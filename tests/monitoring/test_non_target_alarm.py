"""A channel that goes bad is named with its day; one that does not is hardly ever named, however often one looks."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest

from features.facts.company import Company
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.non_target_alarm import ALPHA, Alarm, Quiet, watch_state, watched
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


def look(leads: list[LeadSummary], day: int) -> tuple[list[Alarm], list[Quiet]]:
    return watched(leads, company=COMPANY, moment=NOON + day * DAY + timedelta(hours=1))


def first_alarm(leads: list[LeadSummary], days: range, a_day: int) -> Alarm | None:
    """Return the first alarm of somebody who looks every day."""
    looks = (look(leads[: (day + 1) * a_day], day)[0] for day in days)
    return next((alarms[0] for alarms in looks if alarms), None)


def test_a_planted_rise_is_found_within_two_weeks_with_its_day_inside_the_interval() -> None:
    planted, found, inside = MOSCOW_FIRST_DAY + 60 * DAY, 0, 0
    for seed in range(30):
        alarm = first_alarm(channel(seed, 0.15, 0.6), range(30, 75), 4)
        if alarm is None or alarm.latest < planted - 14 * DAY:
            continue
        found += 1
        inside += alarm.earliest <= planted <= alarm.latest
        assert alarm.earliest <= alarm.since <= alarm.latest
        assert (alarm.after.value or 0) > (alarm.before.value or 0)
    assert found >= 27
    assert inside >= 0.9 * found


def test_a_constant_share_hardly_ever_alarms_though_looked_at_every_day() -> None:
    alarmed = 0
    for seed in range(200):
        share = (0.02, 0.1, 0.3, 0.5, 0.9)[seed % 5]
        leads = channel(seed, share, share, days=70, a_day=3)
        alarmed += first_alarm(leads, range(14, 70), 3) is not None
    assert alarmed <= 200 * ALPHA


def test_a_fall_is_no_alarm() -> None:
    for seed in range(10):
        assert first_alarm(channel(seed, 0.6, 0.1), range(60, 90), 4) is None


def test_the_evidence_is_counted_on_both_sides_of_the_day() -> None:
    (alarm,), quiet = look(channel(1, 0.1, 0.7), 89)
    assert quiet == []
    assert alarm.before.of + alarm.after.of == 360
    assert abs((alarm.since - MOSCOW_FIRST_DAY).days - 60) <= 4


def test_a_channel_that_rose_is_told_from_its_calm_neighbours() -> None:
    leads = [one for n in range(5) for one in channel(n, 0.2, 0.7 if n == 3 else 0.2, name=f"c{n}")]
    alarms, quiet = look(leads, 89)
    assert [alarm.channel for alarm in alarms] == ["c3"]
    assert [one.channel for one in quiet] == ["c0", "c1", "c2", "c4"]


def test_the_order_of_the_leads_changes_nothing() -> None:
    leads = channel(2, 0.2, 0.6)
    assert look(leads[::-1], 89) == look(leads, 89)


def test_more_channels_watched_ask_for_more_evidence() -> None:
    rose = channel(8, 0.2, 0.45, change=75)
    crowd = [one for n in range(400) for one in channel(n, 0.2, 0.2, days=1, a_day=1, name=f"c{n}")]
    (alone,), _ = look(rose, 89)
    together, _ = look([*rose, *crowd], 89)
    assert math.log(1 / ALPHA) <= alone.evidence < math.log(401 / ALPHA)
    assert together == []


def test_of_too_little_nothing_can_be_noticed_and_it_is_said() -> None:
    leads = channel(1, 0.0, 1.0, change=5, days=8, a_day=3)
    alarms, quiet = look(leads, 8)
    assert (alarms, [one.noticeable for one in quiet]) == ([], [None])
    assert watch_state(quiet, alarms, COMPANY, NOON) == "too_little"


def test_leads_that_nobody_spoke_to_are_not_looked_at_and_counted_as_such() -> None:
    leads = [summary(f"x{n}", NOON + DAY, spoken=False) for n in range(7)] + [summary("y", NOON + DAY)]
    _, (quiet,) = look(leads, 2)
    assert (quiet.share, quiet.not_looked_at) == (Rate(0, 1), 7)


def test_leads_named_without_a_talk_are_looked_at_apart_of_all_that_came() -> None:
    named = summary("x", NOON, spoken=False, is_bad=True)
    _, (talks, names) = look([named, summary("y", NOON), summary("z", NOON, spoken=False)], 2)
    assert (talks.found_by, talks.share, talks.not_looked_at) == ("talk", Rate(0, 1), 2)
    assert (names.found_by, names.share, names.not_looked_at) == ("name", Rate(1, 3), 0)


def test_where_no_calls_are_recorded_every_lead_is_looked_at() -> None:
    silent = Company.model_validate({"company": "x", "calls_recorded": False, "stages": {"non_target": ["spam"]}})
    leads = [summary("x", NOON, spoken=False, is_bad=True), summary("y", NOON, spoken=False)]
    _, (quiet,) = watched(leads, company=silent, moment=NOON + DAY)
    assert (quiet.found_by, quiet.share, quiet.not_looked_at) == ("any", Rate(1, 2), 0)


def test_rubbish_named_at_once_is_no_rise_while_its_neighbours_wait_for_their_call() -> None:
    """A fifth of the leads is closed as spam the hour it comes; the others are called with four days' delay."""
    alarmed = 0
    for seed in range(20):
        draw = random.Random(seed)
        spam = [draw.random() < 0.2 for _ in range(70 * 6)]
        looks = (look(seen_on(day, spam), day)[0] for day in range(14, 70))
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
        assert alarm.found_by == "name"
        found += alarm.earliest <= MOSCOW_FIRST_DAY + 60 * DAY <= alarm.latest
    assert found >= 8


def test_days_on_which_nobody_was_spoken_to_do_not_move_the_day_of_the_rise() -> None:
    leads = [one for one in channel(1, 0.1, 0.7) if not NOON + 50 * DAY <= one.created_at < NOON + 60 * DAY]
    silent = [summary(f"s{n}", NOON + (50 + n) * DAY, spoken=False) for n in range(10)]
    (alarm,), _ = look([*leads, *silent], 89)
    assert abs((alarm.since - MOSCOW_FIRST_DAY).days - 60) <= 4


def test_where_nothing_calls_a_lead_non_target_it_was_not_looked_at() -> None:
    plain = Company.model_validate({"company": "x"})
    told = watched(channel(1, 0.1, 0.9), company=plain, moment=NOON + 90 * DAY)
    assert told == ([], [])
    assert watch_state([], [], plain, NOON) == "nothing_says_so"


def test_what_lies_further_back_than_the_window_is_not_looked_at() -> None:
    assert look(channel(1, 0.1, 0.9), 90 + 121) == ([], [])


@pytest.mark.parametrize("seed", range(6))
def test_the_share_that_would_have_been_noticed_would_have_been_noticed(seed: int) -> None:
    _, (quiet,) = look(channel(seed, 0.15, 0.15), 89)
    assert quiet.noticeable is not None
    assert watch_state([quiet], [], COMPANY, NOON + 90 * DAY) == "watched"
    worse = channel(seed, 0.15, 0.15)
    recent = [n for n, one in enumerate(worse) if one.created_at > NOON + 75 * DAY]
    wanted = round(quiet.noticeable * len(recent))
    for place, n in enumerate(recent):
        worse[n] = summary(worse[n].lead_id, worse[n].created_at, is_bad=place < wanted)
    assert len(look(worse, 89)[0]) == 1
