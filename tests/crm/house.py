"""A company whose leads come from a CRM's stand-in: doors that listen, what the worker does, and a postman, all for real."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select

from features.crm.inbox import Inbox
from features.crm.record_book import RecordBook
from features.facts.database import reading
from features.facts.history import LeadHistory
from features.facts.tables import CRM_INBOX, FACTS, SCORES
from features.facts.values import Call, Lead, LeadId, Source, Stage
from features.outbox.outbox import Outbox
from features.settings import crm_secrets, settings_from_environment
from leadloop.commands._conversions import postman
from leadloop.commands._house import House, open_house
from leadloop.connecting.connectors import connector_of
from leadloop.connecting.turns import CrmDesk, crm_desk
from leadloop.sending.postman import Postman
from serving.app import create_app
from serving.wiring import service_of
from tests.crm.standins.server import StandIn
from tests.support.empty_database import put_empty_database
from tests.support.free_port import free_port

COMPANY = """\
company: Окна
time_zone: Europe/Moscow
average_check: 200000
fields:
  area: {kind: number, label: Площадь, unit: м²}
  role: {kind: choice, label: Кто вы}
  need: {kind: yes_no, filled_by: manager, label: Потребность, question: "Вам нужны окна?"}
  budget: {kind: yes_no, filled_by: manager, label: Бюджет}
  urgency: {kind: yes_no, filled_by: manager, label: Срочность}
abc:
  criteria:
    need: {field: need, "yes": ["yes"], "no": ["no"]}
    budget: {field: budget, "yes": ["yes"], "no": ["no"]}
    urgency: {field: urgency, "yes": ["yes"], "no": ["no"]}
stages: {meeting: [Встреча], won: [Продано], lost: [Отказ], non_target: [Мусор], ignore: [Удалён]}
"""


@dataclass
class CrmHouse:
    """The company, beside the CRM that stands in."""

    house: House
    desk: CrmDesk
    carrier: Postman
    standin: Any
    url: str
    ahead: timedelta = timedelta(0)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def hear(self) -> Any:
        return self.desk.hear(self.clock)

    def look_through(self) -> Any:
        return self.desk.look_through(self.clock)

    def send(self) -> int:
        return self.carrier.go_round().delivered

    def turn(self) -> None:
        """Do what the worker does in some minutes: hear, look through, send."""
        self.hear()
        self.look_through()
        self.send()

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.house.engine, self.desk.connector.crm)

    @property
    def book(self) -> RecordBook:
        return RecordBook(self.house.engine, self.desk.connector.crm)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.house.engine)

    def history(self, lead_id: str) -> LeadHistory:
        return self.house.store.history(LeadId(lead_id))

    def lead(self, lead_id: str) -> Lead:
        return [one.fact for one in self.history(lead_id).stored if isinstance(one.fact, Lead)][-1]

    def source(self, lead_id: str) -> Source:
        return [one.fact for one in self.history(lead_id).stored if isinstance(one.fact, Source)][-1]

    def calls(self, lead_id: str) -> list[Call]:
        return [one.fact for one in self.history(lead_id).stored if isinstance(one.fact, Call)]

    def stages(self, lead_id: str) -> list[Stage]:
        return [one.fact for one in self.history(lead_id).stored if isinstance(one.fact, Stage)]

    def count(self, table: Any = FACTS) -> int:
        with reading(self.house.engine) as connection:
            return len(connection.execute(select(table)).all())

    def heard(self, at_least: int = 1) -> int:
        """Wait until so many messages are in the inbox; return how many there are."""
        until(lambda: self.count(CRM_INBOX) >= at_least)
        return self.count(CRM_INBOX)

    def scores(self) -> int:
        return self.count(SCORES)


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to it in time"
        time.sleep(0.02)


@contextmanager
def crm_house(folder: Path, standin: StandIn, crm: str, door: str, secrets: dict[str, str]) -> Iterator[CrmHouse]:
    """Give a house whose ``crm:`` part is ``crm``, with its doors open to the stand-in's webhooks at ``door``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "company.yaml"
    file.write_text(COMPANY + crm, encoding="utf-8")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LEADLOOP_SEND_TO_LOOPBACK": "1", "LEADLOOP_DATABASE_URL": "", **secrets}.items():
            patch.setenv(name, value)
        if not (folder / "home" / "leadloop.db").exists():
            put_empty_database(folder / "home" / "leadloop.db")
        house = open_house(folder / "home", file)
        settings = settings_from_environment(folder / "home", file)
        app = create_app(service_of(settings, house.engine))
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        connector = connector_of(house.company, crm_secrets(), home=house.settings.home, loopback=True)
        desk = crm_desk(settings, house.engine, crm_secrets(), connector=connector)
        assert desk is not None
        carrier = postman(house)
        carrier._draw = random.Random(7)
        made = CrmHouse(house, desk, carrier, standin, f"http://127.0.0.1:{port}")
        standin.tells = made.url + door
        until(lambda: server.started)
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join(20)
            desk.close()
            house.engine.dispose()
