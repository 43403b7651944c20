"""Writers who send again until they are answered, and a server that is killed again and again under them.

Each writer tells leads, calls and stages one after another. What it is not answered, because the server is gone, it sends
again as a careful CRM would: the same body, and for what has no id of its own the same Idempotency-Key. Afterwards every
acknowledged fact has to be stored once, and every logged score has to be made again from the facts.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from features.facts.store import FactStore
from features.facts.values import Call, Lead, LeadFact, Stage
from models.rebuilding import differences
from models.score_log import ScoreLog
from tests.serving.doors import COMPANY
from tests.support.free_port import free_port

WORKS_FOR = (0.2, 0.8)
"""Seconds for which the server may work before it is killed, drawn between these."""
LONGEST_START = 60.0
TRIES_EVERY = 0.05


@dataclass(slots=True)
class Acknowledged:
    """What was answered with 201: of each lead how many calls and stages, each once however often it was sent."""

    calls: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    repeated: int = 0
    """Requests that were sent again as they had not been answered."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was found afterwards; only ``acknowledged``, ``kills``, ``repeated`` and ``scores`` may be more than nothing."""

    kills: int
    acknowledged: int
    repeated: int
    scores: int
    lost: list[str]
    doubled: list[str]
    scores_missing: int
    scores_that_differ: int

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was lost, doubled or cannot be made again."""
        return not (self.lost or self.doubled or self.scores_missing or self.scores_that_differ)


class Server:
    """`leadloop serve` on one port, started as often as it is killed."""

    def __init__(self, home: Path, database_url: str, *more: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "company.yaml").write_text(COMPANY, encoding="utf-8")
        self.port = free_port()
        place = ["--home", str(home), "--company", str(home / "company.yaml"), "--port", str(self.port), *more]
        self._command = [sys.executable, "-m", "leadloop", "serve", *place]
        self._environment = {
            **os.environ,
            "LEADLOOP_DATABASE_URL": database_url,
            "LEADLOOP_API_KEY": "",
            "LEADLOOP_OPEN": "loopback",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self._process = process
        until = time.monotonic() + LONGEST_START
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as client:
            while time.monotonic() < until:
                assert process.poll() is None, "leadloop serve ended"
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(TRIES_EVERY)
        raise AssertionError("leadloop serve did not become ready")

    def kill(self) -> None:
        """End it at once, its workers too, wherever they are in their work."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it did."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


async def storm(
    server: Server, *, kills: int, writers: int, seed: int = 1, say: Callable[[str], None] = print
) -> Acknowledged:
    """Return what was acknowledged while the server was killed so many times."""
    draw, told, ended = random.Random(seed), Acknowledged(), asyncio.Event()
    await server.start()
    sending = [asyncio.create_task(_write(server.address, f"w{n}", told, ended)) for n in range(writers)]
    for number in range(kills):
        before, until = told.answers, time.monotonic() + LONGEST_START
        await asyncio.sleep(draw.uniform(*WORKS_FOR))
        while told.answers == before and time.monotonic() < until:
            await asyncio.sleep(TRIES_EVERY)  # on a busy machine: a kill before any work would prove nothing
        server.kill()
        await server.start()
        if (number + 1) % 20 == 0:
            say(f"{number + 1} kills, {told.answers:,} facts acknowledged, {told.repeated:,} requests sent again")
    ended.set()
    await asyncio.gather(*sending)
    server.stop()
    return told


def aftermath(home: Path, database_url: str, told: Acknowledged, kills: int) -> Aftermath:
    """Return what is stored of what was acknowledged."""
    engine = engine_for(database_url)
    give_keyring(engine, keyring_in(home))
    store, log = FactStore(engine), ScoreLog(engine)
    lost, doubled, missing = [], [], 0
    found = {str(history.lead_id): history.facts for history in store.histories()}
    logged: dict[str, int] = {}
    for one in log.every():
        logged[str(one.lead_id)] = logged.get(str(one.lead_id), 0) + 1
    for lead_id, calls in told.calls.items():
        facts = found.get(lead_id, ())
        sent = {Lead: 1, Call: calls, Stage: told.stages[lead_id]}
        lost += [f"{kind.__name__} of {lead_id}" for kind, many in sent.items() if _count(facts, kind) < many]
        doubled += [f"{kind.__name__} of {lead_id}" for kind, many in sent.items() if _count(facts, kind) > many]
        missing += max(0, sum(sent.values()) - logged.get(lead_id, 0))
    differ = sum(1 for _, names in differences(store, log, engine, most=sys.maxsize) if names)
    engine.dispose()
    return Aftermath(
        kills, told.answers, told.repeated, sum(logged.values()), lost, doubled, missing, differ
    )  # fmt: skip


def _count(facts: tuple[LeadFact, ...], kind: type[LeadFact]) -> int:
    return sum(isinstance(fact, kind) for fact in facts)


async def _write(address: str, name: str, told: Acknowledged, ended: asyncio.Event) -> None:
    """Tell one lead after another, with a call that has no id, a call that has one, and a stage."""
    number = 0
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        while not ended.is_set():
            number += 1
            lead_id = f"{name}-{number}"
            contact = {"phone": f"+7 900 000 {number % 10_000:04d}"}
            lead = {"id": lead_id, "answers": {"area": 40 + number % 9}, "contact": contact}
            await _until_answered(client, "/v1/leads", lead, None, told)
            told.calls[lead_id] = told.stages[lead_id] = 0
            place = f"/v1/leads/{lead_id}"
            await _until_answered(client, f"{place}/calls", {"result": "busy"}, f"{lead_id}-busy", told)
            told.calls[lead_id] += 1
            call = {"id": "c1", "result": "reached", "answers": {"need": "yes"}}
            await _until_answered(client, f"{place}/calls", call, None, told)
            told.calls[lead_id] += 1
            await _until_answered(client, f"{place}/stages", {"id": "s1", "stage": "Встреча"}, None, told)
            told.stages[lead_id] += 1


async def _until_answered(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str | None, told: Acknowledged
) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    while True:
        try:
            answer = await client.post(path, json=body, headers=headers)
        except httpx.TransportError:
            told.repeated += 1
            await asyncio.sleep(TRIES_EVERY)
            continue
        if answer.status_code == 201:
            told.answers += 1
            return
        assert answer.status_code == 503, answer.text  # the store was busy: told so, and sent again
        await asyncio.sleep(TRIES_EVERY)
