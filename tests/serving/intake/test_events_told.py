"""A call or a stage that is told several times is what all tellings say together, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import FactRefused, UnknownLead
from features.facts.events_together import told_when
from features.facts.values import Call, Stage
from tests.serving.intake.one_lead import MINUTE, SEVEN, OneLead, at, one_lead
from tests.support.facts import NOON

HOUR = 60 * MINUTE
SECOND = timedelta(seconds=1)
Telling = dict[str, Any]


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


def test_a_correction_that_says_when_it_was_sent_but_not_when_it_happened_moves_nothing_in_time(
    stored: OneLead,
) -> None:
    stored.call(id="c1", at=at(-30))
    stored.stage("Договор", id="s1", at=at(-20), amount=100)
    stored.now += HOUR
    assert stored.call(id="c1", result="busy", sent_at=at(59)).stored
    assert stored.stage("Договор", id="s1", amount=120, sent_at=at(59)).stored
    assert (stored.calls[-1].result, stored.calls[-1].at) == ("busy", NOON - 30 * MINUTE)
    assert (stored.stages[-1].amount, stored.stages[-1].at) == (120, NOON - 20 * MINUTE)


def test_what_no_telling_says_the_moment_of_happened_when_it_was_told_first(stored: OneLead) -> None:
    stored.call(id="c1", sent_at=at(-30))
    stored.call(id="c1", result="busy", sent_at=at(-20))
    assert [one.at for one in stored.calls] == [NOON - 30 * MINUTE] * 2
    stored.call(id="c1", sent_at=at(-40))
    assert (stored.calls[-1].at, stored.calls[-1].result) == (NOON - 40 * MINUTE, "busy")


def test_a_moment_that_an_older_telling_named_counts_though_it_comes_late(stored: OneLead) -> None:
    stored.stage("Договор", id="s1", amount=120, sent_at=at(-10))
    assert stored.stages[-1].at == NOON - 10 * MINUTE
    assert stored.stage("Договор", id="s1", amount=100, at=at(-60), sent_at=at(-30)).stored
    assert (stored.stages[-1].at, stored.stages[-1].amount) == (NOON - HOUR, 120)
    assert not stored.stage("Договор", id="s1", amount=90, at=at(-90), sent_at=at(-40)).stored
    assert stored.stages[-1].at == NOON - HOUR


def test_a_moment_that_is_named_as_that_of_the_telling_itself_is_named_all_the_same(stored: OneLead) -> None:
    for order in permutations(({"at": at(-30), "sent_at": at(-30)}, {"sent_at": at(-40)}, {"sent_at": at(-20)})):
        name = str(order)
        for telling in order:
            stored.stage("Договор", id=name, **telling)
        assert stored.stages[-1].at == NOON - 30 * MINUTE


def test_what_a_later_telling_leaves_out_stays_and_what_it_names_as_null_goes(stored: OneLead) -> None:
    stored.call(
        id="c1", at=at(-30), manager="Анна", seconds=120, answers={"need": "yes", "area": 40}, comment="хороший"
    )
    assert stored.call(id="c1", grade="A", answers={"area": None}, comment=None).stored
    call = stored.calls[-1]
    assert (call.manager, call.seconds, call.answers, call.comment, call.grade) == (
        "Анна",
        120,
        {"need": "yes"},
        None,
        "A",
    )
    stored.stage("Договор", id="s1", at=at(-20), amount=100, reason="цена", manager="Анна")
    assert stored.stage("Договор", id="s1", manager="Борис", reason=None).stored
    assert (stored.stages[-1].amount, stored.stages[-1].reason, stored.stages[-1].manager) == (100, None, "Борис")


def test_what_was_cleared_is_not_brought_back_by_an_older_telling_but_what_was_left_out_is_filled_in(
    stored: OneLead,
) -> None:
    stored.call(id="c1", at=at(-30), comment=None, sent_at=at(-10))
    assert stored.call(id="c1", comment="звонить Анне", seconds=60, sent_at=at(-20)).stored
    assert (stored.calls[-1].comment, stored.calls[-1].seconds) == (None, 60)


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
    assert held(tuple(STAGES[n] for n in order), of_calls=False) == ("Отказ", 200.0, NOON - HOUR)


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
    assert held(calls, of_calls=True) == held(calls[::-1], of_calls=True) == ("reached", None, NOON - HOUR)
    assert held(stages, of_calls=False) == held(stages[::-1], of_calls=False) == ("Отказ", 100.0, NOON - HOUR)


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


def test_a_clock_a_little_ahead_tells_of_the_present_moment_and_its_telling_that_comes_again_of_the_same(
    stored: OneLead,
) -> None:
    """Without an id the moment tells calls and stages apart: as the sender names it, which is ahead of ours only once."""
    for again in (True, False):
        assert stored.call(at=at(0.005)).stored is again
        assert stored.stage("Встреча", at=at(0.005)).stored is again
        assert stored.call(sent_at=at(4)).stored is again
        assert stored.call(id="c1", at=at(0.005)).stored is again
        assert stored.stage("Встреча", id="s1", at=at(0.005)).stored is again
        stored.now += 10 * MINUTE
    assert (len(stored.calls), len(stored.stages)) == (3, 2)
    assert all(one.at == one.known_at < NOON + SECOND for one in stored.calls)
    assert all(one.at == one.known_at < NOON + SECOND for one in stored.stages)


def test_a_fact_as_the_version_before_stored_it_keeps_its_moment_and_its_parts(stored: OneLead) -> None:
    noon = NOON - SECOND
    old = Call(SEVEN, noon - HOUR, noon, "reached", "c1", seconds=60.0, told_at=noon - 30 * MINUTE)
    stored.facts.append(old)
    stored.facts.append(Stage(SEVEN, noon - HOUR, noon - HOUR, "Договор", 100.0, stage_id="s1"))
    assert stored.call(id="c1", grade="B", sent_at=at(-1)).stored
    assert (stored.calls[-1].at, stored.calls[-1].seconds, stored.calls[-1].grade) == (old.at, 60, "B")
    stored.stage("Договор", id="s1", amount=120)
    assert (stored.stages[-1].at, stored.stages[-1].amount) == (noon - HOUR, 120)


def test_a_telling_from_before_an_import_does_not_undo_what_the_import_put_right(stored: OneLead) -> None:
    first = {"id": "c1", "at": at(-60), "sent_at": at(-50), "comment": "звонить"}
    stored.call(**first)
    stored.imports_call(replace(stored.calls[-1], known_at=NOON - MINUTE, comment=None, told_at=None, parts_told_at=()))
    assert not stored.call(**first).stored
    assert stored.calls[-1].comment is None
    assert stored.call(id="c1", comment="перезвонить", sent_at=at(-0.5)).stored


def test_a_call_of_a_forgotten_person_that_comes_again_adds_nothing() -> None:
    with one_lead(is_forgotten=True) as seven:
        seven.lead()
        assert seven.call(id="c1", comment="звонить Марии", seconds=60).stored
        assert seven.calls[-1].comment == "· ·"
        assert seven.call(id="c1", grade="A").stored
        assert not seven.call(id="c1", comment="звонить Марии").stored


ANY_AT = st.none() | st.integers(-60, -20)
NEED = st.dictionaries(st.sampled_from(["need", "role"]), st.sampled_from(["yes", "no", None, "-"]))
CALL_PARTS = st.fixed_dictionaries(
    {"result": st.sampled_from(["reached", "busy"]), "answers": NEED},
    optional={
        "seconds": st.none() | st.sampled_from([60, 90]),
        "grade": st.none() | st.sampled_from(["A", "B"]),
        "comment": st.none() | st.just("звонить"),
    },
)
STAGE_PARTS = st.fixed_dictionaries(
    {"stage": st.sampled_from(["Встреча", "Договор"])},
    optional={
        "amount": st.none() | st.sampled_from([5.0, 6.0]),
        "manager": st.none() | st.sampled_from(["Анна", "Борис"]),
    },
)


@st.composite
def tellings(draw: st.DrawFn, parts: st.SearchStrategy[Telling]) -> list[Telling]:
    """Draw what is told of one thing, minute by minute: each telling with or without when it happened and when it was sent."""
    told: list[Telling] = []
    for minute in range(draw(st.integers(1, 5))):
        happened, sent = draw(ANY_AT), draw(st.none() | st.integers(-5, minute))
        moments = {"at": happened, "sent_at": sent}
        told.append(draw(parts) | {name: at(one) for name, one in moments.items() if one is not None})
    return told


def delivered(told: Sequence[Telling], *, of_calls: bool, since: datetime = NOON) -> tuple[object, list[Telling]]:
    """Return what holds once all were told, a minute after another, and the tellings as if each had said when it was sent.

    One that does not say so and changes nothing is no telling.
    """
    with one_lead() as seven:
        seven.now = NOON - 2 * HOUR
        seven.lead()
        counted = []
        for minute, telling in enumerate(told):
            seven.now = since + minute * MINUTE
            said = seven.call(id="x", **telling) if of_calls else seven.stage(id="x", **telling)
            if said.stored or "sent_at" in telling:
                counted.append({"sent_at": said.moment.isoformat()} | telling)
        last = (seven.calls if of_calls else seven.stages)[-1]
        return replace(last, known_at=NOON, told_at=told_when(last), parts_told_at=()), counted


@pytest.mark.parametrize("of_calls", [True, False])
def test_any_order_and_any_repetition_of_tellings_end_in_the_same_with_and_without_their_moments(
    of_calls: bool,
) -> None:
    @given(told=tellings(CALL_PARTS if of_calls else STAGE_PARTS), data=st.data())
    def ends_the_same(told: list[Telling], data: st.DataObject) -> None:
        first, counted = delivered(told, of_calls=of_calls)
        again = data.draw(st.lists(st.sampled_from(counted), max_size=3))
        shuffled = data.draw(st.permutations([*counted, *again]))
        assert delivered(shuffled, of_calls=of_calls, since=NOON + 2 * HOUR)[0] == first

    ends_the_same()


@given(told=tellings(STAGE_PARTS))
def test_each_part_is_that_of_the_last_telling_that_named_it(told: list[Telling]) -> None:
    stage, counted = delivered(told, of_calls=False)
    assert isinstance(stage, Stage)
    by_when = sorted(counted, key=lambda one: datetime.fromisoformat(one["sent_at"]))
    moments = [one["sent_at"] for one in by_when]
    if len(set(moments)) < len(moments):
        return  # of two of one moment what they say decides, which is told above
    named = [one["at"] for one in by_when if "at" in one]
    amounts = [one["amount"] for one in by_when if "amount" in one]
    assert stage.at == datetime.fromisoformat(named[-1] if named else moments[0])
    assert (stage.stage, stage.amount) == (by_when[-1]["stage"], amounts[-1] if amounts else None)
