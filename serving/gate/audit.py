"""Who saw personal data, and who changed what: a log that is only added to, written behind the answers.

It keeps who, when, which route, which lead and how it ended, and never what was sent or shown. What a crash takes is the last
moment of it; a server that is asked to end writes everything.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.quick_rows import add_rows
from features.facts.tables import AUDIT

GROUP = 500
LONGEST_BACKLOG = 50_000
LONGEST_LEAD_ID = 200
"""Characters of a lead id, as the tables have them."""
GATHERED_SECONDS = 0.3
"""So long entries are gathered before they are written together."""
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
    """The log, and the thread that writes it; ``close`` waits until all is stored.

    Who puts a line only lays it down: the thread is woken by the first of a group and not by each.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[Entry] = deque()
        self._come, self._closing, self._room = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, entry: Entry) -> None:
        """Write a line soon; where the backlog is full, the caller waits.

        What a path names as a lead may be anything: it is kept as far as the database takes it, so that nobody makes the
        lines that are written together with his be refused.
        """
        if entry.lead_id is not None:
            entry = entry._replace(lead_id=entry.lead_id.replace("\0", "")[:LONGEST_LEAD_ID])
        if self._thread is None:
            self._start()
        while len(self._waiting) >= LONGEST_BACKLOG and self._is_written:
            self._room.clear()
            self._come.set()
            self._room.wait(GATHERED_SECONDS)
        self._waiting.append(entry)
        if not self._come.is_set():
            self._come.set()

    def close(self) -> None:
        """Store everything that was put, then end."""
        if self._thread is not None:
            self._closing.set()
            self._come.set()
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

    @property
    def _is_written(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _write(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._come.wait()
            self._closing.wait(GATHERED_SECONDS)
            self._come.clear()  # before the first is taken: what is laid down from now on wakes us again
            while self._waiting:
                self._store([self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP))])
            self._room.set()

    def _store(self, group: list[Entry]) -> None:
        rows = [(microseconds(at), *rest) for at, *rest in group]
        try:
            with writing(self._engine, alone=False) as connection:
                add_rows(connection, AUDIT, COLUMNS, rows)
        except (StoreUnreachable, SQLAlchemyError) as error:
            logger.error("%d lines of the audit log were not written: %s", len(rows), type(error).__name__)
