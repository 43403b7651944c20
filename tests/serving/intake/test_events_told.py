"""Of a call or a stage that is told several times the latest telling counts, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from features.errors import FactRefused, UnknownLead
from tests.serving.intake.one_lead import MINUTE, OneLead, at, one_lead
from tests.support.facts import NOON

HOUR = 60 * MINUTE


@pytest.fixture
def stored(seven: OneLead) -> OneLead:
    """Give a lead that was left an hour ago."""
    seven.now = NOON - HOUR
    seven.lead()
    seven.now = NOON
    return seven


def test_a_call_and_a_stage_of_a_lead_that_is_not_stored_are_refused(seven: OneLead) -> None:
    with pytest.raises(UnknownLead):
        seven.call()
    with pytest.raises(UnknownLead):
        seven.stage("Встреча")
    assert seven.facts.number == 0


def test_a_call_keeps_all_that_was_said_of_it(stored: OneLead) -> None:
    said = stored.call(
        id="c1", at=at(-5), manager="Анна", seconds=185, answers={"need": "да", "mood": "good"}, attracts="тишина",
        ideal_product="окно", comment="перезвонить", call_back_at=at(90), grade="B",
    )  # fmt: skip
    assert (said.stored, said.unknown, said.at) == (True, ["mood"], NOON - 5 * MINUTE)
    (call,) = stored.calls
    assert (call.call_id, call.result, call.manager, call.seconds, call.grade) == ("c1", "reached", "Анна", 185, "B")
    assert (call.answers, call.attracts, call.ideal_product, call.comment) == (
        {"need": "yes"}, "тишина", "окно", "перезвонить",
    )  # fmt: skip
    assert call.call_back_at == NOON + 90 * MINUTE


def test_what_names_no_moment_happened_when_it_was_sent_or_else_when_it_came(stored: OneLead) -> None:
    stored.call(id="c1", sent_at=at(-30))
    stored.call(id="c2")
    assert stored.calls[0].at == NOON - 30 * MINUTE
    assert NOON <= stored.calls[1].at < NOON + MINUTE
    stored.stage("Встреча", id="s1", sent_at=at(-20))
    assert stored.stages[0].at == NOON - 20 * MINUTE


def test_what_was_sent_by_a_clock_a_little_ahead_did_not_happen_in_the_future(stored: OneLead) -> None:
    stored.call(id="c1", sent_at=at(4))
    stored.stage("Встреча", sent_at=at(4))
    assert stored.calls[0].at <= stored.calls[0].known_at
    assert stored.stages[0].at <= stored.stages[0].known_at


@pytest.mark.parametrize("field", ["at", "sent_at"])
def test_what_lies_ahead_is_refused_by_its_field_and_adds_nothing(stored: OneLead, field: str) -> None:
    number = stored.facts.number
    with pytest.raises(FactRefused, match=f"^{field}: lies in the future"):
        stored.call(**{field: at(10)})
    with pytest.raises(FactRefused, match=f"^{field}: lies in the future"):
        stored.stage("Встреча", **{field: at(10)})
    assert stored.facts.number == number


def test_what_is_told_again_without_its_moment_happened_when_it_was_told_to_have_happened_first(
    stored: OneLead,
) -> None:
    stored.call(id="c1", at=at(-30))
    stored.stage("Встреча", id="s1", at=at(-20))
    stored.now += HOUR
    said = stored.call(id="c1", result="busy")
    assert (said.stored, said.at) == (True, NOON - 30 * MINUTE)
    assert stored.stage("Встреча", id="s1", amount=5).stored
    assert [one.at for one in stored.calls] == [NOON - 30 * MINUTE] * 2
    assert [one.at for one in stored.stages] == [NOON - 20 * MINUTE] * 2


def held(tellings: tuple[dict[str, Any], ...], *, of_calls: bool) -> tuple[object, ...]:
    """Return what holds of the call c1, or the stage s1, once it was told in this order."""
    with one_lead() as seven:
        seven.now = NOON - 2 * HOUR
        seven.lead()
        seven.now = NOON
        for telling in tellings:
            seven.now += MINUTE
            _ = seven.call(id="c1", **telling) if of_calls else seven.stage(id="s1", **telling)
        if of_calls:
            call = seven.calls[-1]
            return call.result, call.seconds, call.at
        stage = seven.stages[-1]
        return stage.stage, stage.amount, stage.at


CALLS = (
    {"result": "no_answer", "at": at(-60), "sent_at": at(-50)},
    {"result": "busy", "at": at(-60), "sent_at": at(-40)},
    {"result": "reached", "at": at(-60), "sent_at": at(-30), "seconds": 60},
)
STAGES = (
    {"stage": "Договор", "at": at(-60), "sent_at": at(-50), "amount": 100.0},
    {"stage": "Договор", "at": at(-60), "sent_at": at(-40), "amount": 200.0},
    {"stage": "Отказ", "at": at(-60), "sent_at": at(-30)},
)


def orders() -> Iterator[tuple[int, ...]]:
    return permutations(range(3))


@pytest.mark.parametrize("order", list(orders()), ids=str)
def test_the_telling_that_was_sent_last_holds_whatever_comes_last(order: tuple[int, ...]) -> None:
    assert held(tuple(CALLS[n] for n in order), of_calls=True) == ("reached", 60, NOON - HOUR)
    assert held(tuple(STAGES[n] for n in order), of_calls=False) == ("Отказ", None, NOON - HOUR)


def test_an_older_telling_that_comes_late_is_not_stored_as_news(stored: OneLead) -> None:
    stored.call(id="c1", result="reached", at=at(-60), sent_at=at(-30))
    assert not stored.call(id="c1", result="busy", at=at(-60), sent_at=at(-50)).stored
    assert [one.result for one in stored.calls] == ["reached"]


def test_of_two_tellings_of_one_moment_the_same_holds_in_either_order() -> None:
    calls = tuple({**one, "sent_at": at(-30)} for one in CALLS[:2])
    stages = tuple({**one, "sent_at": at(-30)} for one in STAGES[:2])
    assert held(calls, of_calls=True) == held(calls[::-1], of_calls=True)
    assert held(stages, of_calls=False) == held(stages[::-1], of_calls=False)


def test_of_two_tellings_of_one_moment_that_differ_only_in_when_it_happened_the_same_holds_in_either_order() -> None:
    calls = tuple({**CALLS[0], "at": at(minutes), "sent_at": at(-30)} for minutes in (-60, -59))
    stages = tuple({**STAGES[0], "at": at(minutes), "sent_at": at(-30)} for minutes in (-60, -59))
    assert held(calls, of_calls=True) == held(calls[::-1], of_calls=True)
    assert held(stages, of_calls=False) == held(stages[::-1], of_calls=False)


def test_of_two_tellings_of_one_moment_of_which_one_does_not_say_when_it_happened_the_same_holds_in_either_order() -> (
    None
):
    vaguer = {"result": "reached", "sent_at": at(-30)}, {"stage": "Отказ", "sent_at": at(-30)}
    calls, stages = ({**CALLS[0], "sent_at": at(-30)}, vaguer[0]), ({**STAGES[0], "sent_at": at(-30)}, vaguer[1])
    assert held(calls, of_calls=True) == held(calls[::-1], of_calls=True) == ("reached", None, NOON - 30 * MINUTE)
    assert held(stages, of_calls=False) == held(stages[::-1], of_calls=False) == ("Отказ", None, NOON - 30 * MINUTE)


def test_without_an_id_calls_are_told_apart_by_their_moment_and_manager_and_stages_by_their_moment(
    stored: OneLead,
) -> None:
    for moment, manager in ((-30, "Анна"), (-30, "Борис"), (-20, "Анна")):
        assert stored.call(at=at(moment), manager=manager).stored
    assert not stored.call(at=at(-30), manager="Анна").stored
    for moment in (-30, -20):
        assert stored.stage("Встреча", at=at(moment)).stored
    assert not stored.stage("Встреча", at=at(-30)).stored
    assert (len(stored.calls), len(stored.stages)) == (3, 2)
