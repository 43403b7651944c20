"""leadloop train: from settled leads to a champion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import moment_of
from leadloop.commands._progress import bar_over, over_both_passes

if TYPE_CHECKING:
    from rich.table import Table

    from models.ranking_metrics import Measured
    from training.evaluation import Evaluation
    from training.retrain import Trained

NAME = "train"
SHOWN = {"auc": "AUC", "log_loss": "log-loss", "ece": "ECE", "lift_10": "lift 10 %", "sales_in_first_30": "sales in first 30 %",
         "slope": "slope", "level": "mean p / rate"}  # fmt: skip


def command(
    cut_off: Annotated[
        str | None, typer.Option("--cut-off", help="Learn from what was known by then, 2026-03-31.", show_default="now")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote/--no-promote", help="Let a better model serve at once.")] = True,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn at random.")] = 0,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Train on settled leads, judge on later ones, and promote the model where it deserves it.

    The candidate is judged beside the rules alone, the base rate and the champion; the command says why it was promoted
    or why not. When nothing predicts it says so, and the rules go on serving.
    """
    from rich.console import Console

    from models.mlflow_registry import MlflowRegistry
    from training.retrain import retrained

    house = open_house(home, company)
    moment = now()
    learned_until = moment
    if cut_off is not None:
        learned_until = moment_of(cut_off, option="--cut-off", zone=house.company.zone, not_after=moment)
    console = Console()
    with bar_over("Reading leads, twice", 2 * house.store.lead_count(), console) as passed:
        done = retrained(
            store=house.store,
            company=house.company,
            home=house.settings.home,
            registry=MlflowRegistry(house.settings),
            cut_off=learned_until,
            trained_at=moment,
            promote=promote,
            seed=seed,
            progress=over_both_passes(passed),
        )
    console.print(f"Model [bold]{done.version}[/]: {done.data.leads:,} settled leads, {done.data.sales:,} sales.")
    for note in done.split.notes:
        console.print(f"  [yellow]{note}[/]")
    console.print(_table(done.evaluation))
    for reason in done.decision.reasons:
        console.print(f"  {reason}", markup=False)
    console.print(_verdict(done))
    console.print(f"  The card: {done.folder / 'card.md'}", markup=False)


def _verdict(done: Trained) -> str:
    if not done.promoted:
        return "[bold]Not promoted.[/]"
    if done.decision.finds_something:
        return "[bold green]Promoted: it serves now.[/]"
    return "[bold]The rules serve, at the rates that were seen.[/]"


def _table(evaluation: Evaluation) -> Table:
    """Return the measures as rows and the contenders as columns, so that it fits a narrow window."""
    from rich import box
    from rich.table import Table

    overall = evaluation.overall
    contenders = list(overall.measures or {})
    title = f"{overall.leads:,} later leads, {overall.sales:,} sales; 95 % intervals"
    table = Table("", *contenders, title=title, box=box.SIMPLE_HEAD)
    if overall.measures is None:
        table.add_row("not enough data")
        return table
    for key, name in SHOWN.items():
        table.add_row(name, *(_cell(overall.measures[contender][key]) for contender in contenders))
    return table


def _cell(measured: Measured) -> str:
    if measured.value != measured.value:
        return "[dim]-[/]"
    return f"{measured.value:.3f} [dim]{measured.low:.3f}-{measured.high:.3f}[/]"
