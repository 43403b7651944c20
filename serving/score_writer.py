"""Writes scores to the log behind the answers, in groups, so that an answer never waits for the disk.

A score is no acknowledged fact: what a crash loses of the last moment can be scored again. Leads, calls and stages
never go this way.
"""

from __future__ import annotations

import logging
import queue
import threading

from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from models.score_log import LoggedScore, ScoreLog

GROUP = 500
GATHERED_FOR_SECONDS = 0.05
"""Scores that come within so long are written together: a transaction costs as much as many rows."""
LONGEST_BACKLOG = 50_000
logger = logging.getLogger(__name__)


class ScoreWriter:
    """A thread of its own that stores what was put; ``close`` waits until all is stored."""

    def __init__(self, log: ScoreLog) -> None:
        self._log = log
        self._waiting: queue.Queue[LoggedScore | threading.Event | None] = queue.Queue(LONGEST_BACKLOG)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="score-writer", daemon=True)
        self._thread.start()

    def put(self, scored: LoggedScore) -> None:
        """Remember a score soon; when the backlog is full the caller waits."""
        self._waiting.put(scored)

    def settle(self) -> None:
        """Wait until everything that was put before is stored, or could not be."""
        reached = threading.Event()
        self._waiting.put(reached)
        while self._thread.is_alive() and not reached.wait(GATHERED_FOR_SECONDS):
            pass

    def close(self) -> None:
        """Store everything that was put, then end."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        ending = False
        while not ending:
            group, ending = self._group()
            if not group:
                continue
            scores = [one for one in group if isinstance(one, LoggedScore)]
            try:
                if scores:
                    self._log.remember(scores)
            except (StoreUnreachable, SQLAlchemyError) as error:
                logger.error("%d scores were not logged: %s", len(scores), type(error).__name__)
            for one in group:
                if isinstance(one, threading.Event):
                    one.set()

    def _group(self) -> tuple[list[LoggedScore | threading.Event], bool]:
        group: list[LoggedScore | threading.Event] = []
        item = self._waiting.get()
        self._closing.wait(GATHERED_FOR_SECONDS)
        while item is not None:
            group.append(item)
            if len(group) == GROUP or self._waiting.empty():
                return group, False
            item = self._waiting.get()
        return group, True
