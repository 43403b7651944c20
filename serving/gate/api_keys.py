"""Keys for programs: shown once, kept as a hash, known to a running server within seconds and forgotten as fast.

While the database does not answer, the keys known before go on opening, and nobody who asks waits for it.

A key is 32 random bytes, so its SHA-256 tells nothing and costs a microsecond; argon2, which slows down guessing, is for
words that people choose and would cost every request a hundred thousand times as much. The key carries a short name of its
own, by which people speak of it without knowing it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Engine, insert, select, update

from features.errors import AccessRefused, StoreUnreachable
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import API_KEYS
from serving.gate.roles import ADMIN_ALONE, SCOPES, scope_right
from serving.gate.visitor import Visitor

LOOK_EVERY_SECONDS = 2.0
SOONEST_LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 0.5
"""So long a request waits for a look into the database; then the keys that were known before decide."""
USUAL_RATE = 200.0
"""Requests a second that a new key may send, unless it is told otherwise."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What may be known of a key."""

    id: str
    name: str
    scopes: tuple[str, ...]
    rate: float
    created_at: datetime
    revoked_at: datetime | None


@lru_cache(maxsize=64)
def key_hash(key: bytes) -> bytes:
    """Return what is kept of a key; a program that asks again and again is not hashed each time."""
    return hashlib.sha256(key).digest()


def environment_visitor() -> Visitor:
    """Return who comes with the key of the environment."""
    return Visitor("key:environment", "LEADLOOP_API_KEY", ADMIN_ALONE)


def require_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return a key's scopes in their order; ``AccessRefused`` where there is none, or one that no table knows."""
    named = set(scopes)
    unknown = sorted(named - set(SCOPES))
    if unknown or not named:
        raise AccessRefused(f"A key's scopes are of {', '.join(SCOPES)}; {unknown[0] if unknown else 'none'} is not.")
    return tuple(one for one in SCOPES if one in named)


class ApiKeys:
    """The keys in the database, and in memory those that open."""

    def __init__(self, engine: Engine, environment_key: str | None = None) -> None:
        self._engine = engine
        self._always = {key_hash(environment_key.encode()): environment_visitor()} if environment_key else {}
        self._known: dict[bytes, Visitor] = dict(self._always)
        self._known_as_of = self._began_at = float("-inf")
        self._lock, self._beginning = threading.Lock(), threading.Lock()
        self._looking: Future[None] | None = None

    def holder(self, key: bytes) -> Visitor | None:
        """Return who comes with a key; None for one that opens nothing. Costs a hash and a look into memory."""
        if self._is_due(key):
            self._look()
        return self._known.get(key_hash(key))

    async def holder_soon(self, key: bytes) -> Visitor | None:
        """Do as ``holder`` does, for an event loop: it looks beside the loop, and no longer than somebody may wait."""
        if self._is_due(key):
            looking, left = self._begun()
            if left > 0:
                done, _ = await asyncio.wait([asyncio.wrap_future(looking)], timeout=left)
                for one in done:
                    one.result()
        return self._known.get(key_hash(key))

    def _is_due(self, key: bytes) -> bool:
        """Return whether to look first: what is known is old, or the key is not and may have been made a moment ago."""
        old = time.monotonic() - self._known_as_of
        return old >= LOOK_EVERY_SECONDS or (old >= SOONEST_LOOK_SECONDS and key_hash(key) not in self._known)

    def _begun(self) -> tuple[Future[None], float]:
        """Return the look that is under way, begun now where none is, and for how many seconds it may still be waited for."""
        with self._beginning:
            if self._looking is None or self._looking.done():
                self._looking, self._began_at = Future(), time.monotonic()
                threading.Thread(target=self._look_for, args=[self._looking], name="keys", daemon=True).start()
            return self._looking, self._began_at + PATIENCE_SECONDS - time.monotonic()

    def _look_for(self, looking: Future[None]) -> None:
        looking.set_running_or_notify_cancel()  # whoever gives up waiting ends nothing
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 - for those who wait
            looking.set_exception(error)
        else:
            looking.set_result(None)

    def create(
        self, name: str, scopes: Iterable[str], moment: datetime, *, rate: float = USUAL_RATE
    ) -> tuple[ApiKey, str]:
        """Make a key; what is returned beside it is the key itself, and never seen again."""
        made = ApiKey(secrets.token_hex(4), name, require_scopes(scopes), rate, moment, None)
        return made, self._stored(made)

    def every(self) -> list[ApiKey]:
        """Return every key there ever was, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(API_KEYS).order_by(API_KEYS.c.created_us, API_KEYS.c.id)).all()
        return [
            ApiKey(
                row.id,
                row.name,
                tuple(row.scopes.split()),
                row.rate,
                instant(row.created_us),
                None if row.revoked_us is None else instant(row.revoked_us),
            )
            for row in rows
        ]

    def rotate(self, key_id: str, moment: datetime) -> tuple[ApiKey, str]:
        """Make a key with the same name, scopes and rate; the one before opens until it is revoked."""
        old = self._of(key_id)
        if old.revoked_at is not None:
            raise AccessRefused(f"Key {key_id} is revoked; `leadloop keys create` makes another.")
        made = ApiKey(secrets.token_hex(4), old.name, old.scopes, old.rate, moment, None)
        return made, self._stored(made)

    def revoke(self, key_id: str, moment: datetime) -> None:
        """Let a key open nothing any more."""
        self._of(key_id)
        still_opens = (API_KEYS.c.id == key_id) & API_KEYS.c.revoked_us.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(API_KEYS).where(still_opens).values(revoked_us=microseconds(moment)))
        self._look()

    def _of(self, key_id: str) -> ApiKey:
        found = next((one for one in self.every() if one.id == key_id), None)
        if found is None:
            raise AccessRefused(f"There is no key {key_id}; `leadloop keys list` lists them.")
        return found

    def _stored(self, made: ApiKey) -> str:
        key = f"ll_{made.id}_{secrets.token_urlsafe(32)}"
        row = {
            "id": made.id,
            "name": made.name,
            "scopes": " ".join(made.scopes),
            "hash": key_hash(key.encode()),
            "rate": made.rate,
            "created_us": microseconds(made.created_at),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(API_KEYS), row)
        self._look()
        return key

    def _look(self) -> None:
        """Read which keys open; with the database away those known before go on, so that scoring does."""
        with self._lock:
            as_of, asked = time.monotonic(), select(API_KEYS).where(API_KEYS.c.revoked_us.is_(None))
            try:
                with reading(self._engine) as connection:
                    rows = connection.execute(asked).all()
            except StoreUnreachable as error:
                logger.warning("Keys were not read anew: %s", error)
            else:
                found = {row.hash: _visitor(row.id, row.name, row.scopes, row.rate) for row in rows}
                self._known = self._always | found
            self._known_as_of = as_of


def _visitor(key_id: str, name: str, scopes: str, rate: float) -> Visitor:
    rights = frozenset(map(scope_right, scopes.split()))
    return Visitor(f"key:{key_id}", name, rights, rate=rate)
