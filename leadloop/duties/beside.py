"""Does a slow duty, such as a training, in a process of its own, so that neither the CRM nor a letter waits for it.

A process and not a thread: its memory goes back to the system when it ends, one that is killed for want of memory takes nothing
else along, building rows does not share the interpreter with what has to be quick, and it can be ended at any moment, as ``kill``
may end a worker at any moment too. It ends by itself where its worker is not there any more: two trainings never run at once.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from features.errors import DutyCrashed, LeadloopError
from leadloop.worker import PASSING, FailedBeside

SECONDS_TO_END = 5.0
"""So long a process may take that was asked to end; then it is ended."""
SPAWNED = multiprocessing.get_context("spawn")
"""Begun from nothing: a fork would take along open connections, and locks that other threads hold."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Which duty is to be done for which moment, where, and how lines of the log look."""

    name: str
    every: timedelta
    moment: datetime
    home: Path | None
    company: Path | None


class ProcessBeside:
    """A duty in a process of its own."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._hears, tells = SPAWNED.Pipe(duplex=False)
        self._process = SPAWNED.Process(target=carry_out, args=(order, tells), name=f"leadloop {order.name}")
        self._process.start()
        tells.close()

    @property
    def pid(self) -> int | None:
        """Return the number of the process."""
        return self._process.pid

    def is_over(self) -> bool:
        """Return whether it ended."""
        return not self._process.is_alive()

    def finish(self) -> None:
        """Return where it went well.

        Raises
        ------
        FailedBeside
            What the duty failed by, in words.
        DutyCrashed
            Where the process ended before it could say anything.
        """
        self._process.join()
        said = self._said()
        self._let_go()
        if said is None:
            raise DutyCrashed(self._order.name, self._process.exitcode)
        why, passes = said
        if why is not None:
            raise FailedBeside(why, passes=passes)

    def stop(self) -> None:
        """End it: politely at first, in a few seconds by force."""
        self._process.terminate()
        self._process.join(SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._let_go()

    def _said(self) -> tuple[str | None, bool] | None:
        try:
            return self._hears.recv() if self._hears.poll() else None
        except (EOFError, OSError):
            return None

    def _let_go(self) -> None:
        self._hears.close()


def carry_out(order: Order, tells: Connection) -> None:
    """Do a duty in this process, which is there for nothing else, and tell the worker why it failed, if it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the worker says what ends
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    from leadloop.commands._duties import why_of

    try:
        _do(order)
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker hears of it in words
        passes = isinstance(error, PASSING) or not isinstance(error, LeadloopError)
        tells.send((why_of(error), passes))
    else:
        tells.send((None, False))


def _do(order: Order) -> None:
    from rich.console import Console

    from features.settings import settings_from_environment
    from leadloop.duties import ALL
    from leadloop.duties.work_place import WorkPlace
    from leadloop.log_lines import JSON, set_up_logs

    kind = settings_from_environment(order.home, order.company).log
    set_up_logs(kind)
    place = WorkPlace(order.home, order.company, Console(quiet=kind == JSON))
    module = next(one for one in ALL if order.name == one.NAME)
    module.duty(place, order.every).piece(order.moment)


def _end_with_the_worker() -> None:
    worker = multiprocessing.parent_process()
    if worker is not None:
        worker.join()
        os._exit(1)
