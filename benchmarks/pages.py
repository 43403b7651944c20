"""How long the pages take as leads grow: CPU seconds of each page at each size, and their ratio to the smallest.

    python -m benchmarks.pages [--leads 10000 100000 1000000] [--repeats 5] [--models leadloop-data] [--drawn FOLDER]
                               [--pages /queue /journey …]

Leads, their calls, stages and costs are drawn as facts and appended to a database of their own; what an import counts at its
end is counted, a service is put together around it as `leadloop serve` does, and each page is asked for through the
application, without a network. The first look of a page (its kinds of cut are counted then) stands beside the median of the
later ones, before each of which a call came in; and what the start took, the first one after an import and one that goes on
from what a service kept. CPU seconds of the whole process, so that other work on the machine does not count; what goes on
behind a page after its answer is printed apart. Leads come evenly over a year from 6 sources with 60 campaigns and 200 ads.
The mark: a million leads within 2 times the time of ten thousand. Portrait and won deals are reports that the worker draws:
they are drawn before their pages are asked for, and what that took is told. ``--models`` names a data folder whose models
stand on their page, ``--drawn`` a folder in which drawn databases stay for a next run: a million leads take minutes to store.
With ``--pages`` those pages alone are asked for, after one start.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import yaml
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.company_file import fingerprint, read_company
from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Call, Fact, Lead, LeadId, Source, Spend, Stage
from features.settings import Settings
from leadloop.database import bring_up_to_date
from leadloop.demo.export import company_words
from leadloop.demo.world import OFFERS, World
from monitoring.conversions.steps_book import StepsBook, kept_steps
from monitoring.kept_lines import KeptLines
from monitoring.lead_book import LeadBook, LeadSummary
from monitoring.portrait.drawing import drawn_portrait
from monitoring.portrait.portrait_report import PORTRAITS
from monitoring.won.drawing import won_deals
from monitoring.won.won_report import WON
from serving.app import create_app
from serving.days_count import counted_of
from serving.first_count import FirstCount
from serving.wiring import Service, service_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette asks for a newer name of the client
    from starlette.testclient import TestClient

PAGES = (
    "/channels",
    "/channels?level=campaign",
    "/alarms",
    "/journey",
    "/journey?by=campaign&period=month",
    "/journey?by=ad",
    "/journey?by=offer",
    "/journey?channel=ВКонтакте&by=campaign&cohorts=week",
    "/journey?from={first}&to={last}&by=campaign",
    "/journey/costs",
    "/queue",
    "/budget",
    "/budget?channel=ВКонтакте&change=50&weeks=16",
    "/conversions",
    "/offers",
    "/models",
    "/backtest",
    "/portrait",
    "/won",
    "/audit",
)
CONVERSIONS = {
    "yandex": {"goals": {"lead": "request", "qualified": "qualified", "paid": "sale"}},
    "google": {"actions": {"qualified": "Qualified", "paid": "Sale"}},
}
BEHIND = ("alarms", "first count")
"""Names of threads that count behind a page."""
SOURCES = ("yandex", "vk", "avito", "forum-stroy", "partner", "organic")
DAYS, ADS, PIECE = 365, 200, 20_000


def drawn(leads: int, end: datetime, seed: int = 1) -> Iterator[list[Fact]]:
    """Yield pieces of facts: of each lead its source, a call or two, and how it ended where it has."""
    rng = np.random.default_rng(seed)
    for first in range(0, leads, PIECE):
        facts: list[Fact] = []
        for n in range(first, min(first + PIECE, leads)):
            at = end - timedelta(days=DAYS * (1 - n / leads), minutes=1)
            facts += _one(rng, n, at, end)
        yield facts


def _one(rng: np.random.Generator, n: int, at: datetime, end: datetime) -> Iterator[Fact]:
    name, ad = LeadId(f"L{n:08d}"), int(rng.integers(ADS))
    yield Lead(name, at, at, {"area": float(rng.gamma(2, 40)), "role": ("владелец", "арендатор")[n % 2]})
    marks = {"source": SOURCES[ad % 6], "medium": "cpc", "campaign": f"campaign-{ad % 60}", "ad": f"ad-{ad}",
             "offer": OFFERS[n % len(OFFERS)].name, "landing_page": f"/okna-{n % 4}",
             "yclid" if ad % 6 == 0 else "gclid": f"{10**15 + n}"}  # fmt: skip
    yield Source(name, at, at, marks)
    draw = rng.random(4)
    called = at + timedelta(hours=float(draw[0] * 30))
    if draw[1] < 0.9 and called < end:
        said = {"need": "yes" if draw[2] < 0.8 else "no", "budget": "yes" if draw[2] < 0.5 else "no"}
        yield Call(
            name, called, called, "reached" if draw[1] < 0.8 else "no_answer", answers=said if draw[1] < 0.8 else {}
        )
    ends = called + timedelta(days=float(draw[3] * 40))
    if ends < end and draw[1] < 0.8:
        stage = ("Договор", 200_000.0) if draw[2] < 0.1 else ("Отказ", None)
        yield Stage(name, ends, ends, *stage)


def spend(end: datetime) -> list[Fact]:
    """Return a year's costs, a row a day and ad."""
    days = [(end - timedelta(days=back)).date() for back in range(DAYS)]
    rows: list[Fact] = []
    for day in days:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        rows += [
            Spend(day, at, at, 900.0 + ad, "RUB", {"source": SOURCES[ad % 6], "medium": "cpc", "campaign": f"campaign-{ad % 60}",
                  "ad": f"ad-{ad}"}, 3000, 90)
            for ad in range(ADS)
            if ad % 6 != 5
        ]  # fmt: skip
    return rows


def stored(leads: int, path: Path, end: datetime, kept: Path | None) -> None:
    """Store so many leads and their costs in a database of their own, or copy the one that an earlier run left."""
    mine = kept / f"leads-{leads}.db" if kept else None
    if mine and mine.exists():
        shutil.copyfile(mine, path)
    engine = engine_for(f"sqlite:///{path}")
    bring_up_to_date(engine)
    if mine and mine.exists():
        engine.dispose()
        return
    store = FactStore(engine)
    for facts in drawn(leads, end):
        store.append(facts)
    store.append(spend(end))
    engine.dispose()
    if mine:
        mine.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, mine)


def measured(
    leads: int, repeats: int, folder: Path, models: Path | None, kept: Path | None, pages: Sequence[str] | None
) -> dict[str, tuple[float, float]]:
    """Return the seconds of each page, its first look and the median of the later ones; and those of the start."""
    end = datetime.now(UTC)
    path = folder / "company.yaml"
    words = company_words(World()) | {"conversions": CONVERSIONS}
    path.write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    if models:
        shutil.copytree(models / "models", folder / "models")
    stored(leads, folder / "leadloop.db", end, kept)
    url = f"sqlite:///{folder / 'leadloop.db'}"
    engine = engine_for(url)
    store = FactStore(engine)
    settings = Settings(folder, path, url, None, "", None, "loopback")
    took: dict[str, tuple[float, float]] = {}
    company = read_company(path)
    began = time.process_time()
    counted_at_an_imports_end(store, company, folder)
    at_its_end = time.process_time() - began
    took["(what an import counts at its end)"] = at_its_end, at_its_end
    for name in ("first start",) if pages else ("first start", "later start"):
        service, together, ahead = started(settings, engine)
        if not pages:
            service.book.keep(service.desk.now())
        took[f"({name}: until it answers, then reading)"] = together, ahead
    if not pages or {"/portrait", "/won"} & {*pages}:
        moment, began = service.desk.now(), time.process_time()
        PORTRAITS.write(drawn_portrait(store, service.company, folder, moment=moment), folder)
        portrait = time.process_time() - began
        WON.write(won_deals(store, service.company, service.contacts.without_persons([]), moment=moment), folder)
        took["(the worker's portrait, then won deals)"] = portrait, time.process_time() - began - portrait
    first, last = (end - timedelta(days=50)).date(), (end - timedelta(days=9)).date()
    client = TestClient(
        create_app(service), base_url="http://localhost"
    )  # without what a start reads ahead: that is done
    for page in pages or PAGES:
        asked = page.format(first=first, last=last)
        looks = []
        for look in range(repeats + 1):
            if look:
                now = datetime.now(UTC)
                store.append([Call(LeadId(f"L{leads - 1 - look:08d}"), now, now, "no_answer")])
            began = time.process_time()
            answer = client.get(asked)
            looks.append(time.process_time() - began)
            assert answer.status_code == 200, answer.text[:500]
            behind = waited_for()
            if behind > 0.05:
                print(f"    {leads:,} {page} look {look}: {behind:.3f} s more behind the page", flush=True)
        took[page] = (looks[0], statistics.median(looks[1:]))
        print(f"    {leads:,} {page} {took[page][0]:.3f} {took[page][1]:.3f}", flush=True)
    engine.dispose()
    return took


def waited_for() -> float:
    """Wait for what goes on behind the pages; return its CPU seconds since the answer."""
    began = time.process_time()
    for one in threading.enumerate():
        if one.name in BEHIND:
            one.join()
    return time.process_time() - began


def counted_at_an_imports_end(store: FactStore, company: Company, folder: Path) -> None:
    """Leave for the first start what `leadloop import` leaves."""
    book = LeadBook(store, company, KeptLines(folder, "leads", LeadSummary))
    steps = StepsBook(store, company, kept_steps(folder))
    FirstCount(store, book, folder, counted_of(fingerprint(company), store.engine), steps).counted(datetime.now(UTC))


def started(settings: Settings, engine: Engine) -> tuple[Service, float, float]:
    """Return a service, the seconds until it answers, and those of what it reads behind its answers."""
    began = time.process_time()
    service = service_of(settings, engine)
    together = time.process_time() - began
    began = time.process_time()
    if not service.desk.rates.has_learned:
        service.begin_day(service.desk.now())
    service.board.warm(service.desk.now())
    board = time.process_time() - began
    service.figures.read_ahead(service.desk.now())
    ahead = time.process_time() - began
    print(f"    {together:.2f} s, board {board:.2f} s, figures {ahead - board:.2f} s", flush=True)
    return service, together, ahead


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--drawn", type=Path)
    parser.add_argument("--pages", nargs="+", choices=PAGES)
    said = parser.parse_args()
    told: dict[int, dict[str, tuple[float, float]]] = {}
    for leads in said.leads:
        folder = Path(tempfile.mkdtemp(prefix="leadloop-pages-"))
        try:
            told[leads] = measured(leads, said.repeats, folder, said.models, said.drawn, said.pages)
        finally:
            shutil.rmtree(folder)
        print(f"{leads:,} leads: done", flush=True)
    smallest = told[said.leads[0]]
    print("| page | " + " | ".join(f"{leads:,}: first, later (ratio)" for leads in told) + " |")
    print("|---|" + "---|" * len(told))
    for page in smallest:
        cells = [
            f"{took[page][0]:.3f}, {took[page][1]:.3f} s ({took[page][1] / smallest[page][1]:.1f})"
            for took in told.values()
        ]
        print(f"| {page} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
