"""What the calls have told so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from features.facts.values import CallResult, LeadFact
from features.rows.call_features import CALL_FEATURES
from features.rows.feature import Value
from tests.features.rows.windows import known
from tests.support.facts import NOON, call, facts_of_leads, lead, stage

HOUR = timedelta(hours=1)


def features_of(*facts: LeadFact, moment: datetime | None = None) -> dict[str, Value]:
    one = known(lead(), *facts, moment=moment)
    return {made.name: made.of(one) for made in CALL_FEATURES}


def called(*results: CallResult) -> list[LeadFact]:
    return [call(at=NOON + number * HOUR, result=result) for number, result in enumerate(results, start=1)]


def test_before_the_first_call_nothing_is_known_but_that_there_was_none() -> None:
    row = features_of(moment=NOON)
    assert (row["calls_made"], row["calls_spoken"], row["calls_in_vain_at_last"]) == (0.0, 0.0, 0.0)
    counted = {"calls_made", "calls_spoken", "calls_in_vain_at_last"}
    assert {value for name, value in row.items() if name not in counted} == {None}


@pytest.mark.parametrize(
    ("results", "made", "spoken", "in_vain"),
    [
        (["reached"], 1, 1, 0),
        (["no_answer", "busy"], 2, 0, 2),
        (["reached", "no_answer"], 2, 1, 1),
        (["no_answer", "refused", "busy", "wrong_number"], 4, 1, 2),
        (["busy", "call_back"], 2, 1, 0),
    ],
)
def test_calls_are_counted_by_what_came_of_them(
    results: list[CallResult], made: int, spoken: int, in_vain: int
) -> None:
    row = features_of(*called(*results))
    assert (row["calls_made"], row["calls_spoken"], row["calls_in_vain_at_last"]) == (made, spoken, in_vain)
    assert row["last_call_result"] == results[-1]


def test_the_last_call_is_the_one_that_happened_last_and_not_the_one_told_last() -> None:
    told_late = call(at=NOON + HOUR, result="busy", known_at=NOON + 9 * HOUR)
    later = replace(call(at=NOON + 3 * HOUR, result="reached"), seconds=120.0)
    row = features_of(later, told_late, moment=NOON + 9 * HOUR)
    assert (row["last_call_result"], row["last_call_seconds"]) == ("reached", 120.0)
    assert row["minutes_since_last_call"] == 6 * 60.0


def test_seconds_are_summed_over_calls_in_which_somebody_spoke() -> None:
    unknown = replace(call(at=NOON + 2 * HOUR), seconds=None)
    ringing = replace(call(at=NOON + 3 * HOUR, result="no_answer"), seconds=30.0)
    assert features_of(call(), unknown, ringing)["seconds_spoken"] == 60.0
    assert features_of(ringing)["seconds_spoken"] is None


@pytest.mark.parametrize(
    ("last", "promised"),
    [
        (call(result="call_back"), "yes"),
        (replace(call(), call_back_at=NOON + 5 * HOUR), "yes"),
        (call(), "no"),
    ],
)
def test_a_promise_to_call_back_is_the_last_calls(last: LeadFact, promised: str) -> None:
    assert features_of(last)["call_back_promised"] == promised
    assert features_of(last, call(at=NOON + 8 * HOUR))["call_back_promised"] == "no"


def test_what_attracts_is_counted_in_words_from_the_last_note() -> None:
    noted = replace(call(), attracts="тихие окна")
    assert features_of(noted, call(at=NOON + 2 * HOUR))["words_on_what_attracts"] == 2.0
    assert features_of(call())["words_on_what_attracts"] is None


def test_the_stage_reached_is_the_last_that_happened_by_its_kind() -> None:
    later = stage(name="Счёт", at=NOON + 2 * HOUR)
    assert features_of(later, stage(name="meeting", at=NOON + HOUR))["stage_reached"] == "other"
    assert features_of(stage(name="meeting", at=NOON + HOUR))["stage_reached"] == "meeting"


@pytest.mark.parametrize("end", ["won", "lost", "нецелевой"])
def test_how_a_lead_was_closed_is_its_outcome_and_no_feature(end: str) -> None:
    closed = stage(name=end, at=NOON + 2 * HOUR)
    assert features_of(closed)["stage_reached"] is None
    assert features_of(stage(name="meeting", at=NOON + HOUR), closed)["stage_reached"] == "meeting"


@given(facts_of_leads())
def test_spoken_calls_are_calls_and_time_runs_forward(facts: list[LeadFact]) -> None:
    row = features_of(*facts[1:])
    made, spoken, in_vain = row["calls_made"], row["calls_spoken"], row["calls_in_vain_at_last"]
    assert isinstance(made, float)
    assert isinstance(spoken, float)
    assert isinstance(in_vain, float)
    assert spoken + in_vain <= made
    since = row["minutes_since_last_call"]
    assert since is None or (isinstance(since, float) and since >= 0.0)
