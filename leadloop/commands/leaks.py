"""leadloop leaks: which columns of an export know how a lead ended, with the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption

if TYPE_CHECKING:
    from rich.console import Console

    from features.drafting.leaks.earlier_export import EarlierExport
    from features.drafting.leaks.findings import Finding
    from features.drafting.leaks.searched_export import SearchedExport
    from features.facts.company import Company

NAME = "leaks"
IN_WORDS = {"leak": "leak", "late": "filled in late", "differs": "differs now", "honest": "honest"}
ORDER = tuple(IN_WORDS)
FEW = 100
"""Leads below which a comparison with an older export shows only what happens to many of them."""


def command(
    leads: Annotated[
        Path, typer.Argument(help="The leads, as the CRM exports them (CSV).", exists=True, dir_okay=False)
    ],
    company: CompanyOption = None,
    stages: Annotated[
        Path | None, typer.Option(help="The history of stages, or the list of sales.", exists=True, dir_okay=False)
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="The column that says how a lead ended.")] = None,
    arrived: Annotated[
        str | None, typer.Option(help="The column of the moment, or of a number that counts leads.")
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            help="An older export of the same leads, to see what was written in since; may be given several times.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Find the columns that know the outcome: filled in after it, changed after it, too good at once.

    Every column is shown with its evidence and what to write in company.yaml; a field that says `known_from: arrival`
    there is overruled, and still shown. Without company.yaml the columns are recognised as `leadloop init` does it. At
    most the first 50,000 rows are looked at; no name, phone or e-mail is printed.

    One export cannot tell which cells were filled in or changed after the lead came. With `--earlier` the leads found in
    both, by their id, and still open in the older export are compared cell by cell.
    """
    from rich.console import Console

    from features.drafting.leaks.searched_export import searched

    words = _company(company)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.status("Reading the export ..."):
        export = searched(leads, company=words, stages=stages, outcome=outcome, arrived=arrived, earlier=earlier or ())
        findings = export.findings()
    _say_what_was_read(console, export)
    _show(findings, export, words)
    _say_sum(console, findings, export, words)


def _company(path: Path | None) -> Company | None:
    """Return the company's own words, None where nobody wrote them down yet."""
    from features.facts.company_file import read_company
    from features.settings import settings_from_environment

    file = settings_from_environment(None, path).company_file
    return read_company(file) if path is not None or file.exists() else None


def _say_what_was_read(console: Console, export: SearchedExport) -> None:
    file = export.leads
    rows = f"{file.rows:,} rows" if file.is_whole else f"only the first {file.rows:,} rows were looked at"
    console.print(f"{file.path.name}: {rows}, {len(export.columns)} columns searched")
    ended = export.ended
    if ended is None:
        console.print(
            "Who bought: nothing says it, so only names and words could be judged; say --outcome or --stages."
        )
    else:
        left = f", {int(ended.is_open.sum()):,} still open" if ended.is_open.any() else ""
        console.print(
            f"Who bought: {int(ended.won.sum()):,} of {file.rows:,} leads{left}, by {export.outcomes.told_by}"
        )
        if not ended.is_enough:
            console.print("Too few leads of both ends to judge by figures: names and words alone.")
    order = f"by {export.order.column}" if export.order else "unknown; say --arrived to compare early and late leads"
    console.print(f"Order in which they came: {order}")
    aside = ", ".join(f"{column} ({why})" for column, why in export.aside.items())
    console.print(f"Not searched: {aside or 'nothing'}")
    for older in export.earlier:
        _say_what_is_earlier(console, older, export)


def _say_what_is_earlier(console: Console, older: EarlierExport, export: SearchedExport) -> None:
    from features.drafting.leaks.earlier_export import only_now

    here, there = export.leads.path.name, older.name
    found = int(older.found.sum())
    console.print(
        f"Compared with {there}: {found:,} leads stand in both, by {older.ids.then!r} "
        f"({older.only_now:,} rows only in {here}, {older.others:,} leads only in {there})"
    )
    if older.twice:
        console.print(f"  {older.twice:,} leads stand more than once in one of them and are not compared")
    console.print(f"  {_open_then(older, export)}")
    for file, columns in ((here, only_now(export.columns, older)), (there, older.only_there)):
        if columns:
            console.print(f"  only in {file}, so not compared: {', '.join(columns)}")


def _open_then(older: EarlierExport, export: SearchedExport) -> str:
    ended = export.ended
    if older.had_ended is None or ended is None:
        return "nothing in it says which of them had ended by then, so all of them are compared"
    was_open = older.found & ~older.had_ended
    won, still_open = int((was_open & ended.won).sum()), int((was_open & ended.is_open).sum())
    count, ended_by = int(was_open.sum()), "ended" if older.tells_losses else "bought"
    if not count:
        return f"all of them had {ended_by} by then, so nothing can be compared; give an older export"
    rest = f"{count - won - still_open:,} did not" + (f", {still_open:,} still open" if still_open else "")
    words = f"{count:,} of them had not {ended_by} by then: {won:,} won since, {rest}"
    return words if count >= FEW else f"{words}; so few tell little"


def _show(findings: list[Finding], export: SearchedExport, company: Company | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from features.drafting.leaks.overruling import advice_on

    table = Table(
        Column("column", overflow="fold", ratio=3),
        Column("knows", overflow="fold", min_width=8, max_width=26),
        Column("evidence", overflow="fold", ratio=7),
        Column("company.yaml", overflow="fold", ratio=4),
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        pad_edge=False,
    )
    for finding in sorted(findings, key=lambda one: ORDER.index(one.knows)):
        advice = advice_on(finding, company, export.roles.get(finding.column))
        if finding.kind in ("empty", "constant"):
            table.add_row(escape(finding.column), "nothing", f"{finding.kind} in every row", "")
            continue
        knows = IN_WORDS[finding.knows]
        shown = f"overruled ({knows})" if advice.is_overruled else knows
        table.add_row(escape(finding.column), shown, escape(_evidence(finding)), escape(advice.words))
    Console().print(table)


def _evidence(finding: Finding) -> str:
    against = finding.why if finding.knows != "honest" else ()
    return "\n".join([*(f"- {why}" for why in against), *([finding.since] if finding.since else []), _counted(finding)])


def _counted(finding: Finding) -> str:
    figures = finding.figures
    if figures is None:
        return "no outcome to compare with"
    of_won, of_others = figures.of_won, figures.of_others
    always = of_won.count == of_won.of and of_others.count == of_others.of
    filled = "always filled" if always else f"filled for {of_won} won leads and {of_others} others"
    return f"{filled}; AUC alone {figures.alone}"


def _say_sum(console: Console, findings: list[Finding], export: SearchedExport, company: Company | None) -> None:
    from features.drafting.leaks.overruling import advice_on

    named = [one for one in findings if one.knows != "honest"]
    overruled = [one for one in named if advice_on(one, company, export.roles.get(one.column)).is_overruled]
    counts = ", ".join(f"{sum(one.knows == knows for one in findings)} {IN_WORDS[knows]}" for knows in ORDER)
    more = f"; {len(overruled)} overruled by company.yaml" if overruled else ""
    console.print(f"{len(findings)} columns: {counts}{more}.")
    console.print(
        "Shares and AUC stand with 95 % intervals; AUC 0.5 is chance. A leak teaches nothing that a new lead knows."
    )
