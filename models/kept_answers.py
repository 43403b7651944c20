"""What was answered to a request that carried an Idempotency-Key, so that a repetition is told the same and stores nothing.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header): an answer is kept
in the transaction of the facts it acknowledges; what was refused stored nothing and may come again mended, under the same key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, delete, insert, select

from features.facts.codec import microseconds
from features.facts.database import in_parts
from features.facts.tables import KEPT_ANSWERS

KEPT_FOR = timedelta(hours=24)
ASKED = select(KEPT_ANSWERS).where(
    KEPT_ANSWERS.c.key.in_(bindparam("keys", expanding=True)), KEPT_ANSWERS.c.kept_us > bindparam("since")
)
REPLACED = delete(KEPT_ANSWERS).where(KEPT_ANSWERS.c.key.in_(bindparam("keys", expanding=True)))
EXPIRED = delete(KEPT_ANSWERS).where(KEPT_ANSWERS.c.kept_us <= bindparam("since"))


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request as its sender names it (``key``), and what it says (``body``): both 16 bytes."""

    key: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a request: the status, and the body as JSON text (empty where there was none)."""

    request: RequestKey
    status: int
    answer: str


def request_key(sender: str, key: str, path: str, body: bytes) -> RequestKey:
    """Return the key of a request; each sender's keys are its own.

    >>> one, same = (request_key("crm", "k1", "/v1/leads", b'{"id": "7"}') for _ in range(2))
    >>> one == same, one.key == request_key("other crm", "k1", "/v1/leads", b'{"id": "7"}').key
    (True, False)
    """
    named = blake2b(repr((sender, key)).encode(), digest_size=16).digest()
    return RequestKey(named, blake2b(path.encode() + b"\0" + body, digest_size=16).digest())


def kept_among(connection: Connection, keys: Iterable[RequestKey], *, now: datetime) -> dict[bytes, KeptAnswer]:
    """Return by key what is kept of some requests and not older than ``KEPT_FOR``."""
    found: dict[bytes, KeptAnswer] = {}
    asked = list({one.key for one in keys})
    for some in in_parts(asked):
        given = {"keys": some, "since": microseconds(now - KEPT_FOR)}
        for row in connection.execute(ASKED, given):
            request = RequestKey(bytes(row.key), bytes(row.body))
            found[request.key] = KeptAnswer(request, row.status, row.answer)
    return found


def keep_answers(connection: Connection, answers: Sequence[KeptAnswer], *, now: datetime) -> None:
    """Keep answers as of now; one that is older than ``KEPT_FOR`` under the same key is replaced."""
    for some in in_parts(answers):
        connection.execute(REPLACED, {"keys": [one.request.key for one in some]})
        rows = [
            {"key": one.request.key, "body": one.request.body, "kept_us": microseconds(now), "status": one.status,
             "answer": one.answer}
            for one in some
        ]  # fmt: skip
        connection.execute(insert(KEPT_ANSWERS), rows)


def forget_expired(connection: Connection, *, now: datetime) -> None:
    """Delete what is older than ``KEPT_FOR``."""
    connection.execute(EXPIRED, {"since": microseconds(now - KEPT_FOR)})
