"""Counts of conversions that are kept up equal looking at all leads, whatever comes, is told, grows old or is forgotten."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.contacts import Contact
from features.facts.conversion_settings import SYSTEMS
from features.facts.forgetting import forget_person
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadId, Stage
from tests.monitoring.conversions.desks import COMPANY, desk_of, lead_facts, random_lead
from tests.support.contacts import keep_contact
from tests.support.facts import NOON

DAY = timedelta(days=1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("average_check", [100000, None])
def test_kept_up_counts_equal_looking_at_every_lead(
    sqlite_engine: Engine, seed: int, average_check: float | None
) -> None:
    draw = random.Random(seed)
    company = Company.model_validate({**COMPANY.model_dump(), "average_check": average_check})
    store, kept, moment = FactStore(sqlite_engine), desk_of(sqlite_engine, company), NOON - 60 * DAY
    imports, names, undone = ImportLog(sqlite_engine), [LeadId(f"L{n}") for n in range(40)], 0
    for n in range(30):
        moment += draw.choice([timedelta(0), timedelta(hours=5), 3 * DAY, 9 * DAY])
        for _ in range(draw.randrange(4)):
            name = draw.choice(names)
            what = draw.randrange(6)
            if what < 3:
                known = imports.begin(file="x", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
                store.append(random_lead(draw, name, sqlite_engine, moment + 4 * DAY), import_id=known)
                if draw.random() < 0.15:
                    undone += store.undo(known)
            elif what == 3:
                store.append([Stage(name, moment, moment, draw.choice(["won", "test"]), draw.choice([None, 7_000.0]))])
            elif what == 4:
                keep_contact(sqlite_engine, name, Contact("Анна", None, f"a{n}@firma.ru"))
            elif n > 20 and store.leads_changed_since(0) & {name}:
                forget_person(sqlite_engine, name, texts=frozenset(), moment=moment)
        for system in SYSTEMS:
            if draw.random() < 0.3:
                desk_of(sqlite_engine, company).hand_out(
                    system, moment, way="file", label="x", most=draw.choice([1, 9])
                )
            counted, look = kept.counts(system, moment), desk_of(sqlite_engine, company).look(system, moment)
            assert counted.leads == look.leads
            assert counted.not_reached == look.not_reached
            for step, of in look.counts.items():
                assert {name: n for name, n in counted.counts[step].items() if n} == {k: v for k, v in of.items() if v}
            assert counted.count("ready") + counted.count("restatement") == len(look.ready)
    assert undone


def test_a_lead_that_was_told_and_turned_out_to_be_a_test_is_taken_out_until_its_person_is_forgotten(
    sqlite_engine: Engine,
) -> None:
    store, kept = FactStore(sqlite_engine), desk_of(sqlite_engine)
    store.append([*lead_facts("7", NOON, marks={"gclid": "a" * 20}), *lead_facts("8", NOON)])
    assert kept.hand_out("google", NOON + DAY, way="file", label="x").first_told == 1
    store.append([Stage(LeadId("7"), NOON + DAY, NOON + DAY, "test")])
    assert kept.counts("google_adjustments", NOON + 2 * DAY).count("ready") == 1
    forget_person(sqlite_engine, LeadId("7"), texts=frozenset(), moment=NOON + 2 * DAY)
    for desk in (kept, desk_of(sqlite_engine)):
        counted = desk.counts("google_adjustments", NOON + 3 * DAY)
        assert (counted.count("ready"), counted.count("no_consent")) == (0, 1)
        assert desk.look("google_adjustments", NOON + 3 * DAY).count("no_consent") == 1
