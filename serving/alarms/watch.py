"""The alarms as the page shows them: as last looked at, with what changed in each group, its chart and Evidently's figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from features.facts.company import Company
from features.facts.contacts import ContactBook
from features.facts.store import FactStore
from monitoring.alarms.alarm_log import LoggedAlarm, on_now
from monitoring.alarms.look import AlarmLook
from monitoring.drift_summary import DriftSummary
from monitoring.lead_book import LeadSummary
from monitoring.what_changed.what_changed import WhatChanged, what_changed
from serving.alarm_looks import AlarmLooks
from serving.alarms.weekly_chart import weekly_chart

CHANGED_FOR = timedelta(hours=1)
"""What changed is read from thousands of leads: it is worked out anew once an hour, or when the day of the change moves."""
Drift = Callable[[str], DriftSummary | None]


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
    """Has what changed in each group worked out behind the page, after each look."""

    def __init__(
        self, looks: AlarmLooks, company: Company, store: FactStore, contacts: ContactBook, drift: Drift
    ) -> None:
        self._looks, self.log = looks, looks.log
        self._company, self._store, self._drift = company, store, drift
        self._contacts, self._managers = contacts, [one.name for one in company.managers]
        self._changed: dict[tuple[str, date], _Changed] = {}
        looks.and_then(self._work_out)

    def seen(self, moment: datetime) -> AlarmsSeen:
        """Return the alarms as last looked at: what is on, with what changed, and what is over.

        Raises whatever a look raised that this page waited for.
        """
        last = self._looks.seen(moment)
        logged = self.log.alarms(last.look)
        cards = [self._card(one) for one in on_now(logged)]
        past = [one for one in logged if not one.is_on]
        return AlarmsSeen(last.look, cards, past, last.has_leads, last.at, last.under_way)

    def _work_out(self, look: AlarmLook, summaries: Sequence[LeadSummary], moment: datetime) -> None:
        for one in on_now(self.log.alarms(look)):
            key = one.name, one.alarm.since
            if key not in self._changed or moment - self._changed[key].at >= CHANGED_FOR:
                self._changed[key] = self._what_changed(one, summaries, moment)

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
