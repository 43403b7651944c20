"""Small exports to draft from."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from features.drafting.draft import Draft, draft_of

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
Columns = Mapping[str, Sequence[str]]


def written_csv(path: Path, columns: Columns, *, separator: str = ",", encoding: str = "utf-8") -> Path:
    """Write columns of cells as a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def drafted(tmp_path: Path, leads: Columns, **others: Columns) -> Draft:
    """Return the draft from exports given as columns."""
    files = {"leads": written_csv(tmp_path / "leads.csv", leads)}
    files |= {kind: written_csv(tmp_path / f"{kind}.csv", columns) for kind, columns in others.items()}
    return draft_of(files, moment=NOW)


def ids(count: int) -> list[str]:
    """Return lead ids."""
    return [f"L{number}" for number in range(count)]


def days(count: int) -> list[str]:
    """Return days, one a lead."""
    return [
        f"{datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(hours=7 * number):%d.%m.%Y %H:%M}"
        for number in range(count)
    ]


def won_every_fourth(count: int) -> list[str]:
    """Return a status for each lead; one in four bought."""
    return ["Успешно реализовано" if number % 4 == 0 else "Отказ" for number in range(count)]
