"""The log of facts keeps everything, forgets nothing, and says the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from features.errors import UnknownImport, UnknownLead
from features.facts.codec import encoded, lead_fact, microseconds
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import Assignment, Call, Fact, Lead, LeadFact, LeadId, Plan, Source, Spend, Stage
from tests.support.facts import NOON, call, facts_of_leads, later_facts, lead, stage

HOUR = timedelta(hours=1)


def an_import(engine: Engine) -> int:
    log = ImportLog(engine)
    return log.begin(file="leads.csv", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id


def test_stored_facts_come_back_as_they_were(engine: Engine) -> None:
    store = FactStore(engine)
    facts: list[Fact] = [
        Lead(LeadId("7"), NOON, NOON + HOUR, {"area": 40.5, "tags": ("a", "b")}, ("k",), {"has_phone": "yes"}, "Анна"),
        Source(LeadId("7"), NOON, NOON, {"source": "яндекс", "yclid": "1"}, back_dated=True),
        Call(
            LeadId("7"), NOON, NOON, "call_back", "c1", "Анна", 0.0, {"need": "yes"}, "окна", "тихие", "…", NOON + HOUR
        ),
        Stage(LeadId("7"), NOON, NOON, "Договор", 0.0, "цена", "Анна"),
        Assignment(LeadId("7"), NOON, NOON, "Анна", taken=False),
    ]
    store.append(facts)
    assert store.history(LeadId("7")).facts == tuple(facts)


def test_spend_and_plans_come_back_and_a_later_version_replaces_an_earlier_one(engine: Engine) -> None:
    store = FactStore(engine)
    spend = Spend(date(2026, 3, 2), NOON, NOON, 0.0, "RUB", {"source": "vk"}, 0, 0)
    plan = Plan(date(2026, 3, 1), NOON, NOON, "sales", 0.0, None)
    store.append([spend, plan])
    store.append([replace(spend, cost=12.5, known_at=NOON + HOUR), replace(plan, value=30.0, known_at=NOON + HOUR)])
    assert [one.cost for one in store.spend()] == [12.5]
    assert [one.value for one in store.plans()] == [30.0]
    assert [one.cost for one in store.spend(up_to=2)] == [0.0]
    assert [one.cost for one in store.spend(known_by=NOON)] == [0.0]
    assert store.plans(known_by=NOON - HOUR) == []


def test_the_same_fact_twice_is_stored_once(engine: Engine) -> None:
    store = FactStore(engine)
    first = store.append([lead("7"), call("7")])
    again = store.append([lead("7"), call("7")])
    assert first == [1, 2]
    assert again == [None, None]


def test_a_fact_told_again_later_changes_nothing_but_a_changed_one_is_a_correction(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7", area=40.0)])
    assert store.append([replace(lead("7", area=40.0), known_at=NOON + HOUR)]) == [None]
    assert store.append([replace(lead("7", area=50.0), known_at=NOON + HOUR)]) == [2]
    assert [fact.answers["area"] for fact in store.history(LeadId("7")).facts if isinstance(fact, Lead)] == [40.0, 50.0]


def test_numbers_only_grow_and_reading_up_to_one_sees_nothing_later(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7")])
    store.append([call("7")])
    assert store.last_number() == 2
    assert len(store.history(LeadId("7"), up_to=1).facts) == 1
    assert [len(history.facts) for history in store.histories(up_to=1)] == [1]


def test_an_unknown_lead_is_named(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([call("7")])
    with pytest.raises(UnknownLead, match="'7'"):
        store.history(LeadId("7"))
    assert list(store.histories()) == []


def test_an_undone_import_is_seen_no_more_except_by_who_reads_up_to_an_earlier_number(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7")])
    wrong = an_import(engine)
    store.append([call("7"), stage("7", "won")], import_id=wrong)
    before = store.last_number()
    assert store.undo(wrong) == 2
    assert len(store.history(LeadId("7")).facts) == 1
    assert len(store.history(LeadId("7"), up_to=before).facts) == 3
    assert store.undo(wrong) == 0


def test_what_was_undone_can_be_stored_again(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7")])
    wrong = an_import(engine)
    store.append([call("7")], import_id=wrong)
    store.undo(wrong)
    assert store.append([call("7")]) == [4]
    assert len(store.history(LeadId("7")).facts) == 2


def test_an_undone_import_counts_as_a_change_of_every_lead_it_touched(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7"), lead("8")])
    wrong = an_import(engine)
    store.append([call("8")], import_id=wrong)
    seen = store.last_number()
    store.undo(wrong)
    assert store.leads_changed_since(seen) == {LeadId("8")}


def test_undoing_an_import_that_never_was_is_an_error(engine: Engine) -> None:
    with pytest.raises(UnknownImport, match="leadloop imports"):
        FactStore(engine).undo(99)


def test_sqlite_writes_ahead_and_syncs_fully(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


@given(facts=facts_of_leads())
def test_a_lead_fact_survives_being_stored(facts: list[LeadFact]) -> None:
    kinds = {Lead: "lead", Source: "source", Call: "call", Stage: "stage", Assignment: "assignment"}
    for fact in facts:
        at, known = microseconds(fact.at), microseconds(fact.known_at)
        assert lead_fact(kinds[type(fact)], fact.lead_id, at, known, encoded(fact)) == fact


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=facts_of_leads(), cut=st.integers(0, 9))
def test_storing_in_one_go_or_in_two_keeps_the_same_facts(
    sqlite_engine: Engine, facts: list[LeadFact], cut: int
) -> None:
    store = FactStore(sqlite_engine)
    before = store.last_number()
    in_one_go, in_two = f"{before}-one", f"{before}-two"
    store.append([replace(fact, lead_id=LeadId(in_one_go)) for fact in facts])
    store.append([replace(fact, lead_id=LeadId(in_two)) for fact in facts[:cut]])
    store.append([replace(fact, lead_id=LeadId(in_two)) for fact in facts[cut:]])
    stored = [
        [replace(fact, lead_id=LeadId("7")) for fact in store.history(LeadId(name)).facts]
        for name in (in_one_go, in_two)
    ]
    assert stored[0] == stored[1]
    assert stored[0][0] == facts[0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fact=later_facts("7"))
def test_a_fact_that_was_stored_last_of_its_kind_is_not_stored_again(sqlite_engine: Engine, fact: LeadFact) -> None:
    store = FactStore(sqlite_engine)
    store.append([fact])
    before = store.last_number()
    assert store.append([fact, fact]) == [None, None]
    assert store.last_number() == before


def test_what_is_stored_of_leads_and_of_costs_is_found_by_an_index_and_told_again_in_one_go_adds_nothing(
    sqlite_engine: Engine,
) -> None:
    store = FactStore(sqlite_engine)
    spend = Spend(date(2026, 3, 1), NOON, NOON, 100.0, "RUB", {"source": "vk"})
    facts: list[Fact] = [lead("7"), spend, lead("8"), call("7", NOON)]
    asked: list[str] = []

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(sqlite_engine, "before_cursor_execute", noted)
    assert store.append(facts) == [1, 2, 3, 4]
    event.remove(sqlite_engine, "before_cursor_execute", noted)
    assert store.append([*facts, replace(spend, cost=120.0)]) == [None, None, None, None, 5]
    lookups = [one for one in asked if "facts.digest" in one and one.startswith("SELECT")]
    with sqlite_engine.connect() as connection:
        plans = [
            " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", ("",) * one.count("?")))
            for one in lookups
        ]
    assert ["facts_of_lead" in one for one in plans] == [True, False]
    assert ["facts_of_no_lead" in one for one in plans] == [False, True]
    assert not any("SCAN facts" in one for one in plans)


def test_whom_the_stored_facts_name_as_managers_is_known_without_those_of_an_import_that_was_taken_back(
    engine: Engine,
) -> None:
    store = FactStore(engine)
    assert store.managers() == set()
    given = Assignment(LeadId("7"), NOON, NOON, 'Вера "В."')
    store.append(
        [
            replace(lead("7"), manager="Анна"),
            call("7"),
            stage("7"),
            given,
            Source(LeadId("7"), NOON, NOON, {"manager": "vk"}),
        ]
    )
    wrong = an_import(engine)
    store.append([replace(stage("7", "meeting"), manager="Zed")], import_id=wrong)
    assert store.managers() == {"Анна", 'Вера "В."', "Zed"}
    store.undo(wrong)
    assert store.managers() == {"Анна", 'Вера "В."'}


def test_how_often_each_stage_was_told_is_counted_as_known_by_a_moment(engine: Engine) -> None:
    store = FactStore(engine)
    assert store.stage_counts() == {}
    store.append([stage("7", "Договор"), stage("8", "Договор"), stage("8", "Отказ", NOON + HOUR)])
    wrong = an_import(engine)
    store.append([stage("9", "Dogovor", NOON)], import_id=wrong)
    assert store.stage_counts() == {"Договор": 2, "Отказ": 1, "Dogovor": 1}
    assert store.stage_counts(known_by=NOON + HOUR) == {"Отказ": 1, "Dogovor": 1}
    store.undo(wrong)
    assert store.stage_counts(known_by=NOON + HOUR) == {"Отказ": 1}
