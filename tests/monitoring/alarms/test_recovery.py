"""When an alarm is over by itself: one odd day ends none, however many leads it has, but two that agree do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.alarms.detector import mark
from monitoring.alarms.episodes import Episode, Face, Standing, standing
from monitoring.alarms.market import Counted
from monitoring.alarms.recovery import SURE, Recovery
from tests.support.plain_alarms import PlainStream

RISEN, USUAL = (400, 1000), 0.2
"""What an alarm told since its change, and what was usual."""
sizes = st.integers(1, 10**7)


def taken(days: Sequence[tuple[int, int]]) -> list[bool]:
    """Return after each day, so many bad of so many leads, whether the group is back."""
    recovery = Recovery(*RISEN)
    return [recovery.is_back(day, bad, of, USUAL) for day, (bad, of) in enumerate(days)]


@given(st.data(), sizes)
def test_a_day_of_any_size_alone_ends_no_alarm(data: st.DataObject, of: int) -> None:
    bad = data.draw(st.integers(0, of))
    assert taken([(bad, of)]) == [False]


@given(sizes)
def test_a_day_of_any_size_after_which_it_goes_on_as_before_ends_no_alarm(of: int) -> None:
    bad_days = [(8, 20)] * 30
    assert not any(taken([*bad_days, (0, of), *bad_days]))


@given(st.integers(100, 10**7), st.integers(100, 10**7))
def test_two_good_days_of_many_leads_end_it(one: int, other: int) -> None:
    assert taken([(one // 5, one), (other // 5, other)]) == [False, True]


def test_good_days_need_not_follow_each_other_if_nothing_spoke_against_them_in_between() -> None:
    recovery = Recovery(*RISEN)
    assert [recovery.is_back(day, bad=20, of=100, usual=USUAL) for day in (3, 9)] == [False, True]


def test_a_bad_day_in_between_takes_back_what_a_good_one_said() -> None:
    assert taken([(20, 100), (40, 100), (20, 100), (20, 100)]) == [False, False, False, True]


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.integers(0, 2))
def test_nor_does_it_where_it_is_told_lead_by_lead_and_some_good_days_went_before(
    leads: list[bool], before: int
) -> None:
    recovery = Recovery(*RISEN)
    for day in range(before):
        recovery.is_back(day, bad=1, of=8, usual=USUAL)
    assert not any(recovery.is_back(9, is_bad, 1, USUAL) for is_bad in leads)


@pytest.mark.parametrize("bad", range(9, 17))
def test_leads_of_a_day_told_together_say_what_they_say_one_by_one(bad: int) -> None:
    by_lead, at_once = Recovery(*RISEN), Recovery(*RISEN)
    for recovery in (by_lead, at_once):
        recovery.is_back(0, bad=20, of=100, usual=USUAL)
    leads = random.Random(bad).sample([True] * bad + [False] * (50 - bad), 50)
    told = [by_lead.is_back(1, is_bad, 1, USUAL) for is_bad in leads]
    assert at_once.is_back(1, bad, 50, USUAL) == told[-1] == (bad <= 11)


def test_few_leads_a_day_are_believed_as_soon_as_they_speak_a_thousand_to_one() -> None:
    a_day = [(0, 4), (1, 4), (1, 4), (0, 4), (1, 4), (0, 4), (0, 4), (0, 4), (0, 4)]
    odds = 400.5 / 600.5 / 0.25  # of the share since, over those of the usual one
    said = [of * log(1 + 0.2 * (odds - 1)) - bad * log(odds) for bad, of in a_day]
    so_far = [sum(said[: day + 1]) for day in range(len(a_day))]
    assert taken(a_day) == [one >= SURE for one in so_far] == [False] * 8 + [True]


def rising(a_day: int, odd: dict[int, float], seed: int, *, back_on: int = 1000, days: int = 130) -> list[Counted]:
    """Return days of which 20 % are bad, 40 % from day 80 until ``back_on``, and another share on the odd ones."""
    draw = random.Random(seed)
    found = []
    for day in range(days):
        share = odd.get(day, 0.4 if 80 <= day < back_on else 0.2)
        found.append((float(day), float(sum(draw.random() < share for _ in range(a_day))), float(a_day)))
    return found


def stood(counts: Sequence[Counted]) -> Standing:
    return standing([Face(counts)], 365.0, counts[-1][0])


@pytest.mark.parametrize("seed", range(5))
def test_a_lasting_change_is_told_once_whatever_a_few_odd_days_say(seed: int) -> None:
    told = stood(rising(200, {95: 0.02, 104: 0.15, 118: 0.1}, seed))
    assert [one.over_on for one in told.episodes] == [None]
    assert told.open is not None
    assert told.open.change.earliest <= 80 <= told.open.change.latest
    assert told.open.change.latest <= told.open.raised_on


@pytest.mark.parametrize("seed", range(5))
def test_what_really_came_back_is_noticed_on_the_second_day_of_many_leads(seed: int) -> None:
    told = stood(rising(200, {}, seed, back_on=110))
    assert [(one.over_on, one.why_over) for one in told.episodes] == [(111.0, "recovered")]


@pytest.mark.parametrize("seed", range(12))
def test_alarms_are_raised_and_over_as_plain_loops_from_the_stated_rule_say(seed: int) -> None:
    """Shares, sizes of days, odd days and pauses of any kind; a second and third alarm included."""
    draw = random.Random(seed)
    odd = {draw.randrange(85, 220): draw.choice([0.0, 0.1, 0.2, 0.6]) for _ in range(10)}
    days = rising(draw.choice([8, 40, 150]), odd, seed, back_on=draw.choice([100, 150, 1000]), days=230)
    days = [one for one in days if draw.random() < 0.9]
    plain = PlainStream([(int(day), int(bad), int(of)) for day, bad, of in days], {}, mark(365.0), int(days[-1][0]))
    assert [_said(one) for one in stood(days).episodes] == [
        (one.raised_on, (one.earliest, one.since, one.latest), one.over_on, one.splits[0]) for one in plain.raised
    ]
    assert plain.raised


def _said(one: Episode) -> tuple[float, tuple[int, int, int], float | None, tuple[tuple[int, int], tuple[int, int]]]:
    before, after = (one.before.count, one.before.of), (one.after.count, one.after.of)
    return one.raised_on, (one.change.earliest, one.change.day, one.change.latest), one.over_on, (before, after)
