"""Shapes the marketplace's two files into the exports that ``company.yaml`` beside it describes.

    python examples/olist/prepare.py FOLDER_WITH_olist_FILES OUT

Wins were recorded only from 5 December 2017: contacts before that day are left out, as their missing wins would be
taught as losses. Of the closed deals only lead and date are taken: every other column exists for won leads alone.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

RECORDED_FROM = "2017-12-05"


def main(raw: Path, out: Path) -> None:
    leads = _rows(raw / "olist_marketing_qualified_leads_dataset.csv")
    deals = _rows(raw / "olist_closed_deals_dataset.csv")
    kept = [row for row in leads if row["first_contact_date"] >= RECORDED_FROM]
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "leads.csv", kept)
    ids = {row["mql_id"] for row in kept}
    won = [
        {"mql_id": row["mql_id"], "won_date": row["won_date"], "Stage": "Won"} for row in deals if row["mql_id"] in ids
    ]
    _write(out / "stages.csv", won)
    print(f"{len(kept):,} leads of {len(leads):,}, {len(won):,} sales -> {out}")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
