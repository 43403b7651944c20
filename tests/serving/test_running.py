"""The service as it really runs: a process of its own on loopback, ended by a signal, killed in the middle of work."""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from features.facts.values import LeadId
from tests.serving.doors import COMPANY, eventually
from tests.serving.running import served, store_of


def test_a_service_that_is_asked_to_end_writes_its_last_scores(tmp_path: Path) -> None:
    with served(tmp_path) as (client, process):
        for _ in range(50):
            assert client.post("/v1/leads", json={"id": "7"}).status_code == 201
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    store, log = store_of(tmp_path)
    assert len(log.scores_of(LeadId("7"))) == 50
    store.engine.dispose()


def test_no_answer_names_the_software_that_gave_it(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        for path in ("/healthz", "/v1/queue", "/nowhere"):
            assert "server" not in client.get(path).headers


ENDLESS = {
    "headers": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", b"X-A: " + b"a" * 8_000 + b"\r\n"),
    "a header": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"a" * 8_000),
    "an address": (b"GET /", b"a" * 8_000),
    "headers behind a body": (
        b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        b"X-A: " + b"a" * 8_000 + b"\r\n",
    ),
}


def taken_without_end(port: int, begin: bytes, again: bytes, most: int = 16_000_000) -> int:
    """Return how many bytes a server takes of a request that does not come to its end."""
    taken = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            line.sendall(begin)
            while taken < most:
                line.sendall(again)
                taken += len(again)
        except OSError:
            pass
    return taken


def test_a_head_that_does_not_end_is_broken_off_before_it_fills_the_memory(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        port = client.base_url.port
        assert port is not None
        taken = {what: taken_without_end(port, *said) for what, said in ENDLESS.items()}
        assert {what: bytes_taken for what, bytes_taken in taken.items() if bytes_taken >= 16_000_000} == {}
        assert client.get("/healthz", headers={"X-A": "a" * 40_000}).status_code == 431
        assert client.get("/healthz", headers={"X-A": "a" * 30_000}).status_code == 200


def test_a_large_body_comes_in_however_small_its_parts_are(tmp_path: Path) -> None:
    rows = b"\n".join(b'{"id": "%d"}' % number for number in range(1_000))
    with served(tmp_path) as (client, _):
        parts = (rows[place : place + 1] for place in range(len(rows)))
        answer = client.post("/v1/batch/leads", content=parts, headers={"content-type": "application/x-ndjson"})
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201] * 1_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory in other ways")
def test_the_threads_of_a_service_have_one_heap_between_them(tmp_path: Path) -> None:
    with served(tmp_path) as (client, process):
        for path in ("/v1/queue", "/queue", "/channels", "/readyz") * 3:
            client.get(path)
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        reserved = [line.split()[:2] for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines()]
    ends = [int(place.split("-")[1], 16) for place, rights in reserved if rights == "---p"]
    assert threads > 3
    assert not [end for end in ends if end % 2**26 == 0]  # a thread's own heap is 64 MB that end at a multiple of that


def test_every_lead_that_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    acknowledged: list[str] = []

    def send(client: httpx.Client, worker: int) -> None:
        for n in range(10_000):
            try:
                answer = client.post("/v1/leads", json={"id": f"{worker}-{n}"})
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                acknowledged.append(f"{worker}-{n}")

    with served(tmp_path) as (client, process):
        workers = [threading.Thread(target=send, args=(client, worker)) for worker in range(4)]
        for worker in workers:
            worker.start()
        eventually(lambda: len(acknowledged) > 20, 60)
        process.kill()
        for worker in workers:
            worker.join()
    store, _ = store_of(tmp_path)
    stored = {str(history.lead_id) for history in store.histories()}
    store.engine.dispose()
    assert set(acknowledged) <= stored


def test_what_came_is_soon_in_the_database_itself_so_that_nobody_who_stores_has_to_put_it_there(tmp_path: Path) -> None:
    def facts() -> int:
        """Count what the database's own file holds, without its log."""
        alone = tmp_path / "alone.db"
        alone.write_bytes((tmp_path / "leadloop.db").read_bytes())
        with closing(sqlite3.connect(alone)) as connection, suppress(sqlite3.DatabaseError):  # not there, or half of it
            return int(connection.execute("SELECT count(*) FROM facts").fetchone()[0])
        return 0

    with served(tmp_path) as (client, _):
        assert client.post("/v1/leads", json={"id": "7"}).status_code == 201
        until = time.monotonic() + 30
        while not facts() and time.monotonic() < until:
            time.sleep(0.5)
        assert facts()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_another_address_for_an_open_house_is_refused_before_anything_is_opened(tmp_path: Path, host: str) -> None:
    (tmp_path / "company.yaml").write_text(COMPANY, encoding="utf-8")
    place = ["--home", str(tmp_path / "home"), "--company", str(tmp_path / "company.yaml"), "--host", host]
    quiet = {**os.environ, "LEADLOOP_OPEN": "loopback"}
    ended = subprocess.run(
        [sys.executable, "-m", "leadloop", "serve", *place], env=quiet, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode != 0
    assert "LEADLOOP_OPEN" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "home").exists()


def test_a_serving_process_imports_nothing_heavy() -> None:
    heavy = ("pandas", "lightgbm", "mlflow", "evidently", "sklearn", "numpy")
    code = f"import sys, serving.app, serving.wiring; print([name for name in {heavy!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
