"""What was known of a lead at a moment: the future does not exist, and the order of telling does not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.facts.values import Assignment, LeadFact, LeadId
from features.rows.as_of import Gate
from tests.features.rows.windows import COMPANY, company_with, known
from tests.support.facts import MINUTES, NOON, call, facts_of_leads, history, lead, source, stage

HOUR = timedelta(hours=1)
LATE = NOON + timedelta(days=30)


def test_before_it_arrived_a_lead_is_not_known() -> None:
    gate = Gate(COMPANY)
    assert gate.as_of(history(lead()), NOON - timedelta(microseconds=1)) is None
    assert gate.as_of(history(lead()), NOON) is not None


def test_a_lead_that_was_told_of_late_is_not_known_before() -> None:
    late = replace(lead(), known_at=LATE)
    assert Gate(COMPANY).as_of(history(call(), late), LATE - HOUR) is None


def test_of_two_versions_the_one_that_was_learned_last_by_then_counts() -> None:
    facts = (replace(lead(area=90.0), known_at=LATE), lead(area=40.0))
    assert known(*facts, moment=LATE - HOUR).answers == {"area": 40.0}
    assert known(*facts, moment=LATE).answers == {"area": 90.0}


def test_a_corrected_call_is_one_call() -> None:
    corrected = call(result="refused", known_at=LATE)
    assert [one.result for one in known(lead(), call(), corrected).calls] == ["refused"]
    assert [one.result for one in known(lead(), call(), corrected, moment=LATE - HOUR).calls] == ["reached"]


def test_two_calls_with_ids_of_their_own_at_one_moment_are_two() -> None:
    twins = [replace(call(), call_id=name) for name in ("a", "b")]
    assert len(known(lead(), *twins).calls) == 2


def test_calls_and_stages_stand_in_the_order_in_which_they_happened() -> None:
    told_late = call(at=NOON + HOUR, known_at=LATE)
    found = known(lead(), call(at=NOON + 2 * HOUR), told_late, stage(name="won"), stage(name="meeting", at=NOON + HOUR))
    assert [one.at - NOON for one in found.calls] == [HOUR, 2 * HOUR]
    assert found.stage_kinds == ("meeting", "won")


def test_what_a_manager_fills_in_later_is_hidden_until_the_first_call() -> None:
    form = lead(area=40.0, budget="yes")
    assert known(form).answers == {"area": 40.0}
    assert known(form, call(result="no_answer")).answers == {"area": 40.0, "budget": "yes"}
    assert known(form, call(), moment=NOON).answers == {"area": 40.0}


def test_what_a_manager_fills_in_later_is_known_once_a_later_version_tells_it() -> None:
    changed = replace(lead(area=40.0, budget="no"), known_at=LATE)
    assert known(lead(area=40.0, budget="yes"), changed).answers == {"area": 40.0, "budget": "no"}
    assert known(lead(area=40.0, budget="yes"), changed, moment=LATE - HOUR).answers == {"area": 40.0}


def test_a_field_of_the_manager_counts_from_arrival_where_the_company_says_so() -> None:
    budget = COMPANY.fields["budget"].model_copy(update={"known_from": "arrival"})
    company = company_with(fields={**COMPANY.fields, "budget": budget})
    assert known(lead(budget="yes"), company=company).answers == {"budget": "yes"}


def test_an_answer_on_the_phone_replaces_the_forms_and_the_last_call_has_the_last_word() -> None:
    facts = (
        lead(area=40.0, need="no"),
        call(need="yes", budget="no"),
        call(at=NOON + 3 * HOUR, budget="yes"),
    )
    assert known(*facts).answers == {"area": 40.0, "need": "yes", "budget": "yes"}
    assert known(*facts, moment=NOON + 2 * HOUR).answers == {"area": 40.0, "need": "yes", "budget": "no"}


def test_a_mended_channel_rule_mends_the_past_as_facts_keep_the_raw_words() -> None:
    facts = (lead(), source(source="Avito"))
    assert known(*facts).channel == "Директ"
    assert (
        known(*facts, company=company_with(channels=COMPANY.channels.model_copy(update={"rules": ()}))).channel
        == "avito"
    )
    assert known(lead()).channel == "unknown"


def test_taking_a_lead_and_giving_it_back_are_two_things_that_happened() -> None:
    taken = Assignment(LeadId("7"), NOON, NOON, "Анна")
    back = Assignment(LeadId("7"), NOON + HOUR, NOON + HOUR, "Анна", taken=False)
    assert [one.taken for one in known(lead(), back, taken).assignments] == [True, False]


@given(facts_of_leads(), MINUTES)
def test_no_fact_known_after_the_moment_is_seen(facts: list[LeadFact], minutes: int) -> None:
    moment = NOON + timedelta(minutes=minutes)
    past = [fact for fact in facts if fact.known_at <= moment]
    gate = Gate(COMPANY)
    assert gate.as_of(history(*facts), moment) == gate.as_of(history(*past), moment)


@given(facts_of_leads(), MINUTES, st.data())
def test_the_order_in_which_facts_came_does_not_matter(
    facts: list[LeadFact], minutes: int, data: st.DataObject
) -> None:
    moment = NOON + timedelta(minutes=minutes)
    shuffled = data.draw(st.permutations(facts))
    gate = Gate(COMPANY)
    assert gate.as_of(history(*facts), moment) == gate.as_of(history(*shuffled), moment)


@given(facts_of_leads(), MINUTES)
def test_a_fact_that_is_told_twice_is_one_fact(facts: list[LeadFact], minutes: int) -> None:
    moment: datetime = NOON + timedelta(minutes=minutes)
    calls_and_stages = [fact for fact in facts[1:] if type(fact) is not type(facts[0])]
    gate = Gate(COMPANY)
    once = gate.as_of(history(facts[0], *calls_and_stages), moment)
    assert once == gate.as_of(history(facts[0], *calls_and_stages, *calls_and_stages), moment)
