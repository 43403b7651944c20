"""Writes scores to the log behind the answers, in groups, so that an answer never waits for the disk.

A score is no acknowledged fact: what a crash loses of the last moment can be scored again. Leads, calls and stages
never go this way.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from models.score_log import LoggedScore, ScoreLog
from serving.telemetry.counts import Counts

GROUP = 2_000
GATHERED_FOR_SECONDS = 0.2
"""Scores that come within so long are written together: a transaction costs as much as many rows."""
LONGEST_BACKLOG = 50_000
logger = logging.getLogger(__name__)


class ScoreWriter:
    """A thread of its own that stores what was put; ``close`` waits until all is stored.

    Who puts a score only lays it down: the thread is woken by the first of a group and not by each.
    """

    def __init__(self, log: ScoreLog, counts: Counts | None = None) -> None:
        self._log, self._counts = log, counts or Counts()
        self._waiting: deque[LoggedScore | threading.Event] = deque()
        self._come, self._closing, self._room = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write, name="score-writer", daemon=True)
        self._thread.start()

    def put(self, scored: LoggedScore) -> None:
        """Remember a score soon; when the backlog is full the caller waits."""
        while len(self._waiting) >= LONGEST_BACKLOG and self._thread.is_alive():
            self._room.clear()
            self._come.set()
            self._room.wait(GATHERED_FOR_SECONDS)
        self._waiting.append(scored)
        if not self._come.is_set():
            self._come.set()

    def settle(self) -> None:
        """Wait until everything that was put before is stored, or could not be."""
        reached = threading.Event()
        self._waiting.append(reached)
        self._come.set()
        while self._thread.is_alive() and not reached.wait(GATHERED_FOR_SECONDS):
            pass

    def close(self) -> None:
        """Store everything that was put, then end."""
        self._closing.set()
        self._come.set()
        self._thread.join()

    def _write(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._come.wait()
            self._closing.wait(GATHERED_FOR_SECONDS)
            self._come.clear()  # before the first is taken: what is laid down from now on wakes us again
            while self._waiting:
                group, reached = self._group()
                self._store(group)
                if reached is not None:
                    reached.set()
            self._room.set()

    def _group(self) -> tuple[list[LoggedScore], threading.Event | None]:
        """Return what is stored next, and who waits for just that."""
        group: list[LoggedScore] = []
        while self._waiting and len(group) < GROUP:
            one = self._waiting.popleft()
            if isinstance(one, threading.Event):
                return group, one
            group.append(one)
        return group, None

    def _store(self, group: list[LoggedScore]) -> None:
        self._counts.scores((one.refined_grade, one.model_version) for one in group)
        try:
            self._log.remember(group)
        except (StoreUnreachable, SQLAlchemyError) as error:
            logger.error("%d scores were not logged: %s", len(group), type(error).__name__)
