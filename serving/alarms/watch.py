"""The alarms as the page shows them: as last looked at, with what changed in each group; a new look is made behind the page.

A look begins when the page is asked for, facts came, and the last one is old enough. Whoever asks waits for it a moment. Where it
takes longer the page shows the look before, be it one of another process (``kept_look.py``), and says of when it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from features.facts.contacts import ContactBook
from features.facts.store import FactStore
from features.facts.values import Spend
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm, on_now
from monitoring.alarms.kept_look import KeptLook, keep_look, last_look
from monitoring.alarms.look import AlarmLook, look_of
from monitoring.alarms.watcher import Watcher
from monitoring.drift_summary import DriftSummary
from monitoring.lead_book import LeadBook, LeadSummary, counted
from monitoring.what_changed.what_changed import WhatChanged, what_changed
from serving.alarms.weekly_chart import weekly_chart

LOOK_AGAIN = timedelta(minutes=1)
"""A look goes through all leads: pages asked for within this time show the same one, and say when it was."""
TIMES_AS_LONG = 20
"""A look that takes long is not made again before so many times as long."""
PATIENCE = 1.5
"""Seconds for which a page waits for a look that it began."""
CHANGED_FOR = timedelta(hours=1)
"""What changed is read from thousands of leads: it is worked out anew once an hour, or when the day of the change moves."""
Drift = Callable[[str], DriftSummary | None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """One alarm that is on: its log, what changed, its chart, and Evidently's figures of its channel where there are any.

    ``changed`` is None while it is still being worked out.
    """

    logged: LoggedAlarm
    changed: WhatChanged | None
    chart: str | None
    drift: DriftSummary | None


@dataclass(frozen=True, slots=True)
class AlarmsSeen:
    """What the page shows of one moment: ``look`` is None where there was none yet, and its moment ``at`` is None.

    ``under_way`` says that a new look is being made.
    """

    look: AlarmLook | None
    cards: list[AlarmCard]
    past: list[LoggedAlarm]
    has_leads: bool
    at: datetime | None
    under_way: bool


@dataclass(frozen=True, slots=True)
class _Changed:
    """What changed in a group, its chart, and when that was worked out."""

    at: datetime
    changed: WhatChanged
    chart: str | None


class AlarmWatch:
    """Looks at the alarms behind the page, and brings their log up to date.

    Parameters
    ----------
    home, of
        The data folder in which the last look is kept, and what names the company's words and the database there.
    """

    def __init__(
        self,
        book: LeadBook,
        watcher: Watcher,
        costs: Callable[[datetime], Sequence[Spend]],
        store: FactStore,
        contacts: ContactBook,
        drift: Drift,
        *,
        home: Path,
        of: str,
    ) -> None:
        self._book, self._watcher, self._costs, self._store, self._drift = book, watcher, costs, store, drift
        self._company = company = book.company
        self.log = AlarmLog(store.engine)
        self._contacts, self._managers = contacts, [one.name for one in company.managers]
        self._home, self._of = home, of
        self._lock = threading.Lock()
        self._last: KeptLook | None = None
        self._looked_at: datetime | None = None
        self._rests = LOOK_AGAIN
        self._look: Future[None] | None = None
        self._changed: dict[tuple[str, date], _Changed] = {}

    def seen(self, moment: datetime) -> AlarmsSeen:
        """Return the alarms as last looked at: what is on, with what changed, and what is over.

        Raises whatever a look raised that this page waited for.
        """
        with self._lock:
            under_way = self._look if self._look and not self._look.done() else None
            if under_way is None and not self._holds(moment):
                under_way = self._look = self._begun(moment)
        if under_way:
            with suppress(TimeoutError):
                under_way.result(PATIENCE)
        last = self._last or last_look(self._home, of=self._of, moment=moment)
        look = last.look if last else None
        logged = self.log.alarms(look)
        cards = [self._card(one) for one in on_now(logged)]
        past = [one for one in logged if not one.is_on]
        is_going_on = under_way is not None and not under_way.done()
        return AlarmsSeen(look, cards, past, last is None or last.has_leads, last.moment if last else None, is_going_on)

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
                logger.exception("The alarms could not be looked at; the page goes on showing the last look.")
                look.set_exception(error)
            else:
                look.set_result(None)

        threading.Thread(target=run, name="alarms", daemon=True).start()
        return look

    def _look_anew(self, moment: datetime) -> None:
        """Look where there is news, be it that of another process; then work out what changed in the groups."""
        summaries = counted(self._book.summaries(moment), self._company)
        number = self._book.number
        last = last_look(self._home, of=self._of, moment=moment) or self._last
        if last is None or last.number != number or not self._is_of_day(last, moment):
            look = look_of(self._watcher.watch(summaries, moment, self._costs(moment)))
            self.log.remember_look(look, moment=moment, zone=self._company.zone)
            last = KeptLook(self._of, moment, number, bool(summaries), look)
            keep_look(last, self._home)
        self._last = replace(last, moment=moment)
        for one in on_now(self.log.alarms(last.look)):
            key = one.name, one.alarm.since
            if key not in self._changed or moment - self._changed[key].at >= CHANGED_FOR:
                self._changed[key] = self._what_changed(one, summaries, moment)

    def _is_of_day(self, last: KeptLook, moment: datetime) -> bool:
        zone = self._company.zone
        return last.moment.astimezone(zone).date() == moment.astimezone(zone).date()

    def _what_changed(self, one: LoggedAlarm, summaries: Sequence[LeadSummary], moment: datetime) -> _Changed:
        changed = what_changed(
            one.alarm,
            summaries,
            self._store,
            company=self._company,
            moment=moment,
            persons=lambda: self._contacts.without_persons(self._managers),
        )
        return _Changed(moment, changed, weekly_chart(one.alarm, summaries, self._company, moment))

    def _card(self, one: LoggedAlarm) -> AlarmCard:
        known = self._changed.get((one.name, one.alarm.since))
        drift = self._drift(one.alarm.watched.channel)
        return AlarmCard(one, known.changed if known else None, known.chart if known else None, drift)
