"""One row for one lead at one moment, the same however it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.values import LeadFact, LeadId
from features.rows.feature import Value
from features.rows.feature_row import FixedRates, RowBuilder, features_of
from features.rows.rates_timeline import RatesTimeline
from features.rows.source_features import READ_MARKS, SOURCE_FEATURES
from features.rows.source_rates import SourceRates
from tests.features.rows.windows import COMPANY
from tests.support.facts import MINUTES, NOON, call, facts_of_leads, history, lead, source, stage

ROWS = RowBuilder(COMPANY, FixedRates(SourceRates({(): (100, 10), ("channel", "Директ"): (50, 9)})))


def row_of(facts: list[LeadFact], moment: datetime) -> dict[str, Value] | None:
    known = ROWS.known(history(*facts), moment) if facts else None
    return ROWS.row(known) if known else None


@given(facts_of_leads(), MINUTES)
def test_no_fact_after_the_moment_changes_the_row(facts: list[LeadFact], minutes: int) -> None:
    moment = NOON + timedelta(minutes=minutes)
    assert row_of(facts, moment) == row_of([fact for fact in facts if fact.known_at <= moment], moment)


@given(facts_of_leads(), MINUTES, st.data())
def test_the_order_in_which_facts_came_does_not_change_the_row(
    facts: list[LeadFact], minutes: int, data: st.DataObject
) -> None:
    moment = NOON + timedelta(minutes=minutes)
    assert row_of(facts, moment) == row_of(data.draw(st.permutations(facts)), moment)


@given(facts_of_leads(), MINUTES)
def test_every_value_is_of_its_features_kind_or_missing(facts: list[LeadFact], minutes: int) -> None:
    row = row_of(facts, NOON + timedelta(minutes=minutes))
    assert row is not None
    kinds = {"number": float, "level": str}
    wrong = [one.name for one in ROWS.features if not isinstance(row[one.name], kinds[one.kind] | None)]
    assert wrong == []
    assert list(row) == [one.name for one in ROWS.features]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(facts_of_leads(), min_size=1, max_size=4), MINUTES)
def test_the_row_of_one_lead_is_the_row_among_all(engine: Engine, leads: list[list[LeadFact]], minutes: int) -> None:
    store = FactStore(engine)
    begun = store.last_number()
    for number, facts in enumerate(leads):
        store.append([replace(fact, lead_id=LeadId(f"{begun}-{number}")) for fact in facts])
    rows = RowBuilder(COMPANY, RatesTimeline(ROWS.gate).learn(store.histories()))
    moment = NOON + timedelta(minutes=minutes)
    among_all = {}
    for one in store.histories():
        known = rows.known(one, moment)
        assert known is not None
        among_all[one.lead_id] = rows.row(known)
    for number in range(len(leads)):
        lead_id = LeadId(f"{begun}-{number}")
        alone = rows.known(store.history(lead_id), moment)
        assert alone is not None
        assert rows.row(alone) == among_all[lead_id]
        among_some = next(store.histories(lead_ids=[lead_id]))
        assert among_some == store.history(lead_id)


def test_the_row_up_to_a_storage_number_is_the_row_that_was_built_then(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead(area=40.0), source(source="vk")])
    number, moment = store.last_number(), NOON + timedelta(days=2)
    then = ROWS.known(store.history(LeadId("7")), moment)
    store.append([call(), lead(area=90.0, at=NOON), stage(name="meeting", at=NOON + timedelta(hours=1))])
    now = ROWS.known(store.history(LeadId("7")), moment)
    rebuilt = ROWS.known(store.history(LeadId("7"), up_to=number), moment)
    assert then is not None
    assert rebuilt is not None
    assert now is not None
    assert ROWS.row(rebuilt) == ROWS.row(then) != ROWS.row(now)


def test_every_feature_says_what_it_means_and_what_it_reads() -> None:
    silent = [one.name for one in ROWS.features if not (one.meaning.endswith(".") and one.reads and one.family)]
    assert silent == []


def test_a_numbers_unit_is_known_where_we_gave_it_its_name() -> None:
    own = set(COMPANY.fields)
    assert [one.name for one in ROWS.features if one.kind == "number" and not one.unit and one.name not in own] == []


@pytest.mark.parametrize("name", ["offer", "hour", "channel"])
def test_a_field_with_the_name_of_a_general_feature_keeps_both(name: str) -> None:
    company = Company.model_validate({"company": "Окна", "fields": {name: {"kind": "choice"}}})
    names = [one.name for one in features_of(company)]
    assert f"answer_{name}" in names
    assert len(names) == len(set(names))


def test_a_field_that_is_no_feature_is_in_no_row() -> None:
    company = Company.model_validate({"company": "Окна", "fields": {"note": {"kind": "choice", "feature": False}}})
    assert "note" not in {one.name for one in features_of(company)}


@given(st.lists(facts_of_leads(), min_size=1, max_size=4), MINUTES)
def test_a_row_put_together_from_what_was_said_before_is_what_each_feature_says_of_the_lead(
    leads: list[list[LeadFact]], minutes: int
) -> None:
    for facts in [*leads, *leads]:
        known = ROWS.known(history(*facts), NOON + timedelta(minutes=minutes))
        if known is not None:
            assert ROWS.row(known) == {one.name: one.of(known) for one in ROWS.features}


@given(st.dictionaries(st.sampled_from([*READ_MARKS, "source", "price", "yclid"]), st.text(max_size=4)))
def test_what_the_sources_features_say_hangs_on_the_marks_that_they_are_said_to_read(marks: dict[str, str]) -> None:
    from_there = replace(source(), marks=marks)
    known = ROWS.known(history(lead(), from_there), NOON)
    assert known is not None
    fewer = {name: word for name, word in marks.items() if name in READ_MARKS}
    alike = known._replace(source=replace(from_there, marks=fewer))
    assert [one.of(known) for one in SOURCE_FEATURES] == [one.of(alike) for one in SOURCE_FEATURES]
