"""Keys for programs: shown once, kept as a hash, gone at once when revoked, and only so fast."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from features.errors import AccessRefused, StoreUnreachable
from features.facts.database import engine_for
from serving.gate.api_keys import LOOK_EVERY_SECONDS, ApiKeys
from serving.gate.throttle import TokenBuckets, WrongTries
from tests.serving.doors import Doors, eventually, open_doors
from tests.serving.people import program
from tests.support.facts import NOON


@pytest.fixture
def closed(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine, open_to="") as opened:
        yield opened


def test_a_key_opens_what_its_scopes_say_and_is_nowhere_in_the_database(engine: Engine) -> None:
    keys = ApiKeys(engine)
    made, key = keys.create("crm", ["write", "score"], NOON)
    holder = keys.holder(key.encode())
    assert holder is not None
    assert (holder.who, holder.rights) == (f"key:{made.id}", frozenset({"key:score", "key:write"}))
    assert made.scopes == ("score", "write")
    assert key.startswith(f"ll_{made.id}_")
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM api_keys")).all())
    assert key not in stored
    assert key.removeprefix(f"ll_{made.id}_") not in stored
    assert keys.holder(key[:-1].encode()) is None
    assert keys.holder(b"") is None


def test_a_rotated_key_opens_until_it_is_revoked(engine: Engine) -> None:
    keys = ApiKeys(engine)
    old, first = keys.create("crm", ["read"], NOON, rate=7)
    new, second = keys.rotate(old.id, NOON)
    assert (new.name, new.scopes, new.rate) == ("crm", ("read",), 7)
    assert keys.holder(first.encode()) is not None
    keys.revoke(old.id, NOON)
    assert keys.holder(first.encode()) is None
    assert keys.holder(second.encode()) is not None
    with pytest.raises(AccessRefused, match="revoked"):
        keys.rotate(old.id, NOON)
    assert [(one.id, one.revoked_at) for one in keys.every() if one.id == old.id] == [(old.id, NOON)]


@pytest.mark.parametrize("scopes", [[], ["all"], ["read", "Admin"]])
def test_a_key_without_a_scope_there_is_is_refused(sqlite_engine: Engine, scopes: list[str]) -> None:
    with pytest.raises(AccessRefused, match="score, write, read, admin"):
        ApiKeys(sqlite_engine).create("crm", scopes, NOON)


def test_a_mistyped_address_is_told_apart_from_a_key_that_may_not(closed: Doors) -> None:
    _, key = ApiKeys(closed.service.desk.store.engine).create("crm", ["score"], closed.clock())
    said = {"x-api-key": key}
    mistyped = closed.client.post("/v1/lead", json={}, headers=said)
    forbidden = closed.client.post("/v1/leads", json={"id": "7"}, headers=said)
    assert (mistyped.status_code, forbidden.status_code) == (403, 403)
    assert "/openapi.json" in mistyped.json()["detail"]
    assert "docs/security.md" in forbidden.json()["detail"]


def test_a_key_that_another_process_made_or_revoked_is_known_within_seconds(closed: Doors) -> None:
    engine = engine_for(str(closed.service.desk.store.engine.url))
    elsewhere = ApiKeys(engine)
    made, key = elsewhere.create("crm", ["read"], closed.clock())

    def status() -> int:
        return int(closed.client.get("/v1/queue", headers={"x-api-key": key}).status_code)

    eventually(lambda: status() == 200)
    elsewhere.revoke(made.id, closed.clock())
    eventually(lambda: status() == 401)
    engine.dispose()


def test_keys_go_on_opening_while_the_database_is_away(closed: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    client = program(closed, "score")
    assert client.post("/v1/score", json={}).status_code == 200

    def away(_: object) -> None:
        raise StoreUnreachable("away")

    monkeypatch.setattr("serving.gate.api_keys.reading", away)
    monkeypatch.setattr("serving.gate.api_keys.LOOK_EVERY_SECONDS", 0.0)
    assert client.post("/v1/score", json={}).status_code == 200


def test_a_database_that_hangs_keeps_no_known_key_waiting_and_opens_to_no_other(
    closed: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, ends = program(closed, "score"), threading.Event()
    assert client.post("/v1/score", json={}).status_code == 200

    def hangs(_: object) -> None:
        ends.wait(20)
        raise StoreUnreachable("away")

    monkeypatch.setattr("serving.gate.api_keys.reading", hangs)
    monkeypatch.setattr("serving.gate.api_keys.LOOK_EVERY_SECONDS", 0.0)
    began = time.monotonic()
    answers = [client.post("/v1/score", json={}).status_code for _ in range(5)]
    unknown = client.post("/v1/score", json={}, headers={"x-api-key": "ll_nobodys"}).status_code
    took = time.monotonic() - began
    ends.set()
    assert (answers, unknown) == ([200] * 5, 401)
    assert took < 10


def test_a_revoked_key_opens_to_none_of_those_who_come_at_once_however_long_nobody_came(closed: Doors) -> None:
    keys = closed.service.keys
    made, key = keys.create("crm", ["score"], closed.clock())
    ApiKeys(keys._engine).revoke(made.id, closed.clock())  # by another process
    keys._known_as_of -= LOOK_EVERY_SECONDS

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*[keys.holder_soon(key.encode()) for _ in range(5)]))

    assert asyncio.run(at_once()) == [None] * 5


def test_who_asks_faster_than_its_key_may_is_told_when_to_try_again(closed: Doors) -> None:
    client = program(closed, "score", rate=0.5)
    answers = [client.post("/v1/score", json={}) for _ in range(4)]
    assert [one.status_code for one in answers][:2] == [200, 200]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert program(closed, "score").post("/v1/score", json={}).status_code == 200


def test_a_bucket_fills_again_and_no_further_than_a_burst() -> None:
    now = [0.0]
    buckets = TokenBuckets(lambda: now[0], burst_seconds=2.0)
    assert [buckets.wait("a", 2.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.0, 0.5]
    now[0] = 0.5
    assert [buckets.wait("a", 2.0), buckets.wait("a", 2.0)] == [0.0, 0.5]
    now[0] = 1_000.0
    assert [buckets.wait("a", 2.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.0, 0.5]
    assert buckets.wait("b", 2.0) == 0.0


def test_wrong_tries_wait_twice_as_long_each_time_and_a_right_one_ends_that() -> None:
    now = [0.0]
    tries = WrongTries(lambda: now[0], free=2, longest=60.0)
    waits = []
    for _ in range(5):
        tries.wrong("anna")
        waits.append(tries.wait("anna"))
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0]
    for _ in range(5):
        tries.wrong("anna")
    assert tries.wait("anna") == 60.0
    assert tries.wait("boris") == 0.0
    tries.right("anna")
    assert tries.wait("anna") == 0.0
    tries.wrong("anna")
    now[0] = 61.0
    tries.wrong("anna")
    assert tries.wait("anna") == 0.0
