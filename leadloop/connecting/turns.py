"""One turn of the worker with the company's CRM: what it told, what changed there, and the scores that it is told back."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.crm.inbox import Inbox
from features.crm.record_book import RecordBook
from features.facts.company_file import read_company
from features.settings import CrmSecrets, Settings
from leadloop.connecting.connector import Connector
from leadloop.connecting.connectors import connector_of
from leadloop.connecting.read_words import words_of
from leadloop.connecting.reconciling import Progress, Reconciled, Reconciler, no_progress
from leadloop.connecting.taker import Taker
from leadloop.connecting.write_back import WriteBack
from serving.intake.intake import Intake
from serving.wiring import Service, service_of

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CrmDesk:
    """Everything that a turn needs, put together for one version of company.yaml."""

    service: Service
    connector: Connector
    reconciler: Reconciler
    write_back: WriteBack

    def hear(self, clock: Clock) -> Reconciled:
        """Look into what the CRM told, and tell it the scores that moved meanwhile."""
        self._begin_day(clock())
        found = self.reconciler.hear(clock)
        found.taking.letters += self.write_back.catch_up(clock())
        return found

    def look_through(self, clock: Clock, progress: Progress = no_progress) -> Reconciled:
        """Look through what changed in the CRM since the last look."""
        self._begin_day(clock())
        return self.reconciler.look_through(clock, progress)

    def close(self) -> None:
        """End connections, and write what was logged."""
        self.connector.close()
        self.service.writer.close()

    def _begin_day(self, moment: datetime) -> None:
        if not self.service.desk.rates.is_of(moment):
            self.service.begin_day(moment)


def crm_desk(
    settings: Settings, engine: Engine, secrets: CrmSecrets, *, connector: Connector | None = None
) -> CrmDesk | None:
    """Return the desk of the CRM that company.yaml names; None where it names none.

    Raises
    ------
    CrmRefused
        Where a secret is missing without which the CRM cannot be asked.
    """
    company = read_company(settings.company_file)
    if company.crm is None:
        return None
    spoken_to = connector or connector_of(company, secrets, home=settings.home, loopback=settings.send_to_loopback)
    service = service_of(settings, engine)
    intake = Intake(
        desk=service.desk, board=service.board, contacts=service.contacts, unknown_fields=service.unknown_fields
    )
    book, words = RecordBook(engine, spoken_to.crm), words_of(company)
    write_back = WriteBack(spoken_to, service.desk, service.log, service.book.may_be_open)
    taker = Taker(connector=spoken_to, intake=intake, book=book, write_back=write_back, company_hash=words)
    reconciler = Reconciler(
        engine=engine,
        connector=spoken_to,
        taker=taker,
        inbox=Inbox(engine, spoken_to.crm),
        book=book,
        look_back=timedelta(days=company.crm.look_back_days),
        company_hash=words,
        draw=random.Random(),
    )
    return CrmDesk(service, spoken_to, reconciler, write_back)
