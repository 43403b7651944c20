"""The alarms as the page shows them: looked at anew when facts came, once a minute at most, with what changed in each group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from features.facts.contacts import ContactBook
from features.facts.store import FactStore
from features.facts.values import Spend
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm, on_now
from monitoring.alarms.look import AlarmLook, look_of
from monitoring.alarms.watcher import Watcher
from monitoring.drift_summary import DriftSummary
from monitoring.lead_book import LeadBook, LeadSummary, counted
from monitoring.what_changed.what_changed import WhatChanged, what_changed
from serving.alarms.weekly_chart import weekly_chart

LOOK_AGAIN = timedelta(minutes=1)
"""A look goes through all leads: pages asked for within this time show the same one, and say when it was."""
CHANGED_FOR = timedelta(hours=1)
"""What changed is read from thousands of leads: it is worked out anew once an hour, or when the day of the change moves."""
Drift = Callable[[str], DriftSummary | None]


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """One alarm that is on: its log, what changed, its chart, and Evidently's figures of its channel where there are any."""

    logged: LoggedAlarm
    changed: WhatChanged
    chart: str | None
    drift: DriftSummary | None


@dataclass(frozen=True, slots=True)
class AlarmsSeen:
    """What the page shows of one moment."""

    look: AlarmLook
    cards: list[AlarmCard]
    past: list[LoggedAlarm]
    has_leads: bool
    at: datetime


class AlarmWatch:
    """Looks at the alarms for the page, and brings their log up to date."""

    def __init__(
        self,
        book: LeadBook,
        watcher: Watcher,
        costs: Callable[[datetime], Sequence[Spend]],
        store: FactStore,
        contacts: ContactBook,
        drift: Drift,
    ) -> None:
        self._book, self._watcher, self._costs, self._store, self._drift = book, watcher, costs, store, drift
        self._company = company = book.company
        self.log = AlarmLog(store.engine)
        self._contacts, self._managers = contacts, [one.name for one in company.managers]
        self._lock = threading.Lock()
        self._at: datetime | None = None
        self._number = -1
        self._look = AlarmLook((), (), "too_little")
        self._summaries: Sequence[LeadSummary] = ()
        self._changed: dict[tuple[str, date], tuple[datetime, WhatChanged, str | None]] = {}

    def seen(self, moment: datetime) -> AlarmsSeen:
        """Return the alarms as known at ``moment`` or a minute before: what is on, with what changed, and what is over."""
        with self._lock:
            looked_at = self._look_anew(moment)
            logged = self.log.alarms(self._look)
            cards = [self._card(one, moment) for one in on_now(logged)]
            past = [one for one in logged if not one.is_on]
            return AlarmsSeen(self._look, cards, past, bool(self._summaries), looked_at)

    def _look_anew(self, moment: datetime) -> datetime:
        """Look again where there is news and the last look is old enough; return when the look that holds was made."""
        if self._at is not None and timedelta(0) <= moment - self._at < LOOK_AGAIN and self._summaries:
            return self._at
        summaries = counted(self._book.summaries(moment), self._company)
        is_same_day = self._at is not None and self._at.date() == moment.date()
        if self._book.number != self._number or not is_same_day:
            self._look = look_of(self._watcher.watch(summaries, moment, self._costs(moment)))
            self.log.remember_look(self._look, moment=moment, zone=self._company.zone)
            self._summaries, self._number = summaries, self._book.number
        self._at = moment
        return moment

    def _card(self, one: LoggedAlarm, moment: datetime) -> AlarmCard:
        key = one.name, one.alarm.since
        kept = self._changed.get(key)
        if kept is None or moment - kept[0] >= CHANGED_FOR:
            changed = what_changed(
                one.alarm,
                self._summaries,
                self._store,
                company=self._company,
                moment=moment,
                persons=lambda: self._contacts.without_persons(self._managers),
            )
            kept = moment, changed, weekly_chart(one.alarm, self._summaries, self._company, moment)
            self._changed[key] = kept
        return AlarmCard(one, kept[1], kept[2], self._drift(one.alarm.watched.channel))
