"""What is expected of leads that nobody has worked is what such leads turn out to be, as far as was known at the time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.still_worked import STEPS, Seen, Wait, WorkTable, step_ends, step_of
from tests.support.facts import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAST = step_of(60 * DAY)


@dataclass(frozen=True)
class Came:
    """A lead that came, and after how long it was worked, if ever."""

    at: datetime
    after: timedelta | None
    channel: str = "vk"


def table(leads: list[Came], moment: datetime, horizon_days: int | None = 60) -> WorkTable:
    """Return the table of leads as they were known at a moment."""
    made = WorkTable(horizon_days)
    for one in leads:
        if one.at <= moment:
            worked_at = one.at + one.after if one.after is not None and one.at + one.after <= moment else None
            seen = made.seen(one.channel, one.at.date().replace(day=1), one.at, worked_at, moment)
            if seen:
                made.count(seen)
    return made


def company_of(draw: random.Random, *, days: int, a_day: int, worked: float, channel: str = "vk") -> list[Came]:
    """Return leads of which a share is worked, most within a day and some within a week."""
    leads = []
    for n in range(days * a_day):
        soon = draw.expovariate(1 / 8.0) if draw.random() < 0.8 else draw.uniform(24.0, 168.0)
        after = timedelta(hours=soon) if draw.random() < worked else None
        leads.append(Came(NOON + DAY * n / a_day, after, channel))
    return leads


@given(minutes=st.integers(0, 400 * 1440))
def test_a_step_holds_its_last_instant_and_ends_with_it(minutes: int) -> None:
    waited = timedelta(minutes=minutes)
    step = step_of(waited)
    assert STEPS[step] < waited or step == 0
    end = step_ends(NOON, step)
    assert end is None or NOON + waited <= end
    assert end is None or step_of(end - NOON + timedelta(microseconds=1)) == step + 1


def test_before_anything_is_counted_a_lead_keeps_nearly_its_whole_chance() -> None:
    share = WorkTable(60).share(NOON.date())
    assert share(Wait("vk", 0)) > 0.999
    assert [share(Wait("vk", step)) for step in range(LAST)] == sorted(
        (share(Wait("vk", step)) for step in range(LAST)), reverse=True
    )


def test_a_lead_that_came_just_now_keeps_its_chance_where_most_are_worked_soon_and_an_old_one_does_not() -> None:
    leads = company_of(random.Random(1), days=120, a_day=20, worked=0.95)
    moment = NOON + 120 * DAY
    share = table(leads, moment).share(moment.date())
    assert 0.90 < share(Wait("vk", step_of(HOUR))) < 0.97
    assert share(Wait("vk", step_of(8 * DAY))) < 0.1
    assert share(Wait("vk", step_of(20 * DAY))) < 0.02


def test_leads_whose_window_is_open_tell_as_much_as_was_seen_of_them() -> None:
    leads = company_of(random.Random(2), days=20, a_day=50, worked=0.5)
    moment = NOON + 20 * DAY  # no window is over yet
    share = table(leads, moment).share(moment.date())
    assert 0.4 < share(Wait("vk", 0)) < 0.6
    assert share(Wait("vk", step_of(10 * DAY))) < 0.1


def test_a_channel_is_believed_as_far_as_it_has_leads() -> None:
    draw = random.Random(3)
    leads = company_of(draw, days=120, a_day=20, worked=0.95)
    leads += company_of(draw, days=120, a_day=5, worked=0.0, channel="neglected")
    leads += company_of(draw, days=2, a_day=2, worked=0.0, channel="new")
    moment = NOON + 120 * DAY
    share = table(leads, moment).share(moment.date())
    assert share(Wait("vk", 0)) > 0.9
    assert share(Wait("neglected", 0)) < 0.15
    assert 0.6 < share(Wait("new", 0)) < 0.9
    assert share(Wait("never seen", 0)) == pytest.approx(0.76, abs=0.05)  # as in all channels together


def test_who_was_worked_only_after_the_window_was_not_worked_in_time() -> None:
    made = WorkTable(60)
    month = NOON.date().replace(day=1)
    late = made.seen("vk", month, NOON, NOON + 61 * DAY, NOON + 90 * DAY)
    assert late == Seen(month, "vk", False, LAST + 1) == made.seen("vk", month, NOON, None, NOON + 90 * DAY)
    in_time = made.seen("vk", month, NOON, NOON + 59 * DAY, NOON + 90 * DAY)
    assert in_time is not None
    assert in_time.worked
    assert made.seen("vk", month, NOON, NOON + 59 * DAY, NOON + 900 * DAY) is None


def test_how_leads_were_worked_long_ago_tells_nothing_of_today() -> None:
    long_ago = [Came(NOON + HOUR * n, HOUR) for n in range(2000)]
    today = [Came(NOON + 400 * DAY + HOUR * n, None) for n in range(2000)]
    moment = NOON + 480 * DAY
    share = table(long_ago + today, moment).share(moment.date())
    assert share(Wait("vk", 0)) < 0.05


def test_without_a_window_a_lead_may_be_worked_at_any_time() -> None:
    leads = company_of(random.Random(4), days=400, a_day=5, worked=0.5)
    moment = NOON + 400 * DAY
    share = table(leads, moment, horizon_days=None).share(moment.date())
    assert 0.4 < share(Wait("vk", 0)) < 0.6
    assert share(Wait("vk", len(STEPS) - 1)) < 0.1


def test_taking_leads_away_leaves_what_was_there_before() -> None:
    made, month = WorkTable(60), date(2026, 3, 1)
    before = made.share(NOON.date())(Wait("vk", 3))
    seen = made.seen("vk", month, NOON, None, NOON + 90 * DAY)
    assert seen is not None
    made.count(seen)
    assert made.share(NOON.date())(Wait("vk", 3)) < before
    made.count(seen, -1)
    assert made.share(NOON.date())(Wait("vk", 3)) == before


@pytest.mark.parametrize("worked", [0.3, 0.9])
@pytest.mark.parametrize("days", [25, 100, 300])
def test_what_is_expected_of_those_who_wait_is_how_many_are_worked(worked: float, days: int) -> None:
    """As of a moment only what was known then is counted; what came afterwards is compared with it."""
    expected = happened = 0.0
    for seed in range(8):
        leads = company_of(random.Random(seed), days=days + 1, a_day=80, worked=worked)
        moment = NOON + days * DAY + seed * 3 * HOUR
        share = table(leads, moment).share(moment.date())
        for one in leads:
            waits = timedelta(0) <= moment - one.at <= 60 * DAY
            if waits and (one.after is None or one.at + one.after > moment):
                expected += share(Wait("vk", step_of(moment - one.at)))
                happened += one.after is not None
    assert happened > 150
    assert expected == pytest.approx(happened, rel=0.12)
