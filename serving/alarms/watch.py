"""The alarms as the page shows them: looked at anew when facts came or an hour passed, with what changed in each group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.without_persons import NamesOfContacts
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm, on_now
from monitoring.alarms.from_non_target import alarms_as_known
from monitoring.alarms.look import AlarmLook
from monitoring.drift_summary import DriftSummary
from monitoring.lead_book import LeadBook, LeadSummary, counted
from monitoring.what_changed.what_changed import WhatChanged, what_changed
from serving.alarms.weekly_chart import weekly_chart

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


class AlarmWatch:
    """Looks at the alarms for the page, and brings their log up to date."""

    def __init__(self, book: LeadBook, store: FactStore, company: Company, drift: Drift) -> None:
        self._book, self._store, self._company, self._drift = book, store, company, drift
        self.log = AlarmLog(store.engine)
        self._names = NamesOfContacts(store.engine)
        self._lock = threading.Lock()
        self._seen_at: tuple[int, str] | None = None
        self._look = AlarmLook((), (), "too_little")
        self._changed: dict[str, WhatChanged] = {}
        self._charts: dict[str, str | None] = {}
        self._summaries: Sequence[LeadSummary] = ()

    def seen(self, moment: datetime) -> AlarmsSeen:
        """Return the alarms as known at ``moment``: what is on, with what changed, and what is over."""
        with self._lock:
            self._look_anew(moment)
            logged = self.log.alarms(self._look)
            cards = [self._card(one, moment) for one in on_now(logged)]
            return AlarmsSeen(self._look, cards, [one for one in logged if not one.is_on], bool(self._summaries))

    def _look_anew(self, moment: datetime) -> None:
        """Look again where facts came since the last look, or the hour is another one."""
        summaries = counted(self._book.summaries(moment), self._company)
        stand = (self._book.number, f"{moment:%Y-%m-%d %H}")
        if stand == self._seen_at:
            return
        spend = self._store.spend(known_by=moment)
        self._look = alarms_as_known(summaries, spend, company=self._company, moment=moment)
        self.log.remember_look(self._look, moment=moment, zone=self._company.zone)
        self._summaries, self._seen_at = summaries, stand
        self._changed.clear()
        self._charts.clear()

    def _card(self, one: LoggedAlarm, moment: datetime) -> AlarmCard:
        if one.name not in self._changed:
            self._changed[one.name] = what_changed(
                one.alarm, self._summaries, self._store, company=self._company, moment=moment, names=self._names.words
            )
            self._charts[one.name] = weekly_chart(one.alarm, self._summaries, self._company, moment)
        return AlarmCard(one, self._changed[one.name], self._charts[one.name], self._drift(one.alarm.watched.channel))
