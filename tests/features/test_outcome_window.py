"""What a label is: settled by age and work, never by how the lead ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Company
from features.facts.values import CALL_RESULTS, SPOKEN_RESULTS, CallResult, LeadFact
from features.outcome_window import (
    OutcomeKind,
    first_told_closed,
    first_told_worked,
    horizon_end,
    is_past_horizon,
    is_worked,
    late_sale,
    outcome_as_of,
    waited,
    window_end,
)
from features.rows.as_of import Gate
from tests.features.rows.windows import COMPANY, company_with, known
from tests.support.facts import MINUTES, NOON, call, facts_of_leads, history, lead, stage

DAY, HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
END = NOON + 60 * DAY
OLD = NOON + 61 * DAY
NO_HORIZON = company_with(horizon_days=None)
NO_CALLS = company_with(calls_recorded=False)


def kind_of(*facts: LeadFact, moment: datetime = OLD, company: Company = COMPANY) -> OutcomeKind:
    return outcome_as_of(known(*facts, moment=moment, company=company)).kind


def tries(*moments: datetime) -> list[LeadFact]:
    return [call(at=moment, result="no_answer") for moment in moments]


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        pytest.param([call(), stage()], "bought", id="a win inside the horizon"),
        pytest.param([call()], "did_not_buy", id="spoken to and nothing came of it"),
        pytest.param([call(), stage(name="lost")], "did_not_buy", id="an explicit loss"),
        pytest.param([call(), stage(name="нецелевой")], "did_not_buy", id="not a target"),
        pytest.param([call(), stage(name="meeting")], "did_not_buy", id="still talking when the horizon closed"),
        pytest.param([], "never_called", id="nobody called"),
        pytest.param([stage(name="meeting")], "never_called", id="a stage that closes nothing"),
        pytest.param([stage()], "bought", id="a win without calls"),
        pytest.param([stage(name="lost")], "did_not_buy", id="closed by a person without calls"),
        pytest.param([call(), stage(), stage(name="spam")], "ignored", id="a test lead, whatever else happened"),
        pytest.param([stage(name="lost"), stage(at=NOON + 9 * DAY)], "bought", id="lost first and won after all"),
        pytest.param([stage(), stage(name="lost", at=NOON + 9 * DAY)], "bought", id="won and cancelled later"),
    ],
)
def test_an_old_lead_is_settled_if_it_was_worked(facts: list[LeadFact], outcome: OutcomeKind) -> None:
    assert kind_of(lead(), *facts) == outcome


@pytest.mark.parametrize("facts", [[call()], [call(), stage()], [call(), stage(name="lost")]])
def test_a_worked_lead_is_open_until_it_is_older_than_the_horizon_however_it_ended(facts: list[LeadFact]) -> None:
    assert kind_of(lead(), *facts, moment=END) == "open"
    assert kind_of(lead(), *facts, moment=END + INSTANT) != "open"


def test_an_early_win_is_told_though_it_is_no_label_yet() -> None:
    win = stage(amount=90_000.0)
    outcome = outcome_as_of(known(lead(), win, moment=NOON + 5 * DAY))
    assert (outcome.won, outcome.is_settled) == (win, False)


@pytest.mark.parametrize(("at", "outcome"), [(END, "bought"), (END + INSTANT, "did_not_buy")])
def test_a_win_counts_up_to_the_horizons_last_instant(at: datetime, outcome: OutcomeKind) -> None:
    assert kind_of(lead(), call(), stage(at=at)) == outcome


def test_a_late_win_is_no_purchase_but_closes_the_lead() -> None:
    late = stage(at=NOON + 70 * DAY)
    outcome = outcome_as_of(known(lead(), call(), late))
    assert (outcome.kind, outcome.won) == ("did_not_buy", None)
    assert first_told_closed(history(lead(), call(), late), COMPANY) == late.at
    assert late_sale(known(lead(), call(), late)) == late


def test_a_sale_is_late_only_where_none_came_in_time_and_there_is_a_time() -> None:
    late = stage(at=NOON + 70 * DAY)
    assert late_sale(known(lead(), call(), stage(), late)) is None
    assert late_sale(known(lead(), call(), late, company=NO_HORIZON)) is None
    assert late_sale(known(lead(), call(), moment=OLD)) is None


def test_a_win_that_nobody_knows_of_yet_is_not_there() -> None:
    unknown = stage(known_at=OLD + DAY)
    assert kind_of(lead(), call(), unknown) == "did_not_buy"
    assert kind_of(lead(), call(), unknown, moment=OLD + DAY) == "bought"


@pytest.mark.parametrize("result", CALL_RESULTS)
def test_one_call_is_work_if_somebody_was_spoken_to(result: CallResult) -> None:
    one_call = replace(call(), result=result)
    assert is_worked(known(lead(), one_call)) is (result in SPOKEN_RESULTS)


@pytest.mark.parametrize(
    ("moments", "worked"),
    [
        ([NOON, NOON + HOUR, NOON + DAY], True),
        ([NOON, NOON + HOUR, NOON + 2 * HOUR], False),
        ([NOON, NOON + DAY], False),
        # Nine in the evening in UTC is midnight in Moscow: these three lie on two of the company's days.
        ([NOON, NOON + HOUR, NOON + 12 * HOUR], True),
    ],
)
def test_three_tries_on_two_of_the_companys_days_are_work(moments: list[datetime], worked: bool) -> None:
    assert is_worked(known(lead(), *tries(*moments), moment=OLD)) is worked


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ([], None),
        ([stage(name="meeting")], None),
        (tries(NOON, NOON + DAY), None),
        (tries(NOON, NOON + HOUR, NOON + DAY, NOON + 2 * DAY), NOON + DAY),
        ([call(at=NOON + HOUR, result="no_answer"), call(at=NOON + DAY)], NOON + DAY),
        ([call(at=NOON + 2 * DAY), stage(name="lost", at=NOON + DAY)], NOON + DAY),
        ([call(at=NOON + HOUR, known_at=NOON + 3 * DAY)], NOON + 3 * DAY),
        ([call(known_at=NOON + DAY), call(known_at=NOON + 9 * DAY, need="yes")], NOON + DAY),
    ],
    ids=["nothing", "no closing", "two tries", "three tries", "a talk", "a closing", "told late", "told again"],
)
def test_since_when_a_lead_is_worked_is_when_that_was_first_known(
    facts: list[LeadFact], since: datetime | None
) -> None:
    assert first_told_worked(history(lead(), *facts), COMPANY) == since


@given(facts=facts_of_leads(), minutes=MINUTES)
def test_a_lead_that_is_worked_was_first_told_so_before(facts: list[LeadFact], minutes: int) -> None:
    moment = NOON + timedelta(minutes=minutes)
    since = first_told_worked(history(*facts), COMPANY)
    if is_worked(known(*facts, moment=moment)):
        assert since is not None
        assert since <= moment


def test_a_lead_waits_until_somebody_is_spoken_to_or_else_until_the_first_try() -> None:
    tried, spoken = call(at=NOON + HOUR, result="no_answer"), call(at=NOON + DAY, result="reached")
    assert waited(known(lead(), tried, spoken)) == DAY
    assert waited(known(lead(), tried)) == HOUR
    assert waited(known(lead())) == timedelta(0)


def test_where_no_calls_are_recorded_every_lead_counts_as_worked() -> None:
    assert kind_of(lead(), company=NO_CALLS) == "did_not_buy"
    assert kind_of(lead(), company=NO_CALLS, moment=END) == "open"
    assert kind_of(lead(), stage(), company=NO_CALLS) == "bought"


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ([call(), stage()], "bought"),
        ([call(), stage(name="lost")], "did_not_buy"),
        ([call(), stage(name="нецелевой")], "did_not_buy"),
        ([call(), stage(name="meeting")], "open"),
        ([call()], "open"),
        ([], "never_called"),
        ([stage(), stage(name="lost", at=NOON + 9 * DAY)], "did_not_buy"),
        ([stage(name="lost"), stage(at=NOON + 900 * DAY)], "bought"),
    ],
)
def test_without_a_horizon_the_last_final_stage_settles_at_once_and_nothing_else_does(
    facts: list[LeadFact], outcome: OutcomeKind
) -> None:
    assert kind_of(lead(), *facts, moment=NOON + 1000 * DAY, company=NO_HORIZON) == outcome


def test_without_a_horizon_nothing_is_ever_past_it() -> None:
    one = known(lead(), moment=NOON + 1000 * DAY, company=NO_HORIZON)
    assert horizon_end(one) is None
    assert not is_past_horizon(one)


def test_a_window_closes_so_many_days_after_the_request() -> None:
    assert window_end(NOON, COMPANY) == END == horizon_end(known(lead()))
    assert [is_past_horizon(known(lead(), moment=moment)) for moment in (END, END + INSTANT)] == [False, True]


def test_the_company_knew_that_a_lead_was_over_when_it_first_learned_of_an_end() -> None:
    told_late = stage(name="lost", at=NOON + DAY, known_at=NOON + 20 * DAY)
    facts = (lead(), told_late, stage(at=NOON + 5 * DAY))
    assert first_told_closed(history(*facts), COMPANY) == NOON + 5 * DAY
    assert first_told_closed(history(lead(), call()), COMPANY) is None


def test_a_lead_was_known_to_be_over_from_the_first_version_of_its_end_on() -> None:
    sold = stage(at=NOON + 2 * DAY, amount=100.0)
    corrected = replace(sold, known_at=NOON + 20 * DAY, amount=120.0)
    assert first_told_closed(history(lead(), sold, corrected), COMPANY) == NOON + 2 * DAY


@given(facts_of_leads(), MINUTES, st.sampled_from([COMPANY, NO_HORIZON, NO_CALLS]))
def test_nothing_known_later_changes_what_an_outcome_was(facts: list[LeadFact], minutes: int, company: Company) -> None:
    moment = NOON + timedelta(minutes=minutes)
    past = [fact for fact in facts if fact.known_at <= moment]
    assert outcome_as_of(known(*facts, moment=moment, company=company)) == outcome_as_of(
        known(*past, moment=moment, company=company)
    )


@given(facts_of_leads(), MINUTES)
def test_a_label_needs_age_and_work_and_a_young_lead_has_none(facts: list[LeadFact], minutes: int) -> None:
    one = Gate(COMPANY).as_of(history(*facts), NOON + timedelta(minutes=minutes))
    assert one is not None
    outcome = outcome_as_of(one)
    is_ignored = "ignore" in one.stage_kinds
    assert outcome.is_settled == (is_past_horizon(one) and is_worked(one) and not is_ignored)
    assert outcome.kind != "bought" or outcome.won is not None
