"""What the alarms came to when they were last looked at, and of when that is; a new look is made behind the page.

A look begins when a page is asked for, facts came, and the last one is old enough. The page that began it waits for it a moment.
Where it takes longer, and on all other pages meanwhile, the look before is shown, be it one of another process
(``kept_look.py``), and of when it is; a page that has none to show waits as well.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from features.facts.values import Spend
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.kept_look import KeptLook, keep_look, last_look
from monitoring.alarms.look import AlarmLook, gone_of, look_of
from monitoring.alarms.watcher import Watcher
from monitoring.breath import unhurried
from monitoring.lead_book import LeadBook, LeadSummary, counted

LOOK_AGAIN = timedelta(minutes=1)
"""A look goes through all leads: pages asked for within this time show the same one, and say when it was."""
TIMES_AS_LONG = 20
"""A look that takes long is not made again before so many times as long."""
PATIENCE = 1.5
"""Seconds for which a page waits for a look that it began."""
Costs = Callable[[datetime], Sequence[Spend]]
"""What is known of costs at a moment, under the leads' names."""
Then = Callable[[AlarmLook, Sequence[LeadSummary], datetime], None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookSeen:
    """The last look: None where there was none yet, and its moment ``at`` is None.

    ``under_way`` says that a new one is being made.
    """

    look: AlarmLook | None
    at: datetime | None
    has_leads: bool
    under_way: bool


class AlarmLooks:
    """Looks at the alarms behind the pages, and brings their log up to date.

    Parameters
    ----------
    home, of
        The data folder in which the last look is kept, and what names the company's words and the database there.
    """

    def __init__(self, book: LeadBook, watcher: Watcher, costs: Costs, log: AlarmLog, *, home: Path, of: str) -> None:
        self._book, self._watcher, self._costs, self.log = book, watcher, costs, log
        self._home, self._of = home, of
        self._lock = threading.Lock()
        self._last: KeptLook | None = None
        self._looked_at: datetime | None = None
        self._rests = LOOK_AGAIN
        self._look: Future[None] | None = None
        self._then: list[Then] = []

    def and_then(self, work: Then) -> None:
        """Have something worked out after each look, of the leads that it saw, before it counts as done."""
        self._then.append(work)

    def seen(self, moment: datetime) -> LookSeen:
        """Return the alarms as last looked at.

        Raises whatever a look raised that this page waited for.
        """
        with self._lock:
            under_way = self._look if self._look and not self._look.done() else None
            begins = under_way is None and not self._holds(moment)
            if begins:
                under_way = self._look = self._begun(moment)
        last = self._last or last_look(self._home, of=self._of, moment=moment)
        if under_way and (begins or last is None):
            with suppress(TimeoutError):
                under_way.result(PATIENCE)
            last = self._last or last
        is_going_on = under_way is not None and not under_way.done()
        if last is None:
            return LookSeen(None, None, True, is_going_on)
        return LookSeen(last.look, last.moment, last.has_leads, is_going_on)

    def _holds(self, moment: datetime) -> bool:
        is_young = self._looked_at is not None and timedelta(0) <= moment - self._looked_at < self._rests
        return is_young and self._last is not None and self._last.has_leads

    def _begun(self, moment: datetime) -> Future[None]:
        """Begin a look on a thread of its own, which ends with the process and keeps nobody from ending it."""
        look: Future[None] = Future()

        def run() -> None:
            try:
                began = time.thread_time()
                self._look_anew(moment)
                self._looked_at = moment
                self._rests = max(LOOK_AGAIN, TIMES_AS_LONG * timedelta(seconds=time.thread_time() - began))
            except Exception as error:  # it is told to whoever still waits, and the next page tries again
                logger.exception("The alarms could not be looked at; the pages go on showing the last look.")
                look.set_exception(error)
            else:
                look.set_result(None)

        threading.Thread(target=run, name="alarms", daemon=True).start()
        return look

    def _look_anew(self, moment: datetime) -> None:
        """Look where there is news, be it that of another process; then let the others work out theirs."""
        summaries = counted(self._book.summaries(moment), self._book.company)
        number = self._book.number
        last = last_look(self._home, of=self._of, moment=moment) or self._last
        if last is None or last.number != number or not self._is_of_day(last, moment):
            costs = self._costs(moment)
            with unhurried():
                told = self._watcher.watch(summaries, moment, costs)
                look = look_of(told)
            self.log.remember_look(look, gone_of(told), moment=moment, zone=self._book.company.zone)
            last = KeptLook(self._of, moment, number, bool(summaries), look)
            keep_look(last, self._home)
        self._last = replace(last, moment=moment)
        with unhurried():
            for work in self._then:
                work(last.look, summaries, moment)

    def _is_of_day(self, last: KeptLook, moment: datetime) -> bool:
        zone = self._book.company.zone
        return last.moment.astimezone(zone).date() == moment.astimezone(zone).date()
