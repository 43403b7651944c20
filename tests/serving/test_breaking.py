"""What happens when something breaks under the service: each has its stated behaviour (docs/operations.md), none is a lie."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from features.facts.values import LeadId
from leadloop.database import bring_up_to_date
from serving import http_errors
from tests.serving.doors import VERSION, Doors, open_doors, promote
from tests.serving.running import served
from tests.support.machine import postgres_programs
from tests.support.postgres import restartable_postgres

SCORE = {"answers": {"area": 40}}


def test_postgresql_stopped_and_started_is_told_as_such_and_taken_up_again(tmp_path: Path) -> None:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: sudo apt-get install postgresql")
    with restartable_postgres(programs) as server:
        engine = engine_for(server.url)
        give_keyring(engine, keyring_in(tmp_path))
        bring_up_to_date(engine)
        with open_doors(tmp_path, engine) as doors:
            doors.lead("before")
            doors.logged("before")
            server.stop()
            promote(tmp_path)  # models lie in the data folder, and no database is asked for them
            doors.service.desk.champion.look()
            refused = [doors.client.post("/v1/leads", json={"id": "away"}) for _ in range(3)]
            batch = doors.client.post("/v1/batch/leads", json=[{"id": "away"}]).json()
            scored = doors.client.post("/v1/score", json=SCORE)
            server.start()
            assert [one.status_code for one in refused] == [503] * 3
            assert {one.headers["retry-after"] for one in refused} == {"5"}
            assert [one["status"] for one in batch] == [503]
            assert (scored.status_code, scored.json()["model_version"]) == (200, VERSION)
            assert doors.lead("after")["stored"] is True
            assert doors.client.get("/v1/leads/away").status_code == 404
            assert doors.asked("/v1/leads/before")["lead_id"] == "before"
        engine.dispose()


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """Give a disk on which the database cannot grow."""

    def no_room(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes it for as many pages as there are

    engine.dispose()
    event.listen(engine, "connect", no_room)
    try:
        yield
    finally:
        event.remove(engine, "connect", no_room)
        engine.dispose()


def test_on_a_full_disk_nothing_is_acknowledged_scoring_goes_on_and_room_is_all_that_is_needed(doors: Doors) -> None:
    doors.lead("before")
    engine = doors.service.desk.store.engine
    acknowledged: list[str] = []
    with full(engine):
        refused = 0
        for number in range(200):
            body = {"id": f"L{number}", "answers": {"role": "x" * 4_000}}
            answer = doors.client.post("/v1/leads", json=body)
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:  # what still fits into the last pages
                acknowledged.append(f"L{number}")
            else:
                refused += 1
                assert "room on its disk" in answer.json()["detail"]
                assert answer.headers["retry-after"] == "5"
            if refused == 5:
                break
        assert refused == 5
        assert doors.client.post("/v1/score", json=SCORE).status_code == 200
    assert doors.lead("after")["stored"] is True
    stored = {str(history.lead_id) for history in doors.service.desk.store.histories()}
    assert stored == {"before", "after", *acknowledged}


def test_a_clock_that_jumps_forth_and_back_loses_nothing_and_a_later_correction_still_counts(any_doors: Doors) -> None:
    any_doors.lead("7", answers={"area": 40})
    any_doors.clock.pass_time(timedelta(days=2))
    any_doors.lead("7", answers={"area": 50})
    any_doors.call("7", id="c1", result="busy")
    any_doors.clock.pass_time(-timedelta(days=2, hours=3))
    assert any_doors.lead("7", answers={"area": 60})["stored"] is True
    assert any_doors.call("7", id="c1", result="reached")["stored"] is True
    assert any_doors.lead("8")["stored"] is True
    any_doors.clock.pass_time(timedelta(days=3))
    told = any_doors.asked("/v1/leads/7")
    assert (told["answers"], told["calls"]) == ({"area": 60.0}, 1)
    known = any_doors.service.desk.known(any_doors.service.desk.store.history(LeadId("7")), any_doors.clock())
    assert known is not None
    assert [call.result for call in known.calls] == ["reached"]


def test_what_claims_to_have_happened_after_a_clock_that_was_put_back_is_refused_and_not_acknowledged(
    doors: Doors,
) -> None:
    at = doors.clock()
    doors.clock.pass_time(-timedelta(hours=1))
    answer = doors.client.post("/v1/leads", json={"id": "7", "created_at": at.isoformat()})
    assert answer.status_code == 422
    assert "lies in the future" in answer.text


def test_a_body_that_stops_coming_is_answered_408_and_nothing_of_it_is_stored(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_errors, "LONGEST_PAUSE", 0.2)
    with open_doors(tmp_path, sqlite_engine) as doors:
        for path in ("/v1/leads", "/v1/score", "/v1/batch/leads"):
            assert half_sent(doors, path) == 408
        assert doors.service.desk.store.last_number() == 0


def test_a_sender_who_goes_away_in_the_midst_is_no_fault_of_ours_and_of_a_batch_the_rows_until_then_are_stored(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    rows = b"[" + b",".join(b'{"id": "%d"}' % number for number in range(150))
    with open_doors(tmp_path, sqlite_engine) as doors:
        for path in ("/v1/leads", "/v1/score", "/v1/batch/leads"):
            assert half_sent(doors, path, rows, goes_away=True) == 400
        assert doors.service.desk.store.lead_count() == 100  # so many are stored together


def half_sent(doors: Doors, path: str, body: bytes = b'[{"id": "7"', *, goes_away: bool = False) -> int:
    """Return the status that a request gets whose body does not come to its end."""
    sent: list[Any] = []
    pieces = [{"type": "http.request", "body": body, "more_body": True}]

    async def receive() -> Any:
        if not pieces and goes_away:
            return {"type": "http.disconnect"}
        if not pieces:
            await asyncio.Event().wait()
        return pieces.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "http_version": "1.1", "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip

    async def ask() -> None:
        await doors.client.app(scope, receive, send)

    asyncio.run(ask())
    status: int = sent[0]["status"]
    return status


def test_clients_that_send_half_a_request_and_wait_keep_nobody_else_waiting(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        host, port = client.base_url.host, client.base_url.port
        halves = [
            b"POST /v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
            b"POST /v1/leads HTT",
            b"GET /v1/queue HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        ]
        open_ones = [socket.create_connection((host, port or 80)) for _ in range(150)]
        for number, one in enumerate(open_ones):
            one.sendall(halves[number % len(halves)])
        assert client.post("/v1/leads", json={"id": "7"}).status_code == 201
        for one in open_ones:
            one.close()
        assert client.post("/v1/leads", json={"id": "8"}).status_code == 201
        assert client.get("/v1/leads/7").status_code == 200
