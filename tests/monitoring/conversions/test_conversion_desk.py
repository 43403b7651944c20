"""What is handed out is handed out once, in its window, with consent; every lead is counted; nothing breaks it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.errors import NothingToTell
from features.facts.company import Company
from features.facts.contacts import Contact
from features.facts.conversion_settings import SYSTEMS, System
from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Lead, LeadId, Stage
from leadloop.database import bring_up_to_date
from monitoring.conversions.ad_systems import AD_SYSTEMS
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.upload_file import finish_last, write_upload
from tests.monitoring.conversions.desks import COMPANY, desk_of, good_call, lead_facts, random_lead, won
from tests.monitoring.conversions.upload_readers import (
    read_adjustments,
    read_enhanced,
    read_google,
    read_meta,
    read_metrica,
    read_orders,
)
from tests.support.contacts import keep_contact
from tests.support.facts import NOON

DAY = timedelta(days=1)
ANNA = Contact("Анна", "8 912 345-67-89", "Mail@Yandex.ru")
READERS = {
    "yandex": read_metrica, "yandex_orders": read_orders, "google": read_google, "google_enhanced": read_enhanced,
    "google_adjustments": read_adjustments, "meta": read_meta,
}  # fmt: skip
CLICK = {
    "yclid": "1234567890",
    "client_id": "133591247640966458",
    "gclid": "Cj0KCQ_abc-123",
    "meta_lead_id": "1234567890",
}


@contextmanager
def memory() -> Iterator[Engine]:
    engine = engine_for("sqlite://")
    bring_up_to_date(engine)
    yield engine
    engine.dispose()


def handed(engine: Engine, system: System, moment: datetime, *, company: Company = COMPANY, **how: Any) -> bytes:
    return desk_of(engine, company).hand_out(system, moment, way="file", label="test", **how).content


def count(system: System, content: bytes) -> int:
    read: Any = READERS[system](content)
    return len(read)


def small(engine: Engine) -> None:
    """Store a lead that was qualified an hour later, and paid a day later."""
    facts = [*lead_facts("7", NOON, contact=ANNA, marks=CLICK), good_call("7", NOON + timedelta(hours=1))]
    FactStore(engine).append([*facts, won("7", NOON + DAY)])
    keep_contact(engine, "7", ANNA)


def test_a_qualified_lead_is_worth_its_chance_and_a_paid_one_what_was_paid(sqlite_engine: Engine) -> None:
    small(sqlite_engine)
    goals = {one["goal"]: one for one in read_metrica(handed(sqlite_engine, "yandex", NOON + 2 * DAY))}
    assert goals["good"]["price"] == 0.25 * 100000
    assert goals["good"]["at"] == int((NOON + timedelta(hours=1)).timestamp())
    assert (goals["sale"]["price"], goals["sale"]["at"]) == (230000.0, int((NOON + DAY).timestamp()))


def test_a_call_that_was_told_late_keeps_its_own_time(sqlite_engine: Engine) -> None:
    call = good_call("7", NOON + timedelta(hours=1), NOON + DAY)
    FactStore(sqlite_engine).append([*lead_facts("7", NOON, marks=CLICK), call])
    assert count("yandex", handed(sqlite_engine, "yandex", NOON + timedelta(hours=2))) == 1  # the lead alone
    (good,) = read_metrica(handed(sqlite_engine, "yandex", NOON + DAY))
    assert good["at"] == int((NOON + timedelta(hours=1)).timestamp())


def test_an_order_is_told_again_when_what_became_of_it_changes_and_only_then(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([*lead_facts("7", NOON, contact=ANNA), good_call("7", NOON + timedelta(hours=1))])
    keep_contact(sqlite_engine, "7", ANNA)
    moments = [NOON + timedelta(minutes=30), NOON + timedelta(hours=2), NOON + timedelta(hours=3)]
    seen = [read_orders(handed(sqlite_engine, "yandex_orders", moment)) for moment in moments]
    assert [(one["7"]["order_status"], one["7"]["revenue"]) for one in seen[:2]] == [("IN_PROGRESS", "25000")] * 2
    assert seen[2] == {}
    store.append([won("7", NOON + 30 * DAY)])
    paid = read_orders(handed(sqlite_engine, "yandex_orders", NOON + 31 * DAY))[
        "7"
    ]  # told in time, so it may be mended
    assert (paid["order_status"], paid["revenue"]) == ("PAID", "230000")
    assert Ledger(sqlite_engine).restated("yandex_orders") == 2


@pytest.mark.parametrize(("stage", "status"), [("spam", "SPAM"), ("lost", "CANCELLED")])
def test_spam_and_lost_leads_are_told_as_such(sqlite_engine: Engine, stage: str, status: str) -> None:
    at = NOON + timedelta(hours=1)
    FactStore(sqlite_engine).append([*lead_facts("7", NOON, marks=CLICK), Stage(LeadId("7"), at, at, stage)])
    order = read_orders(handed(sqlite_engine, "yandex_orders", NOON + DAY))["7"]
    assert (order["order_status"], order["revenue"]) == (status, "")


def test_nobody_who_did_not_agree_is_told_of(sqlite_engine: Engine) -> None:
    for name, said in (("no", "no"), ("silent", None)):
        FactStore(sqlite_engine).append(lead_facts(name, NOON, contact=ANNA, agreed=said, marks=CLICK))
        keep_contact(sqlite_engine, name, ANNA)
    for system in SYSTEMS:
        look = desk_of(sqlite_engine).look(system, NOON + timedelta(hours=1))
        told = 0 if AD_SYSTEMS[system].mends else 2  # of whom nothing was told nothing is mended
        assert (look.ready, look.count("no_consent")) == ((), told)


def test_without_a_rule_of_consent_click_ids_go_out_and_nothing_that_is_made_from_a_contact(
    sqlite_engine: Engine,
) -> None:
    said = {**COMPANY.model_dump(), "conversions": {**COMPANY.conversions.model_dump(), "consent": None}}
    company = Company.model_validate(said)
    small(sqlite_engine)
    moment = NOON + timedelta(hours=2)
    meta = read_meta(handed(sqlite_engine, "meta", moment, company=company))
    assert [set(one["user_data"]) for one in meta] == [{"lead_id"}, {"lead_id"}]
    order = read_orders(handed(sqlite_engine, "yandex_orders", moment, company=company))["7"]
    assert (order["emails_md5"], order["phones_md5"]) == ("", "")
    assert count("google", handed(sqlite_engine, "google", moment, company=company)) == 2
    look = desk_of(sqlite_engine, company).look("google_enhanced", moment)
    assert (len(look.ready), look.count("no_rule_of_consent")) == (0, 2)


def test_consent_that_is_taken_back_takes_the_person_out_of_the_next_pull(sqlite_engine: Engine) -> None:
    small(sqlite_engine)
    desk = desk_of(sqlite_engine)
    pull = {"way": "pull", "label": "address", "again": True}
    first = desk.hand_out("google_enhanced", NOON + 2 * DAY, **pull)  # type: ignore[arg-type]
    assert count("google_enhanced", first.content) == 3
    later = NOON + 3 * DAY
    FactStore(sqlite_engine).append([Lead(LeadId("7"), NOON, later, {"agreed": "no"})])
    again = desk.hand_out("google_enhanced", later, **pull)  # type: ignore[arg-type]
    assert count("google_enhanced", again.content) == 0


def test_a_pull_that_broke_off_is_made_up_for_by_the_next_byte_for_byte(sqlite_engine: Engine) -> None:
    small(sqlite_engine)
    pull = {"way": "pull", "label": "address", "again": True}
    first = desk_of(sqlite_engine, chance=0.25).hand_out("google", NOON + 2 * DAY, **pull)  # type: ignore[arg-type]
    again = desk_of(sqlite_engine, chance=0.99).hand_out("google", NOON + 5 * DAY, **pull)  # type: ignore[arg-type]
    assert again.content == first.content  # another model by now, and yet what was told stays as it was told
    assert (first.first_told, again.first_told, again.again) == (3, 0, 3)
    assert desk_of(sqlite_engine).hand_out("google", NOON + 91 * DAY, **pull).lines == 0  # type: ignore[arg-type]


def test_a_sale_of_unknown_amount_is_not_told_at_a_guess(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append([*lead_facts("7", NOON, marks=CLICK), won("7", NOON + DAY, None)])
    look = desk_of(sqlite_engine).look("yandex", NOON + 2 * DAY)
    assert look.counts["paid"]["unknown_value"] == 1


def test_what_changed_since_it_was_told_is_said_where_it_cannot_be_mended(sqlite_engine: Engine) -> None:
    small(sqlite_engine)
    assert count("google", handed(sqlite_engine, "google", NOON + 2 * DAY)) == 3
    FactStore(sqlite_engine).append([replace(won("7", NOON + DAY, 500.0), known_at=NOON + 3 * DAY)])
    look = desk_of(sqlite_engine).look("google", NOON + 4 * DAY)
    assert (look.count("changed"), look.count("told"), len(look.ready)) == (1, 2, 0)


def test_a_meeting_that_lies_ahead_is_told_once_it_was_held(sqlite_engine: Engine) -> None:
    held = NOON + 5 * DAY
    FactStore(sqlite_engine).append([*lead_facts("7", NOON, marks=CLICK), Stage(LeadId("7"), held, NOON, "met")])
    desk = desk_of(sqlite_engine)
    assert desk.look("yandex", NOON + DAY).not_reached["meeting"] == 1
    assert desk.look("yandex", NOON + 6 * DAY).not_reached["meeting"] == 0


def test_a_system_that_is_not_named_is_refused_with_the_remedy(sqlite_engine: Engine) -> None:
    with pytest.raises(NothingToTell, match="name it under conversions"):
        desk_of(sqlite_engine, Company(company="x")).look("meta", NOON)


def test_a_lost_download_is_made_again_as_it_was(sqlite_engine: Engine) -> None:
    small(sqlite_engine)
    desk = desk_of(sqlite_engine)
    first = desk.hand_out("meta", NOON + 2 * DAY, way="file", label="test")
    assert first.batch_id is not None
    assert desk.again("meta", first.batch_id, NOON + 3 * DAY) == first.content
    with pytest.raises(NothingToTell):
        desk.again("google", first.batch_id, NOON + 3 * DAY)


@given(seed=st.integers(0, 10**6), hours=st.lists(st.integers(1, 30 * 24), min_size=1, max_size=6))
@settings(max_examples=6)
def test_never_twice_the_same_never_out_of_window_and_every_lead_is_counted(seed: int, hours: list[int]) -> None:
    draw = random.Random(seed)
    with memory() as engine:
        facts = [fact for n in range(20) for fact in random_lead(draw, f"L{n}", engine)]
        draw.shuffle(facts)
        last: dict[System, dict[Any, Any]] = {name: {} for name in SYSTEMS}
        moment = NOON - 20 * DAY
        for step in hours:
            moment += timedelta(hours=step)
            known, facts = [f for f in facts if f.known_at <= moment], [f for f in facts if f.known_at > moment]
            FactStore(engine).append(known)
            for name in SYSTEMS:
                desk, system = desk_of(engine), AD_SYSTEMS[name]
                look = desk.look(name, moment)
                for at_step, of in look.counts.items():
                    assert sum(of.values()) + look.not_reached[at_step] == look.leads
                for one in look.ready:
                    assert one.lead.may_tell
                    assert system.tells_orders or one.key not in last[name]
                    assert last[name].get(one.key) != (one.status, one.basis)
                    assert one.key in last[name] or moment <= system.last_moment(one.lead.created_at, one.at)
                content = desk.hand_out(name, moment, way="file", label="test").content
                assert count(name, content) == len(look.ready)
                last[name] |= {one.key: (one.status, one.basis) for one in look.ready}
                assert desk.look(name, moment).ready == ()


@given(seed=st.integers(0, 10**6), breaks=st.lists(st.sampled_from(["before", "written", "noted", "none"]), max_size=5))
@settings(max_examples=8)
def test_a_file_that_is_cut_short_anywhere_loses_nothing_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, breaks: list[str]
) -> None:
    draw, folder = random.Random(seed), tmp_path_factory.mktemp("files")
    with memory() as engine:
        uploaded: list[Any] = []
        for n, broken in enumerate([*breaks, "none"]):
            facts = [fact for k in range(6) for fact in random_lead(draw, f"L{n}-{k}", engine)]
            FactStore(engine).append([fact for fact in facts if fact.known_at <= NOON])
            path, desk = folder / f"{n}.csv", desk_of(engine)
            finished = finish_last(desk.ledger, "google")
            uploaded += read_google(Path(finished.name).read_bytes()) if finished else []
            before = len(desk.look("google", NOON).ready)
            with _breaking(broken) as stopped:
                write_upload(desk, "google", path, NOON)
            uploaded += read_google(path.read_bytes()) if path.exists() else []
            assert stopped or not before or path.exists()
        finished = finish_last(Ledger(engine), "google")
        uploaded += read_google(Path(finished.name).read_bytes()) if finished else []
        once = {(one["who"], one["name"]) for one in uploaded}
        assert len(once) == len(uploaded) == len(Ledger(engine).told("google"))
        assert desk_of(engine).look("google", NOON).ready == ()


class _Stopped(Exception):
    """The machine went down."""


@contextmanager
def _breaking(where: str) -> Iterator[list[str]]:
    """Let the machine go down before the file is written, once it is, or once it is noted but has not its name yet."""
    from monitoring.conversions import upload_file

    said: list[str] = []
    patched = pytest.MonkeyPatch()

    def down(*_: Any, **__: Any) -> None:
        said.append(where)
        raise _Stopped

    if where == "before":
        patched.setattr(upload_file, "_part_of", down)
    elif where == "written":
        patched.setattr("monitoring.conversions.upload_file.os.fsync", down)
    elif where == "noted":
        patched.setattr(Path, "replace", down)
    try:
        yield said
    except _Stopped:
        pass
    finally:
        patched.undo()
