"""Sends damaged webhooks of the three CRMs to the real application: no answer of 500 and more, nothing stored that was not meant.

``python -m benchmarks.mutated_webhooks --count 100000`` takes some minutes on one core. Most of them carry the right proof, as a
wrong one is turned away before anything is read. What is stored is held against what was sent: each row of the inbox is of a
kind and an event that CRMs tell, and its record's id stands in a body of the same moment that was proven and answered 200; no
other table grew. What was held against what was sent is let go at once, so that the memory is the same after a million.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from urllib.parse import unquote_to_bytes

import httpx
from rich.console import Console
from rich.progress import track
from sqlalchemy import Engine, func, select

from benchmarks.damaged_bodies import GOOD, LARGEST, MUTATIONS
from features.crm.hubspot_events import signature_of
from features.facts.company import Company
from features.facts.crm_settings import CrmName
from features.facts.database import reading
from features.facts.tables import CRM_INBOX, METADATA
from tests.crm.proofs import CLIENT, PROOFS, SECRET, TOKEN

BASE = "http://leads.example.com"
SYSTEMS: tuple[CrmName, ...] = ("bitrix24", "amocrm", "hubspot")
PATHS = {"bitrix24": "/crm/bitrix24", "amocrm": f"/crm/amocrm/{SECRET}", "hubspot": "/crm/hubspot"}
TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "",
    "\x7f/\xff",
)
EVENTS = {
    "lead", "deal", "call", "contact", "leads", "contacts", "unsorted", "ONCRMLEADADD", "ONCRMLEADUPDATE", "ONCRMLEADDELETE",
    "ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE", "ONVOXIMPLANTCALLEND",
}  # fmt: skip
"""What the event of a stored message begins with."""
AT_ONCE = 16


@dataclass
class Tally:
    """What was answered and what is stored."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_mutation: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stored: int = 0
    unmeant: list[str] = field(default_factory=list)


@contextmanager
def _application(system: CrmName, folder: Path) -> Iterator[tuple[httpx.AsyncClient, Engine]]:
    from features.facts.database import engine_for
    from features.settings import settings_from_environment
    from leadloop.database import bring_up_to_date
    from serving.app import create_app
    from serving.wiring import service_of

    words = {"system": system, **({"address": "https://x.amocrm.ru"} if system == "amocrm" else {})}
    file = folder / "company.yaml"
    Company.model_validate({"company": "x", "crm": words})
    file.write_text(json.dumps({"company": "x", "crm": words}), encoding="utf-8")
    settings = settings_from_environment(folder, file)
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    with patch.dict(os.environ, PROOFS):
        made = create_app(service_of(settings, engine))
    transport = httpx.ASGITransport(app=made, raise_app_exceptions=False)
    yield httpx.AsyncClient(transport=transport, base_url=BASE), engine
    engine.dispose()


def mutated(count: int, seed: int = 7, *, console: Console | None = None) -> Tally:
    """Send so many damaged webhooks, a third to each CRM's door; return what was answered and what is stored."""
    tally = Tally()
    for number, system in enumerate(SYSTEMS):
        draw, share = random.Random(seed + number), count // 3 + (number < count % 3)
        with tempfile.TemporaryDirectory() as folder, _application(system, Path(folder)) as (client, engine):
            before = _rows(engine)
            asyncio.run(_send(client, system, share, draw, tally, engine, console))
            _hold_tables(system, before, engine, tally)
            if console:
                console.print(f"{tally.sent:,} sent so far; {_wrong(tally)}", highlight=False)
    return tally


@dataclass(frozen=True, slots=True)
class Damaged:
    """A request as it is sent, and what was done to it."""

    path: str
    body: bytes
    headers: dict[bytes, bytes]
    is_proven: bool
    done: tuple[str, ...]


def _damaged(system: CrmName, draw: random.Random) -> Damaged:
    body, done = draw.choice(GOOD[system]), list[str]()
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        mutation = draw.choice(MUTATIONS)
        body = mutation(body or b"?", draw)[:LARGEST]
        done.append(mutation.__name__.strip("_"))
    is_proven, path = draw.random() < 0.9, PATHS[system]
    headers = {b"content-type": draw.choice(TYPES).encode("latin-1")}
    if system == "amocrm" and not is_proven:
        path = draw.choice(("/crm/amocrm/guess", "/crm/amocrm/%FF%00", f"/crm/amocrm/{SECRET}x", "/crm/amocrm/%2e%2e"))
    if system == "bitrix24" and not is_proven:
        body = body.replace(TOKEN.encode(), draw.choice((b"", b"guess", b"%00", TOKEN[:-1].encode())))
    if system == "hubspot":
        headers |= _signed(body, is_proven, draw)
    return Damaged(path, body, headers, is_proven, tuple(done))


async def _send(
    client: httpx.AsyncClient,
    system: CrmName,
    count: int,
    draw: random.Random,
    tally: Tally,
    engine: Engine,
    console: Console | None,
) -> None:
    last = 0
    steps = range(0, count, AT_ONCE)
    for start in track(steps, description=system, console=console) if console else steps:
        some = [_damaged(system, draw) for _ in range(min(AT_ONCE, count - start))]
        answers = await asyncio.gather(*(client.post(one.path, content=one.body, headers=one.headers) for one in some))
        proven = set[str]()
        for one, answer in zip(some, answers, strict=True):
            _note(system, one, answer, tally, proven)
        last = _hold_new(system, engine, last, proven, tally)


def _note(system: CrmName, one: Damaged, answer: httpx.Response, tally: Tally, proven: set[str]) -> None:
    """Count an answer, and add the ids of a body that was heard to those that are ``proven``."""
    tally.sent += 1
    tally.statuses[answer.status_code] += 1
    tally.by_mutation.update(one.done)
    done = ", ".join(one.done)
    if answer.status_code >= 500:
        tally.failures.append(f"{system} {answer.status_code} after {done}: {one.body[:200]!r}")
    if answer.status_code == 200:
        proven |= _ids(one.body)
        if not one.is_proven and answer.json()["heard"]:
            tally.unmeant.append(f"{system}: a message without its proof was heard after {done}")


def _signed(body: bytes, is_proven: bool, draw: random.Random) -> dict[bytes, bytes]:
    timestamp = str(int(time.time() * 1_000))
    if not is_proven and draw.random() < 0.5:
        timestamp = draw.choice(("", "0", "soon", "9" * 40, str(int(time.time() * 1_000) - 400_000)))
        signature = signature_of(CLIENT, "POST", BASE + PATHS["hubspot"], body, timestamp)
    else:
        signature = signature_of(CLIENT if is_proven else "guess", "POST", BASE + PATHS["hubspot"], body, timestamp)
    return {
        b"x-hubspot-signature-v3": signature.encode("latin-1"),
        b"x-hubspot-request-timestamp": timestamp.encode("latin-1"),
    }


def _ids(body: bytes) -> set[str]:
    """Return everything in a body that may be an id, as it stands there and without zeros ahead of it."""
    words = {
        one
        for part in (body, unquote_to_bytes(body.replace(b"+", b" ")))
        for one in re.findall(rb"[A-Za-z0-9._:@-]+", part)
    }
    told = {one.decode("ascii") for one in words} | {
        one.decode("ascii") for word in words for one in re.findall(rb"\d+", word)
    }
    return told | {one.lstrip("0") for one in told}


def _rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
            if name != CRM_INBOX.name
        }


def _hold_tables(system: CrmName, before: dict[str, int], engine: Engine, tally: Tally) -> None:
    after = _rows(engine)
    tally.unmeant += [
        f"{system}: {name} grew from {before[name]} to {after[name]}" for name in after if after[name] != before[name]
    ]


def _hold_new(system: CrmName, engine: Engine, last: int, proven: set[str], tally: Tally) -> int:
    """Hold what the inbox got since against what was just sent; return the number of its last message."""
    with reading(engine) as connection:
        rows = connection.execute(select(CRM_INBOX).where(CRM_INBOX.c.id > last).order_by(CRM_INBOX.c.id)).all()
    tally.stored += len(rows)
    for row in rows:
        told = row.record_id.split("-") if system == "amocrm" and row.entity == "call" else [row.record_id]
        is_known = row.crm == system and row.event.split(".")[0] in EVENTS
        if not is_known or not {one for one in told if one not in ("leads", "contacts")} <= proven:
            tally.unmeant.append(f"{system}: {row.entity} {row.record_id} {row.event}")
    return rows[-1].id if rows else last


def _wrong(tally: Tally) -> str:
    wrong = f"not meant: {len(tally.unmeant):,}; 5xx: {len(tally.failures):,}"
    return f"{wrong}; at most {peak_mb():,.0f} MB of memory."


def peak_mb() -> float:
    """Return the most memory that this process ever took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=100_000, help="how many are sent (%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="of what is drawn (%(default)s)")
    said = parser.parse_args()
    console, began = Console(), time.monotonic()
    tally = mutated(said.count, said.seed, console=console)
    seconds = time.monotonic() - began
    console.print(
        f"{tally.sent:,} damaged webhooks in {seconds:,.0f} s ({tally.sent / seconds:,.0f} a second).", highlight=False
    )
    for status, count in sorted(tally.statuses.items()):
        console.print(f"  {status}: {count:,}", highlight=False)
    console.print(f"Stored: {tally.stored:,} messages; {_wrong(tally)}", highlight=False)
    for one in [*tally.failures, *tally.unmeant][:20]:
        console.print(f"  {one}", markup=False, style="red")
    sys.exit(bool(tally.failures or tally.unmeant))


if __name__ == "__main__":
    main()
