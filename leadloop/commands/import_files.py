"""leadloop import: a company's files become facts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house

if TYPE_CHECKING:
    from features.facts.importer import ImportSummary

NAME = "import"


def command(
    files: Annotated[list[Path], typer.Argument(help="CSV files: leads, calls, stages, spend, plan.", exists=True)],
    kind: Annotated[
        str | None, typer.Option("--as", help="leads, calls, stages, spend or plan; else recognised.")
    ] = None,
    exported_at: Annotated[
        str | None,
        typer.Option("--exported-at", help="When the export was made, such as 2026-03-31T18:00. [default: now]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Store leads, calls, stages, spend and plans from CSV files.

    Rows that do not fit go to a rejects file with line, column and reason; the others go in. Importing a file again
    changes nothing; an import that was cut off goes on where it stopped. Changed cells of a later export are
    corrections, known from --exported-at on.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from features.facts.export_kind import KINDS
    from features.facts.importer import import_file

    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"--as takes one of {', '.join(KINDS)}")
    house = open_house(home, company)
    moment = now()
    exported = _moment(exported_at, house.company.time_zone) if exported_at else moment
    console = Console()
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    for path in files:
        with Progress(*bars, console=console, transient=True) as progress:
            task = progress.add_task(path.name, total=_rows_in(path))
            summary = import_file(
                path,
                company=house.company,
                store=house.store,
                imports=house.imports,
                secret=house.contacts.secret,
                started_at=moment,
                exported_at=exported,
                rejects_folder=house.settings.home / "rejects",
                kind=kind,
                dry_run=dry_run,
                progress=lambda rows, task=task, progress=progress: progress.update(task, completed=rows),  # type: ignore[misc]
            )
        console.print(_in_words(summary, dry_run))


def _rows_in(path: Path) -> int:
    """Return about how many rows a file has: its line breaks, less the header's."""
    with path.open("rb") as file:
        return max(sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1, 0)


def _moment(text: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "--exported-at takes a moment such as 2026-03-31T18:00 or 2026-03-31T18:00+03:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _in_words(summary: ImportSummary, dry_run: bool) -> str:
    head = f"[bold]{summary.file}[/] ({summary.kind}"
    head += ")" if summary.import_id is None else f", import {summary.import_id})"
    if summary.was_known:
        return f"{head}: nothing new, this file was imported before ({summary.rows:,} rows)."
    stored = "would be stored" if dry_run else "stored"
    lines = [
        f"{head}: {summary.rows:,} rows: {summary.stored:,} {stored}, {summary.unchanged:,} unchanged, "
        f"{summary.rejected:,} rejected"
    ]
    if summary.resumed_after:
        lines.append(f"  went on after row {summary.resumed_after:,}")
    if summary.rejected_cells:
        lines.append(f"  {summary.rejected_cells:,} cells that do not fit were left out of rows that went in")
    if summary.rejects:
        lines.append(f"  what does not fit, line by line: {summary.rejects}")
    lines += [f"  [yellow]{warning}[/]" for warning in summary.warnings]
    return "\n".join(lines)
