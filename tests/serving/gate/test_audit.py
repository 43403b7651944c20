"""Every line that was put into the audit log is written, in its order, also by a service that ends."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import Engine

from features.errors import StoreUnreachable
from features.facts.database import writing
from serving import written_behind
from serving.gate import audit
from serving.gate.audit import AuditLog, Entry
from tests.support.facts import NOON


def line(who: str, lead_id: str | None = None) -> Entry:
    return Entry(NOON, who, "write", "POST", "/v1/leads", lead_id, 201)


def written(log: AuditLog) -> list[Entry]:
    """Return what is in the log once anything is, or after half a minute."""
    until = time.monotonic() + 30
    while not (found := log.entries()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_a_line_is_written_within_a_second_while_the_service_goes_on(engine: Engine) -> None:
    log = AuditLog(engine)
    log.put(line("key one", "7"))
    assert written(log) == log.entries(lead_id="7") == [line("key one", "7")]
    log.close()


def test_a_service_that_ends_has_written_what_several_threads_put_each_in_its_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "GROUP", 7)
    monkeypatch.setattr(written_behind, "LONGEST_BACKLOG", 20)  # so that who puts has to wait, too
    monkeypatch.setattr(audit, "GATHERED_SECONDS", 0.01)
    log, each = AuditLog(engine), 50

    def put(name: str) -> None:
        for n in range(each):
            log.put(line(f"{name} {n:02d}"))

    threads = [threading.Thread(target=put, args=[name]) for name in ("Anna", "Boris", "Clara")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    log.close()
    found = [one.who for one in reversed(log.entries(most=1_000))]
    assert len(found) == 3 * each
    for name in ("Anna", "Boris", "Clara"):
        assert [one for one in found if one.startswith(name)] == [f"{name} {n:02d}" for n in range(each)]


def test_lines_are_written_while_another_process_stores_facts(postgres_engine: Engine) -> None:
    log = AuditLog(postgres_engine)
    with writing(postgres_engine):
        log.put(line("key one"))
        assert written(log) == [line("key one")]
    log.close()


def test_a_log_into_which_nothing_was_put_ends_at_once(engine: Engine) -> None:
    log = AuditLog(engine)
    log.close()
    assert log.entries() == []


def test_what_a_path_calls_a_lead_is_kept_as_far_as_the_database_takes_it(engine: Engine) -> None:
    log = AuditLog(engine)
    log.put(line("key one", "7\0" + "x" * 500))
    log.put(line("key two"))
    log.close()
    assert [(one.who, one.lead_id) for one in log.entries()] == [("key two", None), ("key one", "7" + "x" * 199)]


def test_lines_that_the_store_does_not_take_are_written_once_it_does(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = iter(range(3))

    def full(*args: object, **how: object) -> object:
        if next(refusals, None) is not None:
            raise StoreUnreachable("the disk is full")
        return writing(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "writing", full)
    monkeypatch.setattr(audit, "AGAIN_SECONDS", 0.01)
    log = AuditLog(sqlite_engine)
    log.put(line("Anna"))
    assert [one.who for one in written(log)] == ["Anna"]
    log.close()
    assert [record.message for record in caplog.records] == [
        "lines of the audit log wait for the store: StoreUnreachable"
    ]
