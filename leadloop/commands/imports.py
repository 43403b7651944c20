"""leadloop imports: which files came in."""

from __future__ import annotations

from leadloop.commands._house import HomeOption, open_database
from leadloop.commands._table import figures_table

NAME = "imports"


def command(home: HomeOption = None) -> None:
    """List the imports: number, file, kind, rows stored, unchanged and rejected, and whether it was taken back."""
    from rich.console import Console
    from rich.markup import escape

    from features.facts.import_log import ImportLog
    from features.settings import settings_from_environment

    entries = ImportLog(open_database(settings_from_environment(home))).entries()
    if not entries:
        Console().print("Nothing was imported yet; `leadloop import leads.csv` begins.")
        return
    table = figures_table("import", figures=("begun, UTC", "stored", "unchanged", "rejected"), last="state")
    for one in entries:
        state = "taken back" if one.undone_number else "done" if one.finished_at else f"cut off after {one.rows_done:,}"
        counts = (f"{one.stored:,}", f"{one.unchanged:,}", f"{one.rejected:,}")
        file = f"{one.id} {escape(one.file)}\n[dim]{one.kind}[/]"
        table.add_row(file, f"{one.started_at:%Y-%m-%d %H:%M}", *counts, state)
    Console().print(table)
