"""Shapes the CRM tables into the exports that ``company.yaml`` beside it describes.

    python examples/maven_crm/prepare.py FOLDER_WITH_sales_pipeline.csv OUT

Nothing is invented: opportunities, accounts and sales teams are joined to one leads file, closed deals are the stages.
The 500 opportunities in prospecting have no date of engagement; the importer names them in its rejects file.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

CLOSED = ("Won", "Lost")
ACCOUNT_COLUMNS = ("sector", "year_established", "revenue", "employees", "office_location")
STAGE_COLUMNS = ("opportunity_id", "close_date", "deal_stage", "close_value")
LEAD_COLUMNS = ("opportunity_id", "engage_date", "sales_agent", "product", "account")


def main(raw: Path, out: Path) -> None:
    accounts = {row["account"]: row for row in _rows(raw / "accounts.csv")}
    teams = {row["sales_agent"]: row for row in _rows(raw / "sales_teams.csv")}
    leads, stages = [], []
    for row in _rows(raw / "sales_pipeline.csv"):
        account, team = accounts.get(row["account"], {}), teams.get(row["sales_agent"], {})
        more = {name: account.get(name, "") for name in ACCOUNT_COLUMNS}
        office = {"regional_office": team.get("regional_office", "")}
        leads.append({name: row[name] for name in LEAD_COLUMNS} | more | office)
        if row["deal_stage"] in CLOSED:
            stages.append({name: row[name] for name in STAGE_COLUMNS})
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "leads.csv", leads)
    _write(out / "stages.csv", stages)
    print(f"{len(leads):,} opportunities, {len(stages):,} closed -> {out}")


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
