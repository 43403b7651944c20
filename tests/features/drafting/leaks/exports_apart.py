"""Two exports of the same leads: the older one made when some of them were still open."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.drafting.leaks.findings import Finding
from features.drafting.leaks.searched_export import SearchedExport, searched
from tests.features.drafting.exports import written_csv
from tests.features.drafting.leaks.leads import Cells, honest_leads

COUNT = 1_200
OPEN_THEN = slice(600, 1_000)
STILL_OPEN = slice(900, 1_000)
"""The leads from 1,000 on came after the older export."""


def two_exports(seed: int = 1) -> tuple[Cells, Cells]:
    """Return the newer export and the older one, which lacks the latest leads; nothing was written in between."""
    columns, won = honest_leads(seed, COUNT)
    ended = ["Won" if bought else "Lost" for bought in won]
    ended[STILL_OPEN] = ["In work"] * 100
    ended[1_000:] = ["New"] * 200
    newer = {"id": [f"L{place}" for place in range(COUNT)], **columns, "stage": ended}
    older = {name: cells[:1_000] for name, cells in newer.items()}
    older["stage"] = [*older["stage"][:600], *["In work"] * 400]
    return newer, older


def emptied_then(older: Cells, column: str, share: float, newer: Cells, *, only: str | None = None) -> None:
    """Empty a column of the older export for a share of the leads that were open then, all or only those of one stage now."""
    lot = np.random.default_rng(5)
    ids = {one: place for place, one in enumerate(newer["id"])}
    cells = list(older[column])
    for place, one in enumerate(older["id"]):
        at = ids[one]
        if 600 <= at < 1_000 and lot.random() < share and only in (None, newer["stage"][at]):
            cells[place] = ""
    older[column] = cells


def export_of(
    folder: Path, newer: Cells, *older: Cells, separator: str = ",", encoding: str = "utf-8"
) -> SearchedExport:
    """Return the newer export beside the older ones; these are written with ``separator`` and ``encoding``."""
    path = written_csv(folder / "leads.csv", newer)
    files = [written_csv(folder / _name_of(cells), cells, separator=separator, encoding=encoding) for cells in older]
    return searched(path, earlier=files)


def _name_of(older: Cells) -> str:
    return "oldest.csv" if len(next(iter(older.values()))) < 900 else "older.csv"


def by_column(export: SearchedExport) -> dict[str, Finding]:
    """Return the finding of each column."""
    return {one.column: one for one in export.findings()}


def named(export: SearchedExport) -> dict[str, str]:
    """Return column -> what it knows, for those that something speaks against."""
    return {name: one.knows for name, one in by_column(export).items() if one.knows != "honest"}
