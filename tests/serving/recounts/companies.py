"""Companies twice: behind the real pages, and as the plain rows of their exported files."""

from __future__ import annotations

import csv
import runpy
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.settings import Settings
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import Scale
from serving import wiring
from serving.app import create_app
from tests.serving import doors as real_doors
from tests.serving.doors import Clock, Doors
from tests.support.hexlet import HEXLET as HEXLET_AS_IT_IS
from tests.support.machine import REAL_DATA, REPOSITORY
from tests.support.plain_figures import PlainCompany, plain_company

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything was known: pages that are opened then have read nothing yet."""
FILES = ("leads.csv", "calls.csv", "stages.csv", "spend.csv")
CLICKS = ("yclid", "gclid", "ym_uid", "meta_lead_id", "consent")
"""Columns that the simulated company's export does not have, and a real one does."""
CONVERSIONS: dict[str, Any] = {
    "consent": {"mark": "consent", "yes": ["granted", "да"]},
    "yandex": {"goals": {"lead": "request", "qualified": "qualified", "paid": "sale"}},
    "yandex_orders": {},
    "google": {"actions": {"qualified": "Qualified", "meeting": "Meeting", "paid": "Sale"}},
    "google_enhanced": {"actions": {"invoice": "Invoice", "paid": "Sale"}},
    "meta": {"events": {"lead": "Lead", "paid": "Converted"}, "values": True},
}
HEXLET: dict[str, Any] = {**HEXLET_AS_IT_IS, "queue": {"explore": 0}}


class Shown:
    """A company whose pages are open, and its files to be counted by hand.

    Its books only go forward, as days do: for an earlier moment than the last the pages are opened anew.
    """

    def __init__(self, folder: Path, words: Mapping[str, Any], exported_at: datetime) -> None:
        self.folder, self.words, self.exported_at = folder, words, exported_at
        self._plain: dict[datetime, PlainCompany] = {}
        self._stack = ExitStack()
        self.moment = LONG_AGO
        self.doors = self._opened()

    def at(self, moment: datetime) -> PlainCompany:
        """Let it be a moment for the pages, and return what is counted by hand as known at it."""
        if moment < self.moment:
            self.close()
            self.moment = LONG_AGO
            self.doors = self._opened()
        self.doors.service.begin_day(moment)  # before it is that moment for whoever reads ahead
        self.moment = moment
        return self.plain(moment)

    def plain(self, moment: datetime, *, horizon: int | None = None) -> PlainCompany:
        """Return the rows as known at a moment; ``horizon``: where a purchase counts within other days than the company's."""
        if horizon is not None:
            return plain_company({**self.words, "horizon_days": horizon}, self.folder, moment, self.exported_at)
        if moment not in self._plain:
            self._plain[moment] = plain_company(self.words, self.folder, moment, self.exported_at)
        return self._plain[moment]

    def moments(self) -> list[datetime]:
        """Return three moments, the latest of all last."""
        began = min(one.at for one in self.plain(self.exported_at).leads.values())
        return [began + (self.exported_at - began) * part for part in (0.613, 0.874)] + [self.exported_at]

    def copy(self, folder: Path, **changed: Any) -> Shown:
        """Return the same company for a test that changes something; ``changed`` words are its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Shown(folder, {**self.words, **changed}, self.exported_at)

    def close(self) -> None:
        """Close the pages."""
        self._stack.close()

    def import_all(self) -> Shown:
        """Import the folder's files, as a company would."""
        service = self.doors.service
        for name in FILES:
            if (self.folder / name).exists():
                import_file(
                    self.folder / name, company=service.company, store=service.desk.store,
                    imports=ImportLog(service.desk.store.engine), secret=service.contacts.secret, started_at=self.exported_at,
                    exported_at=self.exported_at, rejects_folder=self.folder / "rejects",
                )  # fmt: skip
        return self

    def _opened(self) -> Doors:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
        self._stack.callback(engine.dispose)
        bring_up_to_date(engine)
        (home / "company.yaml").write_text(yaml.safe_dump(dict(self.words), allow_unicode=True), encoding="utf-8")
        settings = Settings(home, home / "company.yaml", engine.url.render_as_string(), None, "", None, "loopback")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "clock", lambda: LONG_AGO)
            service = wiring.service_of(settings, engine)
        service.desk.now = lambda: self.moment
        self._stack.enter_context(real_doors.waited_for())
        client = real_doors.TestClient(  # type: ignore[attr-defined]
            create_app(service), follow_redirects=False, base_url="http://localhost"
        )
        return Doors(service, self._stack.enter_context(client), Clock())


def demo(folder: Path, **changed: Any) -> Shown:
    """Open the simulated company, with click ids and consents as links carry them; ``changed`` words are its own."""
    export_all(simulated(Scale(months=5, leads=900, seed=3), date(2026, 3, 31)), folder)
    words = yaml.safe_load((folder / "company.yaml").read_text(encoding="utf-8"))
    words |= {"conversions": CONVERSIONS, "queue": {"explore": 0}}
    words["export"]["leads"]["marks"] |= {name: name for name in CLICKS}
    words |= changed
    add_clicks(folder / "leads.csv", Random(4))
    return Shown(folder, words, datetime(2026, 4, 1, 6, tzinfo=UTC)).import_all()


def add_clicks(path: Path, draw: Random) -> None:
    """Add click ids, some of them spoiled, and consents; some links lose their source."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for row in rows:
        source = row["utm_source"].casefold()
        row |= dict.fromkeys(CLICKS, "")
        if draw.random() < 0.6:
            row["yclid" if "ya" in source else "gclid"] = (
                draw.choice(["=cmd()", "12"]) if draw.random() < 0.1 else str(draw.randrange(10**15, 10**16))
            )
        if draw.random() < 0.3:
            row["ym_uid"] = str(draw.randrange(10**15, 10**16))
        if draw.random() < 0.2:
            row["meta_lead_id"] = f"l:{draw.randrange(10**14, 10**15)}"
        row["consent"] = draw.choice(["granted", " Да", "denied", "", "granted"])
        if draw.random() < 0.08:
            row["utm_source"] = "(not set)"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def olist(folder: Path) -> Shown:
    """Open a third of a marketplace's leads: sales with dates, no calls, no costs."""
    raw = REAL_DATA / "olist"
    if not raw.exists():
        pytest.skip("../shared/data/olist is not here")
    runpy.run_path(str(REPOSITORY / "examples" / "olist" / "prepare.py"))["main"](raw, folder)
    lines = (folder / "leads.csv").read_text(encoding="utf-8").splitlines()
    (folder / "leads.csv").write_text("\n".join([lines[0], *lines[1::3]]) + "\n", encoding="utf-8")
    words = yaml.safe_load((REPOSITORY / "examples" / "olist" / "company.yaml").read_text(encoding="utf-8"))
    words["stages"] = {"won": ["Won"]}
    return Shown(folder, words, datetime(2018, 6, 20, tzinfo=UTC)).import_all()


def hexlet(folder: Path) -> Shown:
    """Open an online school: statuses without dates, real advertising costs."""
    raw = REAL_DATA / "hexlet_utm"
    if not raw.exists():
        pytest.skip("../shared/data/hexlet_utm is not here")
    with (raw / "last_paid_click_full.csv").open(encoding="utf-8", newline="") as file:
        leads = [row for row in csv.DictReader(file) if row["lead_id"]]
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(leads[0]))
        writer.writeheader()
        writer.writerows(leads)
    (folder / "spend.csv").write_bytes((raw / "aggregate_last_paid_click_full.csv").read_bytes())
    return Shown(folder, HEXLET, datetime(2023, 8, 1, tzinfo=UTC)).import_all()


def maven(folder: Path) -> Shown:
    """Open a sixth of a hardware seller's deals: each was won or lost on a day, no calls, no marks, no costs."""
    raw = REAL_DATA / "maven_crm"
    if not raw.exists():
        pytest.skip("../shared/data/maven_crm is not here")
    example = REPOSITORY / "examples" / "maven_crm"
    runpy.run_path(str(example / "prepare.py"))["main"](raw, folder)
    with (folder / "leads.csv").open(encoding="utf-8", newline="") as file:
        dated = sorted(row["opportunity_id"] for row in csv.DictReader(file) if row["engage_date"])
    kept = set(dated[::6])
    for name in ("leads.csv", "stages.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["opportunity_id"] in kept]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    words = yaml.safe_load((example / "company.yaml").read_text(encoding="utf-8"))
    words["stages"] = {"won": ["Won"], "lost": ["Lost"], "other": ["Engaging", "Prospecting"]}
    return Shown(folder, words, datetime(2018, 1, 10, tzinfo=UTC)).import_all()
