"""The past is learned from at midnights of the company's own time, about twenty-six times at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline
from tests.support.facts import call, history, lead
from tests.training.small_sets import DAY, START, plain_company
from training.replay_calendar import MOST_REFITS, WEEK, first_settled, replay_moments, weeks_between_refits

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)


@given(st.integers(0, 4000))
def test_by_default_no_more_refits_are_made_than_fit_in_some_minutes(days: int) -> None:
    last = FIRST + timedelta(days=days)
    moments = replay_moments(FIRST, last, weeks_between_refits(FIRST, last), BERLIN)
    assert len(moments) <= MOST_REFITS
    assert all(FIRST <= one < last for one in moments)


def test_moments_are_midnights_there_also_where_the_clocks_change() -> None:
    moments = replay_moments(FIRST, FIRST + 52 * WEEK, 1, BERLIN)
    assert {(one.hour, one.minute) for one in moments} == {(0, 0)}
    assert {one.utcoffset() for one in moments} == {timedelta(hours=1), timedelta(hours=2)}
    assert {b.date() - a.date() for a, b in pairwise(moments)} == {WEEK}


def test_a_moment_that_is_midnight_is_itself_the_first() -> None:
    midnight = datetime(2025, 1, 6, tzinfo=BERLIN)
    assert replay_moments(midnight, midnight + DAY, 1, BERLIN) == [midnight]


def test_the_first_midnight_is_the_one_after_the_first_lead_was_settled() -> None:
    company = plain_company(horizon=30)
    timeline = RatesTimeline(Gate(company)).learn([history(lead("x", START), call("x", START + DAY))])
    closes = START + 30 * DAY
    found = first_settled(timeline, START, START + 100 * DAY, company.zone)
    assert found is not None
    assert closes < found <= closes + DAY
    assert first_settled(timeline, START, closes, company.zone) is None
