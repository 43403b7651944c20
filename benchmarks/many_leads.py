"""Any number of leads with three calls each, as a company's own exports; written in pieces, with little memory."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from leadloop.demo.export import CALL_COLUMNS, LEAD_COLUMNS, RESULTS, STAGE_COLUMNS, company_words, stamp
from leadloop.demo.world import CITIES, MANAGERS, OFFERS, RENOVATION, ROLES, WHEN, World

PIECE = 50_000
CALLS_A_LEAD = 3
SOURCES = ("yandex", "vk", "avito", "forum-stroy", "partner", "organic")
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
Drawn = npt.NDArray[Any]


def write_exports(leads: int, folder: Path, seed: int = 1) -> None:
    """Write company.yaml, leads.csv, calls.csv and stages.csv for so many leads into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    words = yaml.safe_dump(company_words(World()), allow_unicode=True, sort_keys=False)
    (folder / "company.yaml").write_text(words, encoding="utf-8")
    rng = np.random.default_rng(seed)
    headers = {"leads.csv": LEAD_COLUMNS, "calls.csv": CALL_COLUMNS, "stages.csv": STAGE_COLUMNS}
    files = {name: (folder / name).open("w", encoding="utf-8", newline="") for name in headers}
    writers = {name: csv.writer(file, delimiter=";") for name, file in files.items()}
    for name, header in headers.items():
        writers[name].writerow(header)
    for first in range(0, leads, PIECE):
        _write_piece(rng, first, min(PIECE, leads - first), leads, writers)
    for file in files.values():
        file.close()


def _write_piece(rng: np.random.Generator, first: int, count: int, leads: int, writers: dict[str, Any]) -> None:
    columns = {name: rng.choice(list(table), count) for name, table in
               (("city", CITIES), ("role", ROLES), ("when", WHEN), ("renovation", RENOVATION))}  # fmt: skip
    area = np.exp(rng.normal(4.4, 0.7, count))
    effect = np.array([CITIES[c][1] for c in columns["city"]]) + np.array([ROLES[c][1] for c in columns["role"]])
    effect += np.array([WHEN[c][1] for c in columns["when"]]) + 0.35 * (np.log(area) - 4.4)
    buys = rng.random(count) < 1 / (1 + np.exp(2.6 - effect))
    source, offer = rng.integers(0, len(SOURCES), count), rng.integers(0, len(OFFERS), count)
    ads = rng.integers(0, 200, count)
    seconds = (first + np.arange(count)) / leads * DAYS * 86400
    for i in range(count):
        lead_id, number = f"L{first + i:08d}", first + i
        at = START + timedelta(seconds=int(seconds[i]))
        writers["leads.csv"].writerow((
            lead_id, stamp(at), "Имя", f"+7 9{number:09d}", f"p{number}@example.com", columns["city"][i], columns["role"][i],
            columns["when"][i], columns["renovation"][i], f"{area[i]:.1f}".replace(".", ","), int(area[i] / 18) + 1,
            SOURCES[source[i]], "cpc", f"campaign-{ads[i] // 10}", f"ad-{ads[i]}", f"/okna-{offer[i]}", OFFERS[offer[i]].name, "",
        ))  # fmt: skip
        _write_calls(writers["calls.csv"], rng, lead_id, at, number)
        ends = at + timedelta(days=float(rng.gamma(2, 6)))
        stage = ("Договор", "200 000,00", "") if buys[i] else ("Отказ", "", "дорого")
        writers["stages.csv"].writerow((lead_id, stamp(max(ends, at + timedelta(days=2))), *stage))


def _write_calls(writer: Any, rng: np.random.Generator, lead_id: str, at: datetime, number: int) -> None:
    waited = np.cumsum(rng.gamma(1.5, 5.0, CALLS_A_LEAD))
    said: Sequence[str] = ("да", "нет", "")
    for place in range(CALLS_A_LEAD):
        result = RESULTS["reached"] if place == CALLS_A_LEAD - 1 or rng.random() < 0.3 else RESULTS["no_answer"]
        answers = [said[int(one)] for one in rng.integers(0, 3, 3)] if result == RESULTS["reached"] else ["", "", ""]
        begun = at + timedelta(hours=float(waited[place]))
        writer.writerow((
            f"C{number:08d}{place}", lead_id, MANAGERS[number % len(MANAGERS)].name, stamp(begun), int(rng.integers(5, 600)),
            result, *answers, "", "", "", "",
        ))  # fmt: skip
