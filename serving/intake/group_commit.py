"""One writer for all who store: whatever queued while the disk wrote the last group goes into the next transaction.

An answer is given when its facts are on disk. Nobody waits for a timer: a request that comes alone is written alone, and
under load the groups grow by themselves. A request that cannot be stored fails alone: what it asks is refused before
anything is written, and where the database itself refuses a group, each of it is tried again in a transaction of its own.
A database that neither takes a group nor refuses it is waited for no longer than is said here.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine

from features.errors import LeadloopError, StoreBusy, StoreUnreachable
from features.facts.database import writing
from serving.telemetry.request_id import REQUEST_ID

MOST_IN_A_GROUP = 500
LONGEST_BACKLOG = 5_000
"""So many may wait to be stored; who comes then is told to come later instead of waiting for long."""
LOOK_EVERY_SECONDS, MOST_LOOKS = 1.0, 30
"""A group that was being written at so many looks in a row is waited for no longer; a clock would also count a stopped process."""
NOT_IN_TIME = "The database does not answer in time; it may be stored yet or not, so send it again under the same Idempotency-Key."
logger = logging.getLogger(__name__)
Request = TypeVar("Request")
Outcome = TypeVar("Outcome")


class _Waiting(Generic[Request, Outcome]):
    """A request, and who waits for what becomes of it."""

    __slots__ = ("future", "loop", "outcome", "request", "request_id")

    def __init__(
        self,
        request: Request,
        future: Future[Outcome] | asyncio.Future[Outcome],
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.request, self.future, self.loop = request, future, loop
        self.request_id = REQUEST_ID.get()
        self.outcome: Outcome | Exception = StoreUnreachable("The writer ended before it came to this; send it again.")

    def tell(self) -> None:
        """Tell who waits; where that is an event loop, in its own thread."""
        if self.future.done():  # whoever waited has gone
            return
        with suppress(InvalidStateError):  # told in this very moment
            if isinstance(self.outcome, Exception):
                self.future.set_exception(self.outcome)
            else:
                self.future.set_result(self.outcome)


class GroupCommit(Generic[Request, Outcome]):
    """A thread of its own that writes requests in groups.

    ``perform`` is given a transaction and a group and returns, for each request, what came of it or the error that it alone
    made; what it returns is told once the transaction is on disk. ``stored`` hears then of the whole group.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        perform: Callable[[Connection, Sequence[Request]], list[Outcome | Exception]],
        stored: Callable[[Sequence[Outcome | Exception]], None] = lambda _: None,
    ) -> None:
        self._engine, self._perform, self._stored = engine, perform, stored
        self._queue: queue.SimpleQueue[_Waiting[Request, Outcome] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="fact-writer", daemon=True)
        self._started = threading.Lock()
        self._has_ended = False
        self._in_hand: list[_Waiting[Request, Outcome]] = []
        self._seen: list[_Waiting[Request, Outcome]] | None = None
        self._looks = 0

    @property
    def waiting(self) -> int:
        """Return how many wait to be written."""
        return self._queue.qsize()

    def done(self, request: Request) -> Outcome:
        """Return what came of a request once it is on disk; for threads, which wait."""
        future: Future[Outcome] = Future()
        self._put(_Waiting(request, future, None))
        return future.result()

    def soon(self, request: Request) -> asyncio.Future[Outcome]:
        """Return what an event loop can await: what came of a request once it is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._put(_Waiting(request, future, loop))
        return future

    def close(self) -> None:
        """Write everything that was put, then end."""
        with self._started:
            self._has_ended = True
            if not self._thread.is_alive():
                return
            self._queue.put(None)
        self._thread.join()

    def look(self) -> None:
        """Tell all who wait that the database does not answer, where one group is in hand for too long; called once a second."""
        group = self._in_hand
        self._looks = self._looks + 1 if group and group is self._seen else 0
        self._seen = group
        if self._looks < MOST_LOOKS:
            return
        late = list(group)
        with suppress(queue.Empty):
            while (item := self._queue.get_nowait()) is not None:
                late.append(item)
            self._queue.put(None)
        for one in late:
            one.outcome = StoreUnreachable(NOT_IN_TIME)
        _tell(late)

    def _put(self, waiting: _Waiting[Request, Outcome]) -> None:
        if self.waiting >= LONGEST_BACKLOG:
            raise StoreBusy
        with self._started:
            if self._has_ended:
                raise StoreUnreachable("The service is ending; send it again in a moment.")
            if self._thread.ident is None:
                self._thread.start()
            self._queue.put(waiting)

    def _write(self) -> None:
        ending = False
        while not ending:
            group, ending = self._group()
            if group:
                self._in_hand = group
                self._write_group(group)
                self._in_hand = []
                _tell(group)

    def _group(self) -> tuple[list[_Waiting[Request, Outcome]], bool]:
        """Return whatever has queued, and whether it is the last."""
        group: list[_Waiting[Request, Outcome]] = []
        item = self._queue.get()
        while item is not None:
            group.append(item)
            if len(group) == MOST_IN_A_GROUP or self._queue.empty():
                return group, False
            item = self._queue.get()
        return group, True

    def _write_group(self, group: Sequence[_Waiting[Request, Outcome]]) -> None:
        try:
            with writing(self._engine()) as connection:
                outcomes = self._perform(connection, [one.request for one in group])
        except StoreUnreachable as error:
            for one in group:
                one.outcome = error
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits is told, and the others are tried
            if len(group) > 1:
                for one in group:
                    self._write_group([one])
                return
            if not isinstance(error, LeadloopError):
                who = {"request_id": group[0].request_id.decode()}
                logger.error("One request could not be stored: %s", type(error).__name__, extra=who)
            group[0].outcome = error
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                one.outcome = outcome
            try:
                self._stored(outcomes)
            except Exception:  # it is stored, whatever becomes of counting it
                logger.exception("What was stored could not be counted.")


def _tell(group: Sequence[_Waiting[Request, Outcome]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting[Request, Outcome]]] = {}
    for one in group:
        if one.loop is None:
            one.tell()
        else:
            by_loop.setdefault(one.loop, []).append(one)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(_tell_all, some)


def _tell_all(some: Sequence[_Waiting[Request, Outcome]]) -> None:
    for one in some:
        one.tell()
