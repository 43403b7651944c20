"""Who saw personal data, and who changed what: a log that is only added to, written behind the answers.

It keeps who, when, which route, which lead and how it ended, and never what was sent or shown. What a crash takes is the last
moment of it; a server that is asked to end writes everything.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import AUDIT

GROUP = 500
LONGEST_BACKLOG = 50_000
LONGEST_LEAD_ID = 200
"""Characters of a lead id, as the tables have them."""
GATHERED_SECONDS = 0.3
"""So long entries are gathered before they are written together."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log; ``role`` is what opened the door: a role, or a key's scopes."""

    at: datetime
    who: str
    role: str
    method: str
    route: str
    lead_id: str | None
    status: int


class AuditLog:
    """The log, and the thread that writes it; ``close`` waits until all is stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.Queue[Entry | None] = queue.Queue(LONGEST_BACKLOG)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, entry: Entry) -> None:
        """Write a line soon; where the backlog is full, the caller waits.

        What a path names as a lead may be anything: it is kept as far as the database takes it, so that nobody makes the
        lines that are written together with his be refused.
        """
        if entry.lead_id is not None:
            entry = replace(entry, lead_id=entry.lead_id.replace("\0", "")[:LONGEST_LEAD_ID])
        if self._thread is None:
            self._start()
        self._waiting.put(entry)

    def close(self) -> None:
        """Store everything that was put, then end."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

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

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="audit-writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        ending = False
        while not ending:
            group, ending = self._group()
            rows = [
                {
                    "at_us": microseconds(one.at),
                    "who": one.who,
                    "role": one.role,
                    "method": one.method,
                    "route": one.route,
                    "lead_id": one.lead_id,
                    "status": one.status,
                }
                for one in group
            ]
            if not rows:
                continue
            try:
                with writing(self._engine) as connection:
                    connection.execute(insert(AUDIT), rows)
            except (StoreUnreachable, SQLAlchemyError) as error:
                logger.error("%d lines of the audit log were not written: %s", len(rows), type(error).__name__)

    def _group(self) -> tuple[list[Entry], bool]:
        group: list[Entry] = []
        item = self._waiting.get()
        until = time.monotonic() + GATHERED_SECONDS
        while item is not None:
            group.append(item)
            left = until - time.monotonic()
            if len(group) == GROUP or left <= 0:
                return group, False
            try:
                item = self._waiting.get(timeout=left)
            except queue.Empty:
                return group, False
        return group, True
