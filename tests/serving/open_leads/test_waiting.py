"""Who waits for a call now, who later, who no more, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Company
from features.facts.values import Assignment, CallResult, LeadFact, LeadId
from features.rows.as_of import Gate, KnownLead
from serving.open_leads.waiting import (
    PAUSE_AFTER_TRY,
    TAKEN_FOR,
    TRIES_BEFORE_GIVING_UP,
    Left,
    Waits,
    queue_place,
    taken_by,
)
from tests.support.facts import NOON, call, facts_of_leads, history, lead, stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPANY = Company.model_validate(
    {
        "company": "Окна",
        "stages": {
            "won": ["won"],
            "lost": ["lost"],
            "non_target": ["spam"],
            "ignore": ["test"],
            "meeting": ["meeting"],
        },
    }
)


def known(*facts: LeadFact, at: datetime) -> KnownLead:
    found = Gate(COMPANY).as_of(history(lead(), *facts), at)
    assert found is not None
    return found


def place(*facts: LeadFact, at: datetime, manager: str | None = None) -> Waits | Left:
    return queue_place(known(*facts, at=at), manager)


def took(at: datetime, manager: str = "Анна", *, taken: bool = True) -> Assignment:
    return Assignment(LeadId("7"), at, at, manager, taken)


def test_a_lost_lead_that_moves_on_in_the_pipeline_waits_for_calls_again() -> None:
    lost, later = stage(name="lost", at=NOON + DAY), NOON + 3 * DAY
    back = stage(name="meeting", at=NOON + 2 * DAY)
    assert place(lost, back, at=later) == Waits("reopened", back.at)
    assert place(lost, stage(name="somewhere", at=back.at), at=later) == Left("closed", lost.at)
    assert place(lost, stage(name="meeting", at=lost.at), at=later) == Left("closed", lost.at)
    again = stage(name="lost", at=NOON + 2.5 * DAY)
    assert place(lost, back, again, at=later) == Left("closed", again.at)
    assert place(lost, stage(name="spam", at=NOON + 1.5 * DAY), at=later) == Left("closed", lost.at)


@pytest.mark.parametrize("result", ["refused", "wrong_number", "busy"])
def test_the_calls_before_a_lead_was_reopened_are_over(result: CallResult) -> None:
    tries = [call(at=NOON + n * HOUR, result=result) for n in range(TRIES_BEFORE_GIVING_UP)]
    lost, back = stage(name="lost", at=NOON + DAY), stage(name="meeting", at=NOON + 2 * DAY)
    assert place(*tries, lost, back, at=NOON + 3 * DAY) == Waits("reopened", back.at)
    again = call(at=NOON + 2 * DAY + HOUR, result="reached")
    assert place(*tries, lost, back, again, at=NOON + 3 * DAY) == Left("in_work", again.at)


def test_a_sold_lead_that_moves_on_stays_closed() -> None:
    won = stage(name="won", at=NOON + DAY)
    assert place(won, stage(name="meeting", at=NOON + 2 * DAY), at=NOON + 3 * DAY) == Left("closed", won.at)


def test_a_new_lead_waits_since_its_request() -> None:
    assert place(at=NOON + HOUR) == Waits("new", NOON)


@pytest.mark.parametrize("tries", range(1, TRIES_BEFORE_GIVING_UP))
def test_after_each_try_in_vain_a_lead_rests_longer_and_then_waits_again(tries: int) -> None:
    calls = [call(at=NOON + n * DAY, result="no_answer") for n in range(tries)]
    last, pause = calls[-1].at, PAUSE_AFTER_TRY[tries - 1]
    assert place(*calls, at=last + pause - timedelta(seconds=1)) == Left("retry_later", last, last + pause)
    assert place(*calls, at=last + pause) == Waits("retry", last + pause)


def test_pauses_grow() -> None:
    assert sorted(PAUSE_AFTER_TRY) == list(PAUSE_AFTER_TRY)


def test_after_too_many_tries_a_lead_leaves_for_good() -> None:
    calls = [call(at=NOON + n * DAY, result="busy") for n in range(TRIES_BEFORE_GIVING_UP)]
    assert place(*calls, at=NOON + 30 * DAY) == Left("too_many_tries", calls[-1].at)


def test_tries_in_vain_are_counted_since_somebody_last_spoke_with_the_lead() -> None:
    kept = [call(at=NOON + n * DAY, result="call_back") for n in range(4)]
    spoken, vain = call(at=NOON + 5 * DAY, result="reached"), call(at=NOON + 6 * DAY, result="no_answer")
    pause = PAUSE_AFTER_TRY[0]
    assert place(*kept, spoken, vain, at=vain.at + pause) == Waits("retry", vain.at + pause)
    more = [call(at=NOON + (7 + n) * DAY, result="no_answer") for n in range(TRIES_BEFORE_GIVING_UP - 1)]
    assert place(*kept, spoken, vain, *more, at=NOON + 40 * DAY) == Left("too_many_tries", more[-1].at)


def test_a_promised_call_back_is_away_until_its_time_and_waits_since_then() -> None:
    promised = call(at=NOON + HOUR, result="call_back")
    due = NOON + DAY
    dated = type(promised)(promised.lead_id, promised.at, promised.known_at, "call_back", call_back_at=due)
    assert place(dated, at=NOON + 2 * HOUR) == Left("call_back_later", dated.at, due)
    assert place(dated, at=due) == Waits("call_back", due)


def test_a_call_back_without_a_time_comes_after_twenty_hours() -> None:
    promised = call(at=NOON, result="call_back")
    assert place(promised, at=NOON + 20 * HOUR) == Waits("call_back", NOON + 20 * HOUR)
    assert place(promised, at=NOON + 19 * HOUR) == Left("call_back_later", NOON, NOON + 20 * HOUR)


@pytest.mark.parametrize(
    ("result", "reason"), [("reached", "in_work"), ("refused", "in_work"), ("wrong_number", "wrong_number")]
)
def test_a_lead_that_was_spoken_to_or_has_a_wrong_number_leaves(result: CallResult, reason: str) -> None:
    assert place(call(at=NOON, result=result), at=NOON + 5 * DAY) == Left(reason, NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "reason"), [("won", "closed"), ("lost", "closed"), ("spam", "closed"), ("test", "test_lead")]
)
def test_a_closed_lead_or_a_test_leaves_since_its_stage(name: str, reason: str) -> None:
    assert place(stage(name=name, at=NOON + DAY), at=NOON + 2 * DAY) == Left(reason, NOON + DAY)  # type: ignore[arg-type]


def test_a_meeting_leaves_a_new_lead_where_it_is() -> None:
    assert place(stage(name="meeting", at=NOON + HOUR), at=NOON + DAY) == Waits("new", NOON)


def test_a_lead_past_its_horizon_leaves_at_its_end_and_not_before() -> None:
    end = NOON + 60 * DAY
    assert place(at=end) == Waits("new", NOON)
    assert place(at=end + timedelta(seconds=1)) == Left("past_horizon", end)


def test_a_taken_lead_is_only_in_its_managers_queue_for_two_hours() -> None:
    taken = took(NOON + HOUR)
    away = Left("taken", taken.at, taken.at + TAKEN_FOR, "Анна")
    assert place(taken, at=NOON + 2 * HOUR) == away
    assert place(taken, at=NOON + 2 * HOUR, manager="Борис") == away
    assert place(taken, at=NOON + 2 * HOUR, manager="Анна") == Waits("new", NOON)
    assert place(taken, at=taken.at + TAKEN_FOR, manager="Борис") == Waits("new", NOON)


def test_a_lead_given_back_is_everybodys_at_once() -> None:
    back = took(NOON + 2 * HOUR, taken=False)
    assert place(took(NOON + HOUR), back, at=back.at, manager="Борис") == Waits("new", NOON)


def test_the_last_who_took_a_lead_holds_it() -> None:
    found = taken_by(known(took(NOON, "Анна"), took(NOON + HOUR, "Борис"), at=NOON + 2 * HOUR), NOON + 2 * HOUR)
    assert found is not None
    assert found.by == "Борис"


def test_a_call_after_taking_ends_the_hold() -> None:
    made = call(at=NOON + HOUR, result="no_answer")
    assert place(took(NOON), made, at=NOON + HOUR) == Left("retry_later", made.at, made.at + PAUSE_AFTER_TRY[0])


MOMENTS = st.integers(0, 120 * 24).map(lambda hours: NOON + hours * HOUR)


@given(facts=facts_of_leads(), moment=MOMENTS, manager=st.sampled_from([None, "Анна", "Борис"]))
def test_a_lead_that_waits_began_to_wait_before_now_and_one_that_comes_back_does_so_later(
    facts: list[LeadFact], moment: datetime, manager: str | None
) -> None:
    found = Gate(COMPANY).as_of(history(*facts), moment)
    assert found is not None
    where = queue_place(found, manager)
    assert where.since <= moment
    if isinstance(where, Left) and where.back_at:
        assert where.back_at > moment


@given(facts=facts_of_leads(), moment=MOMENTS)
def test_what_waits_for_everybody_waits_for_each_manager(facts: list[LeadFact], moment: datetime) -> None:
    found = Gate(COMPANY).as_of(history(*facts), moment)
    assert found is not None
    if isinstance(queue_place(found), Waits):
        assert queue_place(found, "Борис") == queue_place(found)


@given(facts=facts_of_leads(), moment=MOMENTS)
def test_a_lead_that_comes_back_later_is_there_at_that_moment_if_nothing_happens(
    facts: list[LeadFact], moment: datetime
) -> None:
    found = Gate(COMPANY).as_of(history(*facts), moment)
    assert found is not None
    where = queue_place(found)
    if isinstance(where, Left) and where.back_at:
        then = queue_place(found, None, where.back_at)
        is_over = isinstance(then, Left) and then.reason == "past_horizon"
        was_held = where.reason == "taken" and not (isinstance(then, Left) and then.reason == "taken")
        assert isinstance(then, Waits) or is_over or was_held
