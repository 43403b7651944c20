"""What is written behind the answers, in groups, so that no answer waits for the disk: scores, and lines of the audit log.

Who puts something only lays it down; a thread of its own stores it a moment later. What a crash takes is the last moment of it,
so nothing that was acknowledged as stored goes this way.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

LONGEST_BACKLOG = 50_000
HANGS_AFTER = 5.0
"""A store that takes longer than so many seconds for a group hangs, until it has taken one sooner: nobody waits for it."""
logger = logging.getLogger(__name__)
Line = TypeVar("Line")


class WrittenBehind(Generic[Line]):
    """Stores what was put, in order; ``close`` waits until all is stored.

    The thread begins with the first line, and is woken by the first of a group and not by each.

    Parameters
    ----------
    store
        Stores a group; tells by itself of what it could not store.
    most
        So many lines go into a group at most.
    gathered_seconds
        Lines that come within so long are stored together: a transaction costs as much as many rows.

    Examples
    --------
    >>> stored = []
    >>> behind = WrittenBehind(stored.extend, name="example", most=10, gathered_seconds=0.01)
    >>> behind.put("a"), behind.put("b"), behind.close(), stored
    (None, None, None, ['a', 'b'])
    """

    def __init__(self, store: Callable[[list[Line]], object], *, name: str, most: int, gathered_seconds: float) -> None:
        self._store, self._name, self._most, self._gathered_seconds = store, name, most, gathered_seconds
        self._waiting: deque[Line | threading.Event] = deque()
        self._come, self._closing, self._room = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._storing_since: float | None = None
        self._hung = False
        self._left_out = 0
        self._starting, self._leaving_out = threading.Lock(), threading.Lock()

    def put(self, line: Line) -> None:
        """Store a line soon; where the backlog is full, the caller waits, and where the store hangs, the line is left out."""
        if self._thread is None:
            self._start()
        while len(self._waiting) >= LONGEST_BACKLOG and self._is_written:
            if self._hangs:
                self._leave_out()
                return
            self._room.clear()
            self._come.set()
            self._room.wait(self._gathered_seconds)
        self._waiting.append(line)
        if not self._come.is_set():
            self._come.set()

    def settle(self) -> None:
        """Wait until everything that was put before is stored, or could not be."""
        if self._thread is None:
            return
        reached = threading.Event()
        self._waiting.append(reached)
        self._come.set()
        while self._is_written and not reached.wait(self._gathered_seconds):
            pass

    def close(self) -> None:
        """Store everything that was put, then end."""
        if self._thread is not None:
            self._closing.set()
            self._come.set()
            self._thread.join()

    @property
    def _is_written(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _leave_out(self) -> None:
        with self._leaving_out:
            self._left_out += 1
            is_first = self._left_out == 1
        if is_first:
            logger.error("%s: the store takes too long, and lines are left out from now on", self._name)

    @property
    def _hangs(self) -> bool:
        since = self._storing_since
        return self._hung or (since is not None and time.monotonic() - since > HANGS_AFTER)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._write, name=self._name, daemon=True)
                thread.start()
                self._thread = thread

    def _write(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._come.wait()
            self._closing.wait(self._gathered_seconds)
            self._come.clear()  # before the first is taken: what is laid down from now on wakes us again
            while self._waiting:
                group, reached = self._group()
                if group:
                    self._store_timed(group)
                if reached is not None:
                    reached.set()
            self._room.set()

    def _store_timed(self, group: list[Line]) -> None:
        began = self._storing_since = time.monotonic()
        self._store(group)
        self._storing_since, self._hung = None, time.monotonic() - began > HANGS_AFTER
        if self._hung or not self._left_out:
            return
        with self._leaving_out:
            left_out, self._left_out = self._left_out, 0
        logger.error("%s: the store is back; %d lines were left out", self._name, left_out)

    def _group(self) -> tuple[list[Line], threading.Event | None]:
        """Return what is stored next, and who waits for just that."""
        group: list[Line] = []
        while self._waiting and len(group) < self._most:
            one = self._waiting.popleft()
            if isinstance(one, threading.Event):
                return group, one
            group.append(one)
        return group, None
