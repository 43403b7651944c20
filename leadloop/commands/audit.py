"""leadloop audit: who saw personal data, and who changed what."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, open_database
from leadloop.commands._table import figures_table

NAME = "audit"


def command(
    lead: Annotated[str | None, typer.Option("--lead", help="Of this lead alone.")] = None,
    last: Annotated[int, typer.Option("--last", min=1, max=100_000, help="So many lines, the latest first.")] = 50,
    home: HomeOption = None,
) -> None:
    """List who saw personal data and who changed what: when, who, as what, which route, which lead, and the answer."""
    from rich.console import Console
    from rich.markup import escape

    from features.settings import settings_from_environment
    from serving.gate.audit import AuditLog

    entries = AuditLog(open_database(settings_from_environment(home))).entries(lead_id=lead, most=last)
    if not entries:
        Console().print("Nobody has looked at or changed anything yet.")
        return
    table = figures_table("who", "as", "route", "lead", figures=("when, UTC", "answer"))
    for one in entries:
        what = escape(f"{one.method} {one.route}")
        lead_id = escape(one.lead_id or "")
        table.add_row(one.who, one.role, what, lead_id, f"{one.at:%Y-%m-%d %H:%M:%S}", str(one.status))
    Console().print(table)
