"""One look at the leads that came since the champion learned, as a command shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from leadloop.commands._house import House
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from models.since_report import SinceReport

VERDICTS = {"not_enough": "not enough data", "as_expected": "as expected", "more": "more than expected",
            "fewer": "fewer than expected"}  # fmt: skip


def follow_once(house: House, console: Console, *, moment: datetime, keep: bool = True) -> SinceReport | None:
    """Look at the leads since the champion learned, and ``keep`` what was seen; None where the rules serve."""
    from features.errors import ArtefactUnreadable
    from models.artefact import champion_version, load_artefact, model_folder
    from models.since_report import load_since, save_since
    from monitoring.model_watch import looked_at

    version = champion_version(house.settings.home)
    if version is None:
        console.print("The rules serve: there is no model whose leads could be followed.")
        return None
    folder = model_folder(house.settings.home, version)
    try:
        before = load_since(folder)
    except ArtefactUnreadable as error:
        console.print(f"[yellow]{error}[/] What it said of earlier days is lost.")
        before = None
    with console.status(f"Looking at the leads since model {version} learned ..."):
        report = looked_at(house.store, house.company, load_artefact(folder), moment=moment, before=before)
    if keep:
        save_since(report, folder)
    return report


def say(report: SinceReport, console: Console, *, home: Path) -> None:
    """Tell the analyst what was seen; the model lies in the data folder ``home``."""
    from models.artefact import load_artefact, model_folder

    console.print(f"Model [bold]{report.version}[/]: {_level(report)}", highlight=False)
    console.print(f"  Outcomes are known up to {in_utc(report.told_until)} UTC; what came later was not asked about.")
    if report.together is None:
        console.print(
            "  No worked lead has come since it learned and until then: nothing to compare yet. Leads that were called later "
            "count once a later stage of any lead is told.",
            highlight=False,
        )
        return
    one = report.together
    console.print(
        f"  {one.leads:,} worked leads came since. By then {one.expected:.1f} sales were expected of them, "
        f"{one.bought:,} were seen ({one.low:,} to {one.high:,} by chance alone): {VERDICTS[one.verdict]}.",
        highlight=False,
    )
    artefact = load_artefact(model_folder(home, report.version))
    if artefact.own_days is not None:
        console.print(f"  Purchases within {artefact.horizon_days} days of the request count.", highlight=False)
    held, of = report.held
    if of:
        console.print(f"  Within what chance explains: {held} of the {of} weeks with enough data.", highlight=False)
    console.print(
        f"  Unlike the leads it learned from: {one.unlike:,} of {one.leads:,} ({one.unlike / one.leads:.1%}); "
        f"of those it learned from {report.unlike_learned:.1%}.",
        highlight=False,
    )
    console.print(_weeks(report))


def _level(report: SinceReport) -> str:
    before, now = report.example
    if round(before, 2) == round(now, 2):
        is_as_promised = report.together is not None and report.together.verdict == "as_expected"
        return (
            "its level holds." if is_as_promised else "its level stays: what was seen so far is too little to move it."
        )
    return f"a lead that was given {before:.0%} when it learned is given {now:.0%} now; every score follows."


def _weeks(report: SinceReport) -> Table:
    table = figures_table("week", figures=("leads", "expected", "seen", "chance gives", "new kind"), last="so far")
    for one in report.cohorts:
        table.add_row(
            f"{one.week:%Y-%m-%d}", f"{one.leads:,}", f"{one.expected:.1f}", f"{one.bought:,}", f"{one.low:,}-{one.high:,}",
            f"{one.unlike / one.leads:.0%}", VERDICTS[one.verdict],
        )  # fmt: skip
    return table
