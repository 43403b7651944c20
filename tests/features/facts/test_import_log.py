"""The log of imports says which file, how far, and whether it still counts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from features.facts.database import writing
from features.facts.import_log import ImportEntry, ImportLog, advance_in
from features.facts.store import FactStore
from tests.support.facts import NOON

HOUR = timedelta(hours=1)


def begun(log: ImportLog, sha256: str = "a", kind: str = "leads") -> ImportEntry:
    return log.begin(file="f.csv", sha256=sha256, kind=kind, started_at=NOON, exported_at=NOON - HOUR)


def test_an_import_begins_with_nothing_done(engine: Engine) -> None:
    log = ImportLog(engine)
    entry = begun(log)
    assert entry == ImportEntry(1, "f.csv", "a", "leads", NOON, None, NOON - HOUR, 0, 0, 0, 0, None)
    assert log.entries() == [entry]


def test_how_far_an_import_came_is_remembered(engine: Engine) -> None:
    log = ImportLog(engine)
    entry = begun(log)
    with writing(engine) as connection:
        advance_in(connection, entry.id, rows_done=4, stored=2, unchanged=1, rejected=1)
    log.finish(entry.id, NOON + HOUR)
    (after,) = log.entries()
    assert (after.rows_done, after.stored, after.unchanged, after.rejected) == (4, 2, 1, 1)
    assert after.finished_at == NOON + HOUR


def test_the_latest_import_is_of_the_same_bytes_as_the_same_kind_and_not_taken_back(engine: Engine) -> None:
    log = ImportLog(engine)
    first, second = begun(log), begun(log)
    begun(log, sha256="b")
    calls = begun(log, kind="calls")
    assert log.latest("a", "leads") == second
    assert log.latest("a", "calls") == calls
    assert log.latest("a", "spend") is None
    FactStore(engine).undo(second.id)
    assert log.latest("a", "leads") == first
    assert [entry.undone_number is None for entry in log.entries()] == [True, False, True, True]
