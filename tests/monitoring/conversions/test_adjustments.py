"""What Google was told of a click and is so no more is told as an adjustment: once, in time, under the time it was told."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadId, Stage
from monitoring.conversions.standing import FELL_OUT
from tests.monitoring.conversions.desks import COMPANY, desk_of, good_call, lead_facts, random_lead, won
from tests.monitoring.conversions.upload_readers import read_adjustments, read_google
from tests.support.facts import NOON

DAY = timedelta(days=1)
CLICK = {"gclid": "Cj0KCQ_abc-123"}


def handed(engine: Engine, moment: datetime, system: Any = "google_adjustments", **how: Any) -> bytes:
    return desk_of(engine).hand_out(system, moment, way="file", label="test", **how).content


def sold_and_told(engine: Engine) -> FactStore:
    """Store a sale of 230,000 a day after the lead, and tell Google of it a day later."""
    store = FactStore(engine)
    store.append([*lead_facts("7", NOON, marks=CLICK), good_call("7", NOON + timedelta(hours=1)), won("7", NOON + DAY)])
    assert len(read_google(handed(engine, NOON + 2 * DAY, "google"))) == 3
    return store


def corrected(at: datetime, amount: float | None, known_at: datetime) -> Stage:
    """Return the same sale as the CRM says it since, with another amount."""
    return Stage(LeadId("7"), at, known_at, "won", amount)


def test_nothing_is_adjusted_while_everything_is_as_it_was_told(sqlite_engine: Engine) -> None:
    sold_and_told(sqlite_engine)
    look = desk_of(sqlite_engine).look("google_adjustments", NOON + 3 * DAY)
    assert (look.ready, look.told, look.leads) == ((), (), 1)
    assert set(look.not_reached.values()) == {1}


def test_a_sale_for_another_amount_is_restated_byte_for_byte_as_google_documents_it_and_once(
    sqlite_engine: Engine,
) -> None:
    store = sold_and_told(sqlite_engine)
    store.append([corrected(NOON + DAY, 180_000.5, NOON + 3 * DAY)])
    written = handed(sqlite_engine, NOON + 4 * DAY)
    assert written == (
        b"Google Click ID,Conversion Name,Conversion Time,Adjustment Time,Adjustment Type,Adjusted Value,"
        b"Adjusted Value Currency\n"
        b"Cj0KCQ_abc-123,sale,2026-03-03 12:00:00+03:00,2026-03-06 12:00:00+03:00,RESTATE,180000.50,RUB\n"
    )
    assert read_adjustments(handed(sqlite_engine, NOON + 5 * DAY)) == []
    batch = desk_of(sqlite_engine).ledger.batches("google_adjustments")[0]
    assert desk_of(sqlite_engine).again("google_adjustments", batch.id, NOON + 5 * DAY) == written


def test_an_amount_that_changes_again_is_restated_again_under_the_same_conversion_and_a_later_time(
    sqlite_engine: Engine,
) -> None:
    store = sold_and_told(sqlite_engine)
    seen = []
    for day, amount in ((3, 180_000.0), (5, 90_000.0)):
        store.append([corrected(NOON + DAY, amount, NOON + day * DAY)])
        (one,) = read_adjustments(handed(sqlite_engine, NOON + (day + 1) * DAY))
        seen.append((one["of"], one["value"]))
    assert seen == [(NOON + DAY, 180_000.0), (NOON + DAY, 90_000.0)]
    assert desk_of(sqlite_engine).ledger.restated("google_adjustments") == 1


def test_what_was_taken_back_is_retracted_and_then_never_told_of_again(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([*lead_facts("7", NOON, marks=CLICK), good_call("7", NOON + timedelta(hours=1))])
    wrong = (
        ImportLog(sqlite_engine).begin(file="x", sha256="0" * 64, kind="stages", started_at=NOON, exported_at=NOON).id
    )
    store.append([won("7", NOON + DAY)], import_id=wrong)
    assert len(read_google(handed(sqlite_engine, NOON + 2 * DAY, "google"))) == 3
    store.undo(wrong)
    (one,) = read_adjustments(handed(sqlite_engine, NOON + 3 * DAY))
    assert (one["kind"], one["name"], one["of"]) == ("RETRACT", "sale", NOON + DAY)
    store.append([won("7", NOON + DAY, 5_000.0)])
    assert read_adjustments(handed(sqlite_engine, NOON + 4 * DAY)) == []  # Google would not take it


def test_every_step_of_a_lead_that_turned_out_to_be_a_test_is_retracted(sqlite_engine: Engine) -> None:
    store = sold_and_told(sqlite_engine)
    store.append([Stage(LeadId("7"), NOON + 3 * DAY, NOON + 3 * DAY, "test")])
    told = read_adjustments(handed(sqlite_engine, NOON + 4 * DAY))
    assert {(one["name"], one["kind"]) for one in told} == {(name, "RETRACT") for name in ("came", "good", "sale")}


def test_a_sale_that_came_to_nothing_is_retracted_and_one_of_unknown_amount_waits(sqlite_engine: Engine) -> None:
    store = sold_and_told(sqlite_engine)
    store.append([corrected(NOON + DAY, None, NOON + 3 * DAY)])
    look = desk_of(sqlite_engine).look("google_adjustments", NOON + 4 * DAY)
    assert (look.ready, look.counts["paid"]["unknown_value"]) == ((), 1)
    store.append([corrected(NOON + DAY, 0.0, NOON + 5 * DAY)])
    assert [one["kind"] for one in read_adjustments(handed(sqlite_engine, NOON + 6 * DAY))] == ["RETRACT"]


@pytest.mark.parametrize(("days", "fits"), [(54, True), (54.01, False)])
def test_an_adjustment_is_told_until_54_days_after_its_conversion(
    sqlite_engine: Engine, days: float, fits: bool
) -> None:
    store = sold_and_told(sqlite_engine)
    store.append([corrected(NOON + DAY, 1_000.0, NOON + 3 * DAY)])
    look = desk_of(sqlite_engine).look("google_adjustments", NOON + DAY + days * DAY)
    assert (len(look.ready), look.counts["paid"]["too_old"]) == ((1, 0) if fits else (0, 1))


@pytest.mark.parametrize("seed", range(6))
def test_every_told_conversion_that_changed_is_counted_once_and_told_until_it_is_as_it_was_told(
    sqlite_engine: Engine, seed: int
) -> None:
    draw = random.Random(seed)
    store, names = FactStore(sqlite_engine), [f"L{n}" for n in range(25)]
    for name in names:
        store.append(random_lead(draw, name, sqlite_engine))
    told = {(one["who"], one["name"]): one["value"] for one in read_google(handed(sqlite_engine, NOON, "google"))}
    believed = dict(told)
    for day in range(1, 6):
        moment = NOON + day * DAY
        name = LeadId(draw.choice(names))
        store.append([Stage(name, moment, moment, draw.choice(["won", "test", "lost"]), draw.choice([None, 5_000.0]))])
        look = desk_of(sqlite_engine).look("google_adjustments", moment)
        for step, of in look.counts.items():
            assert sum(of.values()) + look.not_reached[step] == look.leads
        for one in read_adjustments(handed(sqlite_engine, moment)):
            believed[one["who"], one["name"]] = one["value"]
        after = desk_of(sqlite_engine).look("google_adjustments", moment)
        assert not after.ready
        assert {key: of for key, of in after.counts.items() if any(of[one] for one in FELL_OUT)} == {
            key: of for key, of in look.counts.items() if any(of[one] for one in FELL_OUT)
        }
    assert believed.keys() == told.keys()
    assert COMPANY.conversions.google
