"""Evidently's block on an alarm prints the figures that are kept of its report, in both languages."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from monitoring.drift_summary import summary_path
from serving.reports.drift_reports import DriftReports
from tests.serving.doors import Doors
from tests.serving.recounts.page import Page, is_written

LABELS = {
    "role": "Кто вы", "area": "Площадь, м²", "renovation": "Ремонт начат", "extras": "Что ещё", "visit": "Когда приехать",
}  # fmt: skip
STATISTICS = ("K-S p_value", "Jensen-Shannon distance")
SAID = {
    "en": r"Beside it: drift by Evidently (.+?) columns drifted \(share (.+?)\); "
    r"the channel's (.+?) latest leads against (.+?) earlier ones\.",
    "ru": r"Для сравнения: дрейф по Evidently Изменилось полей: (.+?) \(доля (.+?)\); "
    r"(.+?) последних заявок канала против (.+?) прежних\.",
}
VERDICTS = {"en": ("no drift", "drifted"), "ru": ("нет", "изменилось")}


def check_evidently(doors: Doors, part: str, seed: int) -> None:
    """Keep figures drawn at random as a report of the channel, and check that the alarm shows these, column by column."""
    kept = drawn(Random(seed))
    report = DriftReports(doors.service.settings, lambda: "any")._path("ВКонтакте")
    report.parent.mkdir(parents=True, exist_ok=True)
    summary_path(report).write_text(json.dumps(kept), encoding="utf-8")
    columns = kept["columns"]
    drifted = sum(one["drifted"] for one in columns)
    for language, said in SAID.items():
        page = Page(doors.page(f"/alarms?lang={language}"))
        told = re.search(said, page.text(part))
        assert told
        figures = [drifted, len(columns), drifted / len(columns), kept["after"], kept["before"]]
        is_written(" ".join(told.groups()), language, *figures)
        (table,) = [one for one in page.of(part) if one.header[1] in ("Statistic", "Мера")]
        for cells, one in zip(table.rows, columns, strict=True):
            assert cells[:2] == [LABELS[one["column"]], one["statistic"]]
            is_written(cells[2], language, one["value"])
            assert len(cells[2]) == len("0.123")
            is_written(cells[3], language, one["threshold"])
            assert float(cells[3].replace(",", ".")) == one["threshold"]
            assert cells[4] == VERDICTS[language][one["drifted"]]


def drawn(draw: Random) -> dict[str, Any]:
    """Return a summary as it lies in its file; some columns drifted and some did not."""
    columns = [
        {
            "column": name, "statistic": draw.choice(STATISTICS), "value": draw.random(),
            "threshold": draw.choice([0.05, 0.1]), "drifted": bool(n % 2) or draw.random() < 0.3,
        }
        for n, name in enumerate(draw.sample(sorted(LABELS), draw.choice([3, 5])))
    ]  # fmt: skip
    return {"before": draw.randrange(1_000, 20_000), "after": draw.randrange(30, 900), "columns": columns}
