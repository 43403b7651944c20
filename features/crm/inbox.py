"""What CRMs told, kept until it was looked into: on disk before the CRM is answered, each message once however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, func, select, update

from features.crm.heard import Heard
from features.facts.codec import instant, microseconds
from features.facts.database import in_parts, reading, writing
from features.facts.quick_rows import add_rows
from features.facts.tables import CRM_INBOX

COLUMNS = ("crm", "entity", "record_id", "event", "told_us", "got_us", "digest", "state", "due_us", "tries")
KEPT = timedelta(days=30)
"""So long a message is known again after it was looked into."""
LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits: its number, of which record it tells, how often it was tried, and why it waits still."""

    id: int
    entity: str
    record_id: str
    event: str
    got_at: datetime
    due_at: datetime
    tries: int
    why: str | None


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How the inbox of a CRM stands."""

    waiting: int
    done: int
    failing: int
    last_got_at: datetime | None


def keep_heard(connection: Connection, crm: str, heard: Iterable[Heard], moment: datetime) -> None:
    """Keep messages inside a transaction of the caller's; one that came before waits again, and is not kept twice.

    CRMs date messages to the second: what comes again after it was looked into may be told of another change within that second.
    """
    heard, now = list(heard), microseconds(moment)
    rows = [
        (crm, one.entity, one.record_id, one.event, None if one.told_at is None else microseconds(one.told_at), now,
         one.digest, "waiting", now, 0)
        for one in heard
    ]  # fmt: skip
    add_rows(connection, CRM_INBOX, COLUMNS, rows, known="ON CONFLICT DO NOTHING")
    for digests in in_parts([one.digest for one in heard]):
        again = update(CRM_INBOX).where(
            CRM_INBOX.c.crm == crm, CRM_INBOX.c.digest.in_(digests), CRM_INBOX.c.state == "done"
        )
        connection.execute(again.values(state="waiting", due_us=now, tries=0, why=None))


def mark_done(connection: Connection, numbers: Sequence[int], why: str | None = None) -> None:
    """Note inside a transaction of the caller's that messages were looked into."""
    if numbers:
        done = update(CRM_INBOX).where(CRM_INBOX.c.id.in_(numbers))
        connection.execute(done.values(state="done", why=why[:LONGEST_WHY] if why else None))


class Inbox:
    """The inbox of one CRM."""

    def __init__(self, engine: Engine, crm: str) -> None:
        self._engine, self._crm = engine, crm

    def due(self, moment: datetime, most: int = 500) -> list[Waiting]:
        """Return the messages that are due, the least tried first, then the oldest."""
        mine = (CRM_INBOX.c.crm == self._crm) & (CRM_INBOX.c.state == "waiting")
        asked = select(CRM_INBOX).where(mine, CRM_INBOX.c.due_us <= microseconds(moment))
        return self._read(asked.order_by(CRM_INBOX.c.tries, CRM_INBOX.c.id).limit(most))

    def failing(self, most: int = 20) -> list[Waiting]:
        """Return the messages that were tried and wait still, the newest first."""
        mine = (CRM_INBOX.c.crm == self._crm) & (CRM_INBOX.c.state == "waiting") & (CRM_INBOX.c.tries > 0)
        return self._read(select(CRM_INBOX).where(mine).order_by(CRM_INBOX.c.id.desc()).limit(most))

    def put_off(self, numbers: Sequence[int], until: datetime, why: str, *, tried: bool = True) -> None:
        """Let messages wait until a moment, and note why; ``tried`` is whether it was they that were asked for."""
        if not numbers:
            return
        with writing(self._engine) as connection:
            later = update(CRM_INBOX).where(CRM_INBOX.c.id.in_(numbers), CRM_INBOX.c.state == "waiting")
            put = {"due_us": microseconds(until), "tries": CRM_INBOX.c.tries + int(tried), "why": why[:LONGEST_WHY]}
            connection.execute(later.values(**put))

    def forget_done(self, moment: datetime) -> None:
        """Forget what was looked into long ago."""
        with writing(self._engine) as connection:
            old = (CRM_INBOX.c.crm == self._crm) & (CRM_INBOX.c.state == "done")
            connection.execute(delete(CRM_INBOX).where(old, CRM_INBOX.c.got_us < microseconds(moment - KEPT)))

    def counts(self) -> InboxCounts:
        """Return how many messages wait, were looked into, and were tried in vain; and when the last one came."""
        columns = CRM_INBOX.c
        tried = func.sum(case((columns.tries > 0, 1), else_=0))
        asked = select(columns.state, func.count(), tried, func.max(columns.got_us))
        with reading(self._engine) as connection:
            rows = connection.execute(asked.where(columns.crm == self._crm).group_by(columns.state)).all()
        by_state = {row[0]: row for row in rows}
        waiting, done = by_state.get("waiting"), by_state.get("done")
        last = max((row[3] for row in rows), default=None)
        return InboxCounts(
            waiting=waiting[1] if waiting else 0,
            done=done[1] if done else 0,
            failing=int(waiting[2]) if waiting else 0,
            last_got_at=None if last is None else instant(last),
        )

    def _read(self, asked: Any) -> list[Waiting]:
        with reading(self._engine) as connection:
            rows = connection.execute(asked).all()
        return [
            Waiting(row.id, row.entity, row.record_id, row.event, instant(row.got_us), instant(row.due_us), row.tries, row.why)
            for row in rows
        ]  # fmt: skip
