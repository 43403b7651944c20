"""How long the marketer's pages take as leads grow: CPU seconds of each page at each size, and their ratio to the smallest.

    python -m benchmarks.pages [--leads 10000 100000 1000000] [--repeats 5]

Leads, their calls, stages and costs are drawn as facts and appended to a database of their own; a service is put together
around it as `leadloop serve` does, and each page is asked for through the application, without a network. The first look of
a page (its kinds of cut are counted then) stands beside the median of the later ones, and what the start took. CPU seconds of
the whole process, so that other work on the machine does not count. Leads come evenly over a year from 6 sources with 60
campaigns and 200 ads. The mark: a million leads within 2 times the time of ten thousand.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import yaml

from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Call, Fact, Lead, LeadId, Source, Spend, Stage
from features.settings import Settings
from leadloop.database import bring_up_to_date
from leadloop.demo.export import company_words
from leadloop.demo.world import OFFERS, World
from serving.app import create_app
from serving.wiring import service_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette asks for a newer name of the client
    from starlette.testclient import TestClient

PAGES = (
    "/channels",
    "/channels?level=campaign",
    "/journey",
    "/journey?by=campaign&period=month",
    "/journey?by=ad",
    "/journey?by=offer",
    "/journey?channel=ВКонтакте&by=campaign&cohorts=week",
    "/journey?from={first}&to={last}&by=campaign",
    "/journey/costs",
)
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
             "offer": OFFERS[n % len(OFFERS)].name, "landing_page": f"/okna-{n % 4}"}  # fmt: skip
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


def measured(leads: int, repeats: int, folder: Path) -> dict[str, tuple[float, float]]:
    """Return the seconds of each page, its first look and the median of the later ones; and those of the start."""
    end = datetime.now(UTC)
    path = folder / "company.yaml"
    path.write_text(yaml.safe_dump(company_words(World()), allow_unicode=True), encoding="utf-8")
    url = f"sqlite:///{folder / 'leadloop.db'}"
    engine = engine_for(url)
    bring_up_to_date(engine)
    store = FactStore(engine)
    for facts in drawn(leads, end):
        store.append(facts)
    store.append(spend(end))
    began = time.process_time()
    service = service_of(Settings(folder, path, url, None, "", None, "loopback"), engine)
    together = time.process_time() - began
    took: dict[str, tuple[float, float]] = {}
    began = time.process_time()
    service.board.queue(service.desk.now())
    board = time.process_time() - began
    began = time.process_time()
    service.figures.read_ahead(service.desk.now())
    took["(start: service, then counting)"] = (together + board, time.process_time() - began)
    first, last = (end - timedelta(days=50)).date(), (end - timedelta(days=9)).date()
    client = TestClient(
        create_app(service), base_url="http://localhost"
    )  # without what a start reads ahead: that is done
    for page in PAGES:
        asked = page.format(first=first, last=last)
        looks = []
        for _ in range(repeats + 1):
            began = time.process_time()
            answer = client.get(asked)
            looks.append(time.process_time() - began)
            assert answer.status_code == 200, answer.text[:500]
        took[page] = (looks[0], statistics.median(looks[1:]))
    engine.dispose()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    said = parser.parse_args()
    told: dict[int, dict[str, tuple[float, float]]] = {}
    for leads in said.leads:
        folder = Path(tempfile.mkdtemp(prefix="leadloop-pages-"))
        try:
            told[leads] = measured(leads, said.repeats, folder)
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
