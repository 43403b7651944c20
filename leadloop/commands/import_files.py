"""leadloop import: a company's files become facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._counting import leave_counted
from leadloop.commands._house import CompanyOption, HomeOption, House, house_to_rehearse, now, open_house
from leadloop.commands._moments import moment_of
from leadloop.commands._progress import bar_over, rows_in

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from features.facts.import_log import ImportLog
    from features.facts.importer import ImportSummary

NAME = "import"
INTERRUPTED = 130
"""How a command ends that was stopped by Ctrl-C, as shells expect it: 128 and the number of the signal."""
REASONS_SHOWN = 5


def command(
    files: Annotated[
        list[Path], typer.Argument(help="CSV files: leads, calls, stages, spend, plan.", exists=True, dir_okay=False)
    ],
    kind: Annotated[
        str | None, typer.Option("--as", help="leads, calls, stages, spend or plan; else recognised.")
    ] = None,
    exported_at: Annotated[
        str | None,
        typer.Option("--exported-at", help="When the export was made, such as 2026-03-31T18:00.", show_default="now"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Store leads, calls, stages, spend and plans from CSV files.

    Rows that do not fit go to a rejects file with line, column and reason; the others go in. Importing a file again
    changes nothing; an import that was cut off goes on where it stopped (Ctrl-C says how far it came). Changed cells of
    a later export are corrections, known from --exported-at on. What a service needs before its first score is counted
    at the end where many leads came in, so that it starts at once.
    """
    from rich.console import Console

    from features.facts.export_kind import KINDS

    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"--as takes one of {', '.join(KINDS)}")
    house = house_to_rehearse(home, company) if dry_run else open_house(home, company, makes=True)
    moment = now()
    exported = moment
    if exported_at is not None:
        exported = moment_of(exported_at, option="--exported-at", zone=house.company.zone, not_after=moment)
    waiting = list(files)
    try:
        import_all(waiting, house, Console(), started_at=moment, exported_at=exported, kind=kind, dry_run=dry_run)
    except KeyboardInterrupt:
        errors = Console(stderr=True, markup=False, highlight=False)
        errors.print("\n" + _cut_off_in_words(waiting, house.imports, dry_run=dry_run), style="yellow")
        raise typer.Exit(INTERRUPTED) from None


def import_all(
    waiting: list[Path],
    house: House,
    console: Console,
    *,
    started_at: datetime,
    exported_at: datetime,
    kind: str | None = None,
    dry_run: bool = False,
) -> None:
    """Import files, each of which leaves ``waiting`` when it is done, and leave counted what a service needs first."""
    from features.facts.importer import import_file
    from features.facts.leads_missing import leads_missing
    from features.facts.seen_columns import SeenColumns

    seen = SeenColumns(house.settings.home)
    before = house.store.last_number()
    while waiting:
        path = waiting[0]
        with bar_over(path.name, rows_in(path), console) as done:
            summary = import_file(
                path,
                company=house.company,
                store=house.store,
                imports=house.imports,
                secret=house.contacts.secret,
                started_at=started_at,
                exported_at=exported_at,
                rejects_folder=house.settings.home / "rejects",
                kind=kind,
                dry_run=dry_run,
                progress=done,
            )
        del waiting[0]
        news = seen.news(summary.kind, summary.header, summary.unread, keep=not dry_run) if summary.header else None
        if news and not summary.was_known:
            summary.warnings.append(news)
        console.print(_in_words(summary, dry_run))
    if not dry_run:
        for missing in leads_missing(house.engine, before):
            console.print(str(missing), style="yellow", markup=False)
        leave_counted(house, console)


def _cut_off_in_words(waiting: list[Path], imports: ImportLog, *, dry_run: bool) -> str:
    """Return what is stored of an import that was interrupted at the first of the files that were still to come."""
    if dry_run:
        return "Stopped; a dry run stores nothing."
    if not waiting:
        return "Stopped: every file is stored; what was not counted for the first start, the first start counts."
    from features.facts.importer import bytes_hash_of

    name, bytes_hash = waiting[0].name, bytes_hash_of(waiting[0])
    unfinished = [one for one in imports.entries() if not one.finished_at and not one.undone_number]
    begun = [one for one in unfinished if one.sha256.startswith(bytes_hash)]
    if begun and begun[-1].rows_done:
        done = begun[-1]
        told = (
            f"Stopped in {name}: {done.rows_done:,} of its rows are done ({done.stored:,} stored, {done.unchanged:,} unchanged, "
            f"{done.rejected:,} rejected), and stay so."
        )
    else:
        told = f"Stopped before a row of {name} was stored."
    others = f" Not begun: {', '.join(path.name for path in waiting[1:])}." if waiting[1:] else ""
    return f"{told}{others} Importing the same files again is safe: it goes on from there, and stores nothing twice."


def _in_words(summary: ImportSummary, dry_run: bool) -> str:
    from rich.markup import escape

    head = f"[bold]{escape(summary.file)}[/] ({summary.kind}"
    if summary.ad_system:
        head = head.replace("(spend", f"(costs of {summary.ad_system}", 1)
    head += ")" if summary.import_id is None else f", import {summary.import_id})"
    if summary.was_known:
        return f"{head}: nothing new, this file was imported before ({counted(summary.rows, 'row')})."
    stored = "would be stored" if dry_run else "stored"
    lines = [
        f"{head}: {counted(summary.rows, 'row')}: {summary.stored:,} {stored}, {summary.unchanged:,} unchanged, "
        f"{summary.rejected:,} rejected"
    ]
    if summary.ad_system:
        lines.append(
            f"  left aside: {counted(summary.titles, 'title line')}, {counted(summary.totals, 'row')} of totals"
        )
    if summary.resumed_after:
        lines.append(f"  went on after row {summary.resumed_after:,}")
    if summary.rejected_cells:
        left_out = counted(summary.rejected_cells, "cell that does not fit was", "cells that do not fit were")
        lines.append(f"  {left_out} left out of rows that went in")
    lines += [
        f"    {counted(count, 'time')}: {escape(one.column)} {escape(one.remedy)}"
        for one, count in summary.reasons.most_common(REASONS_SHOWN)
    ]
    if summary.rejects:
        lines.append(f"  what does not fit, line by line: {escape(str(summary.rejects))}")
    lines += [f"  [yellow]{escape(warning)}[/]" for warning in summary.warnings]
    return "\n".join(lines)
