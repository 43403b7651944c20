"""Shapes the bank's telephone campaign into the exports that ``company.yaml`` beside it describes.

    python examples/bank_calls/prepare.py FOLDER_WITH_bank-additional-full.csv OUT

A row is a contact. Rows are in the order of time and say month and weekday only; the campaign ran from May 2008 to
November 2010. Each row gets a SYNTHETIC moment: the months follow one another as in the file, and a month's contacts are
spread evenly over its days. The call begins five minutes after the lead was handed over; its length is known when it
ends, and so is the outcome.
"""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OUTCOMES = {"yes": "Subscribed", "no": "Declined"}
DAYS_USED = 28


def main(raw: Path, out: Path) -> None:
    with (raw / "bank-additional-full.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    out.mkdir(parents=True, exist_ok=True)
    leads, calls, stages = [], [], []
    for place, (row, moment) in enumerate(zip(rows, _moments(rows), strict=True), start=1):
        called = moment + timedelta(minutes=5)
        ended = called + timedelta(seconds=float(row["duration"]))
        name = f"B{place:05d}"
        duration, outcome = row.pop("duration"), OUTCOMES[row.pop("y")]
        leads.append({"id": name, "created_at": _text(moment), **row})
        calls.append({"id": name, "at": _text(called), "duration": duration, "result": "reached"})
        stages.append({"id": name, "at": _text(ended + timedelta(seconds=1)), "outcome": outcome})
    for file_name, made in (("leads.csv", leads), ("calls.csv", calls), ("stages.csv", stages)):
        _write(out / file_name, made)
    print(f"{len(leads):,} contacts -> {out}")


def _moments(rows: list[dict[str, str]]) -> list[datetime]:
    """Return a moment for each row: a month that lies before the one above it belongs to the next year."""
    made: list[datetime] = []
    year, before = 2008, 0
    for month, group in groupby(rows, key=lambda row: MONTHS.index(row["month"]) + 1):
        year += month < before
        before = month
        count = len(list(group))
        first = max(datetime(year, month, 1, 9), made[-1] if made else datetime(2008, 1, 1))  # noqa: DTZ001
        left = datetime(year, month, DAYS_USED, 18) - first  # noqa: DTZ001 - an export writes local times
        made += [first + left * (place / count) for place in range(count)]
    return made


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
