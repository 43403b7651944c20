"""The real application over a real database, with a company small enough to read."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from features.facts.values import LeadId
from features.settings import Settings
from models.abc_rules import GRADES
from models.artefact import Artefact, model_folder, save_artefact, set_champion
from models.level import unmoved
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.refined_grades import GradeBorders
from models.score_log import LoggedScore
from serving.app import create_app
from serving.wiring import Service, service_of

with warnings.catch_warnings():
    # Starlette asks for a newer name of the client that the lock file does not hold yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

COMPANY = """
company: Окна в офис
language: ru
time_zone: Europe/Moscow
average_check: 200000
fields:
  area: {kind: number, label: Площадь, unit: м²}
  role: {kind: choice, label: Кто вы}
  visit: {kind: date, label: Когда приехать}
  extras: {kind: list, label: Что ещё}
  renovation: {kind: yes_no, label: Ремонт начат}
  need: {kind: yes_no, filled_by: manager, label: Потребность, question: "Вам точно нужны окна?"}
  budget: {kind: yes_no, filled_by: manager, label: Бюджет, question: "Бюджет выделен?"}
  urgency: {kind: yes_no, filled_by: manager, label: Срочность, question: "Нужны в этом месяце?"}
abc:
  criteria:
    need: {field: need, "yes": ["yes"], "no": ["no"]}
    budget: {field: budget, "yes": ["yes"], "no": ["no"]}
    urgency: {field: urgency, "yes": ["yes"], "no": ["no"]}
stages:
  meeting: [Встреча]
  won: [Договор]
  lost: [Отказ]
  non_target: [Нецелевой]
  ignore: [Тест]
channels:
  rules:
    - {name: Яндекс, when: {source: [yandex]}}
    - {name: ВКонтакте, when: {source: [vk]}}
offers:
  Тихий офис: {price: 320000, promise: Окна не слышат улицу}
managers:
  - name: Анна
  - name: Борис
queue: {explore: 0}
"""
PHONE, PHONE_WRITTEN = "+79123456789", "8 912 345-67-89"
VERSION = "20260302-090000-abc"


class Clock:
    """The moment now, as this company lives it: the real one, and any time more."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_time(self, span: timedelta) -> None:
        self.ahead += span


@dataclass(frozen=True, slots=True)
class Doors:
    """A service with its doors open."""

    service: Service
    client: TestClient
    clock: Clock

    def send(self, path: str, **body: Any) -> dict[str, Any]:
        """Send a body that has to be taken; return the answer."""
        answer = self.client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    def lead(self, lead_id: str = "7", **said: Any) -> dict[str, Any]:
        return self.send("/v1/leads", id=lead_id, **said)

    def call(self, lead_id: str = "7", **said: Any) -> dict[str, Any]:
        return self.send(f"/v1/leads/{lead_id}/calls", **{"result": "reached", **said})

    def stage(self, stage: str, lead_id: str = "7", **said: Any) -> dict[str, Any]:
        return self.send(f"/v1/leads/{lead_id}/stages", stage=stage, **said)

    def asked(self, path: str) -> dict[str, Any]:
        """Return what a GET answers, which has to be 200."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def queue(self, manager: str | None = None) -> list[str]:
        """Return the lead ids of the queue, in order."""
        told = self.asked("/v1/queue?count=500" + (f"&manager={manager}" if manager else ""))
        return [place["lead_id"] for place in told["places"]]

    def page(self, path: str) -> str:
        """Return a page that has to be there."""
        answer = self.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def logged(self, lead_id: str = "7", count: int = 1) -> list[LoggedScore]:
        """Return a lead's logged scores, once there are ``count``: they are written behind the answers."""
        eventually(lambda: len(self.service.log.scores_of(LeadId(lead_id))) >= count)
        return self.service.log.scores_of(LeadId(lead_id))


@contextmanager
def waited_for() -> Iterator[None]:
    """Let pages wait as long as it takes: a test of a page reads what the count that it began came to."""
    with patch("serving.alarm_looks.PATIENCE", 120.0), patch("serving.counted_behind.PATIENCE", 120.0):
        yield


@contextmanager
def open_doors(
    home: Path, engine: Engine, *, company: str = COMPANY, api_key: str | None = None, **options: Any
) -> Iterator[Doors]:
    """Give the application's doors; ``options`` go to the settings that they name, else to the client."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "company.yaml"
    path.write_text(company, encoding="utf-8")
    url = engine.url.render_as_string(hide_password=False)
    open_to = options.pop("open_to", "" if api_key else "loopback")
    said = {name: options.pop(name) for name in ("oidc", "slowest_score") if name in options}
    service = service_of(Settings(home, path, url, api_key, "", None, open_to, **said), engine)
    clock = Clock()
    service.desk.now = clock
    app = create_app(service)
    with (
        waited_for(),
        TestClient(app, follow_redirects=False, **{"base_url": "http://localhost", **options}) as client,
    ):
        yield Doors(service, client, clock)


def eventually(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something becomes true; fail where it does not in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not become true in time."
        time.sleep(0.01)


def promote(home: Path, version: str = VERSION) -> None:
    """Let a model serve that likes large offices."""
    area = Part(("area",), (-1.0, 1.5, 0.0), (120, 80, 10), (4, 30, 0))
    artefact = Artefact(
        version,
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        "",
        {"A": -0.5, "B": -1.5, "C": -3.0, "non_target": -6.0, "ungraded": -2.5},
        0.0,
        PurchaseModel([FieldCells("area", cuts=(50.0,))], [area]),
        GradeBorders(0.3, 0.1),
        {},
        {"A": (20, 8), "B": (40, 8), "C": (50, 3), "non_target": (10, 0), "ungraded": (200, 34)},
        0.16,
        dict.fromkeys(GRADES, 0.04),
        unmoved(-2.0),
        60,
        {"days": [60.0], "shares": [1.0]},
        0.0,
    )
    save_artefact(artefact, model_folder(home, version), text="", card="")
    set_champion(home, version)
