"""Who saw personal data, and who changed what: a log that is only added to, written behind the answers.

It keeps who, when, which route, which lead and how it ended, and never what was sent or shown. What a crash takes is the last
moment of it; a server that is asked to end writes everything.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.quick_rows import add_rows
from features.facts.tables import AUDIT
from serving.written_behind import WrittenBehind

GROUP = 500
LONGEST_LEAD_ID = 200
"""Characters of a lead id, as the tables have them."""
GATHERED_SECONDS = 0.3
"""So long entries are gathered before they are written together."""
AGAIN_SECONDS = 1.0
"""So long a group that was not taken waits for the next try."""
COLUMNS = ("at_us", "who", "role", "method", "route", "lead_id", "status")
logger = logging.getLogger(__name__)


class Entry(NamedTuple):
    """A line of the log; ``role`` is what opened the door: a role, or a key's scopes."""

    at: datetime
    who: str
    role: str
    method: str
    route: str
    lead_id: str | None
    status: int


class AuditLog:
    """The log; ``close`` waits until all is stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._closing = engine, threading.Event()
        self._behind = WrittenBehind(self._store, name="audit-writer", most=GROUP, gathered_seconds=GATHERED_SECONDS)

    def put(self, entry: Entry) -> None:
        """Write a line soon; where the backlog is full, the caller waits (of what hangs nobody does: ``WrittenBehind``).

        What a path names as a lead may be anything: it is kept as far as the database takes it, so that nobody makes the
        lines that are written together with his be refused.
        """
        if entry.lead_id is not None:
            entry = entry._replace(lead_id=entry.lead_id.replace("\0", "")[:LONGEST_LEAD_ID])
        self._behind.put(entry)

    def close(self) -> None:
        """Store everything that was put, then end; a store that does not take it now is not waited for."""
        self._closing.set()
        self._behind.close()

    def entries(self, *, lead_id: str | None = None, most: int = 100) -> list[Entry]:
        """Return the last lines, the latest first; of one lead where it is named."""
        asked = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(most)
        if lead_id is not None:
            asked = asked.where(AUDIT.c.lead_id == lead_id)
        with reading(self._engine) as connection:
            rows = connection.execute(asked).all()
        return [
            Entry(instant(row.at_us), row.who, row.role, row.method, row.route, row.lead_id, row.status) for row in rows
        ]

    def _store(self, group: list[Entry]) -> None:
        """Store a group; where the store does not take it (no room, not there), again and again until it does."""
        rows = [(microseconds(at), *rest) for at, *rest in group]
        waits = False
        while True:
            try:
                with writing(self._engine, alone=False) as connection:
                    add_rows(connection, AUDIT, COLUMNS, rows)
                return
            except StoreUnreachable as error:
                if self._closing.wait(AGAIN_SECONDS):
                    logger.error("%d lines of the audit log were not written: %s", len(rows), type(error).__name__)
                    return
                if not waits:
                    logger.error("lines of the audit log wait for the store: %s", type(error).__name__)
                waits = True
            except SQLAlchemyError as error:
                logger.error("%d lines of the audit log were not written: %s", len(rows), type(error).__name__)
                return
