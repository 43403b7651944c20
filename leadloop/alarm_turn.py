"""One turn of the alarms: look, bring the log up to date, tell whom it is due; the worker and the command do the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from features.facts.company_file import fingerprint
from features.facts.written_names import WrittenNames
from leadloop.deliveries.deliver import Sent, deliver_due, senders_of
from models.score_log import ScoreLog
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm
from monitoring.alarms.kept_look import KeptLook, keep_look, of_company
from monitoring.alarms.look import AlarmLook, gone_of, look_of
from monitoring.alarms.watcher import Watcher
from monitoring.cost_matching import lead_names
from monitoring.lead_book import LeadBook, LeadSummary, counted
from monitoring.spend_book import SpendBook
from monitoring.telling.delivery_log import DeliveryLog
from monitoring.what_changed.what_changed import WhatChanged, what_changed

if TYPE_CHECKING:
    from features.settings import DeliverySecrets
    from leadloop.commands._house import House


@dataclass(frozen=True, slots=True)
class Turn:
    """What a look came to: all alarms of the log with the figures of now, the look itself, the leads it saw.

    ``names`` knows how names are written.
    """

    alarms: list[LoggedAlarm]
    look: AlarmLook
    summaries: Sequence[LeadSummary]
    names: WrittenNames


class AlarmTurns:
    """Looks again and again; what was counted is kept from turn to turn while company.yaml says the same."""

    def __init__(self) -> None:
        self._kept: tuple[str, LeadBook, SpendBook, Watcher] | None = None
        self._names: tuple[str, WrittenNames] | None = None

    def look(self, house: House, *, moment: datetime) -> Turn:
        """Look at all that is watched, bring the log up to date, and keep what was found for the page of alarms."""
        words = fingerprint(house.company)
        if self._kept is None or self._kept[0] != words:
            books = house.lead_book(), SpendBook(house.store, house.company)
            self._kept = words, *books, Watcher(house.company, ScoreLog(house.engine))
        _, book, costs, watcher = self._kept
        summaries = counted(book.summaries(moment), house.company)
        names = lead_names(book, costs, moment)
        told = watcher.watch(summaries, moment, costs.rows(moment, names))
        look = look_of(told)
        alarms = AlarmLog(house.engine).remember_look(look, gone_of(told), moment=moment, zone=house.company.zone)
        of = of_company(house.company, house.engine)
        keep_look(KeptLook(of, moment, book.number, bool(summaries), look), house.settings.home)
        return Turn(alarms, look, summaries, self._written_names(house))

    def deliver(
        self, house: House, turn: Turn, secrets: DeliverySecrets, *, moment: datetime, clock: Callable[[], datetime]
    ) -> list[Sent]:
        """Send what is due after a look."""
        managers = [one.name for one in house.company.managers]

        def changed(one: LoggedAlarm) -> WhatChanged:
            return what_changed(
                one.alarm,
                turn.summaries,
                house.store,
                company=house.company,
                moment=moment,
                persons=lambda: house.contacts.without_persons(managers),
            )

        return deliver_due(
            turn.alarms,
            DeliveryLog(house.engine),
            senders_of(house.company, secrets, loopback=house.settings.send_to_loopback),
            company=house.company,
            moment=moment,
            clock=clock,
            changed=changed,
            named=turn.names.of,
        )

    def _written_names(self, house: House) -> WrittenNames:
        """Return how names are written now; a message says them as pages do."""
        words = fingerprint(house.company)
        if self._names is None or self._names[0] != words:
            self._names = words, WrittenNames(house.engine, house.company)
        self._names[1].look()
        return self._names[1]
