"""Shapes the file of X Education into the leads export that ``company.yaml`` beside it describes.

    python examples/x_education/prepare.py FOLDER_WITH_Leads.csv OUT

The file has no dates. Leads are numbered in the order in which they came, so each gets a SYNTHETIC moment: one an hour
from 1 January 2020, in the order of "Lead Number". ``Converted`` becomes the status on the day of the export.
"""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2020, 1, 1)  # noqa: DTZ001 - an export writes local times
STATUS = {"1": "Converted", "0": "Not converted"}


def main(raw: Path, out: Path) -> None:
    with (raw / "Leads.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["Lead Number"]))
    out.mkdir(parents=True, exist_ok=True)
    for place, row in enumerate(rows):
        row["Created at"] = f"{FIRST + timedelta(hours=place):%Y-%m-%d %H:%M}"
        row["Status"] = STATUS[row.pop("Converted")]
    with (out / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows):,} leads -> {out / 'leads.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
