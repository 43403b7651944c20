"""Two facts speak of one thing, or of two; what a fact says is one thing, when it was learned another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given

from features.facts.identity import digest_of, identity, key_of
from features.facts.values import Assignment, Fact, LeadFact, LeadId, Plan, Source, Spend
from tests.support.facts import NOON, call, later_facts, lead, source, stage

HOUR = timedelta(hours=1)
SPEND = Spend(date(2026, 3, 2), NOON, NOON, 10.0, "RUB", {"source": "vk", "ad": "1"})
PLAN = Plan(date(2026, 3, 1), NOON, NOON, "sales", 30.0, "Анна")
TAKEN = Assignment(LeadId("7"), NOON, NOON, "Анна")
STATUS = replace(stage(), is_status=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lead(area=40.0), lead(area=90.0)),
        (lead(), lead(at=NOON + HOUR)),
        (source(source="vk"), source(source="avito")),
        (call(result="busy"), call(result="reached")),
        (replace(call(), call_id="c1"), replace(call(at=NOON), call_id="c1", manager="Вера")),
        (stage(amount=1.0), replace(stage(name=" WON "), amount=2.0)),
        (STATUS, replace(STATUS, stage="lost", at=NOON)),
        (TAKEN, replace(TAKEN, taken=False)),
        (SPEND, replace(SPEND, cost=20.0, marks={"ad": "1", "source": "vk"})),
        (PLAN, replace(PLAN, value=40.0)),
    ],
)
def test_a_correction_speaks_of_the_same_thing(one: Fact, other: Fact) -> None:
    assert identity(one) == identity(other)
    assert key_of(one) == key_of(other)
    assert digest_of(one) != digest_of(other) or replace(one, known_at=NOON) == replace(other, known_at=NOON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lead("7"), lead("8")),
        (lead(), source()),
        (call(), call(at=NOON)),
        (call(), replace(call(), manager="Вера")),
        (replace(call(), call_id="c1"), replace(call(), call_id="c2")),
        (replace(call("7"), call_id="c1"), replace(call("8"), call_id="c1")),
        (stage(name="won"), stage(name="lost")),
        (stage(), stage(at=NOON)),
        (stage(), STATUS),
        (TAKEN, replace(TAKEN, manager="Вера")),
        (SPEND, replace(SPEND, marks={"source": "vk"})),
        (SPEND, replace(SPEND, day=date(2026, 3, 3))),
        (PLAN, replace(PLAN, manager=None)),
        (PLAN, replace(PLAN, measure="revenue")),
    ],
)
def test_facts_of_two_things_never_correct_one_another(one: Fact, other: Fact) -> None:
    assert identity(one) != identity(other)
    assert key_of(one) != key_of(other)


@given(later_facts())
def test_what_a_fact_says_does_not_depend_on_when_it_was_learned(fact: LeadFact) -> None:
    retold = replace(fact, known_at=fact.known_at + HOUR, back_dated=True)
    assert digest_of(retold) == digest_of(fact)


def test_the_order_of_answers_and_marks_says_nothing() -> None:
    assert digest_of(lead(area=1.0, need="yes")) == digest_of(lead(need="yes", area=1.0))
    assert digest_of(source(a="1", b="2")) == digest_of(Source(LeadId("7"), NOON, NOON, {"b": "2", "a": "1"}))


def test_a_status_that_is_exported_again_says_nothing_new() -> None:
    assert digest_of(replace(STATUS, at=NOON)) == digest_of(STATUS)
    assert digest_of(replace(STATUS, stage="lost")) != digest_of(STATUS)


def test_nothing_given_and_nothing_said_are_told_from_zero() -> None:
    assert digest_of(stage(amount=0.0)) != digest_of(stage(amount=None))
