"""Calls and stages of leads that are not stored are counted, and named where the name is nobody's phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from features.facts.leads_missing import LeadsMissing, leads_missing
from features.facts.store import FactStore
from features.facts.values import LeadId
from tests.support.facts import NOON, call, lead, stage


def test_only_what_came_since_and_has_no_lead_is_counted(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("1"), call("gone", at=NOON)])
    before = store.last_number()
    later = NOON + timedelta(hours=1)
    store.append(
        [call("1", at=later), call("2", at=NOON), call("2", at=later), stage("3", "won"), call("4", at=NOON), lead("4")]
    )
    assert leads_missing(engine, before) == [LeadsMissing("call", 2, 1, ("2",)), LeadsMissing("stage", 1, 1, ("3",))]


def test_an_id_that_is_a_phone_is_counted_and_not_named(engine: Engine) -> None:
    phone = LeadId("+7 912 345-67-89")
    FactStore(engine).append([replace(call("1", at=NOON), lead_id=phone)])
    (missing,) = leads_missing(engine, 0)
    assert (missing.leads, missing.some) == (1, ())
    assert "912" not in str(missing)


def test_a_cell_that_holds_several_stored_leads_is_said_to(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7"), lead("8"), lead("9")])
    before = store.last_number()
    store.append([stage("7;8", "won"), stage("8, 9", "won"), stage("7;gone", "won"), stage("x,y", "won"), stage("10")])
    (missing,) = leads_missing(engine, before)
    assert (missing.kind, missing.leads, missing.joined) == ("stage", 5, 2)
    assert "2 of these ids are several leads in one cell" in str(missing)
