"""Shapes the loan leads of a bank's digital arm into the exports that ``company.yaml`` beside it describes.

    python examples/digital_bank/prepare.py FOLDER_WITH_leads.csv OUT

The file says that a loan was approved within 30 days, not when: each approval gets a SYNTHETIC date, the 29th day after
the lead. Birth dates are written with a year of four digits (nobody in the file was born in this century).
"""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path

APPROVED_AFTER = timedelta(days=29)


def main(raw: Path, out: Path) -> None:
    with (raw / "leads.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    out.mkdir(parents=True, exist_ok=True)
    approved = []
    for row in rows:
        created = datetime.strptime(row["Lead_Creation_Date"], "%d/%m/%y")  # noqa: DTZ007 - an export writes local dates
        row["Lead_Creation_Date"] = f"{created:%d/%m/%Y}"
        day, _, rest = row["DOB"].partition("/")
        month, _, year = rest.partition("/")
        row["DOB"] = f"{day}/{month}/19{year}" if year else ""
        if row.pop("Approved") == "1":
            approved.append((row["ID"], f"{created + APPROVED_AFTER:%d/%m/%Y}", "Approved"))
    with (out / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with (out / "stages.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("ID", "at", "stage"), *approved])
    print(f"{len(rows):,} leads, {len(approved):,} approved -> {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
