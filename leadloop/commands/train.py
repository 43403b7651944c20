"""leadloop train: from settled leads to a champion."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house

if TYPE_CHECKING:
    from rich.table import Table

    from models.ranking_metrics import Measured
    from training.evaluation import Evaluation

NAME = "train"
SHOWN = {"auc": "AUC", "log_loss": "log-loss", "ece": "ECE", "lift_10": "lift 10 %", "sales_in_first_30": "sales in first 30 %",
         "slope": "slope", "level": "mean p / rate"}  # fmt: skip


def command(
    cut_off: Annotated[
        str | None, typer.Option("--cut-off", help="Learn from what was known by then, 2026-03-31. [default: now]")
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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from models.mlflow_registry import MlflowRegistry
    from training.retrain import retrained

    house = open_house(home, company)
    moment = now()
    console = Console()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("Reading leads, twice", total=2 * house.store.lead_count())
        passed = [0, 0]

        def progress(count: int) -> None:
            passed[0] = passed[0] + passed[1] if count < passed[1] else passed[0]
            passed[1] = count
            bar.update(task, completed=sum(passed))

        done = retrained(
            store=house.store,
            company=house.company,
            home=house.settings.home,
            registry=MlflowRegistry(house.settings),
            cut_off=datetime.fromisoformat(cut_off).replace(tzinfo=house.company.zone) if cut_off else moment,
            trained_at=moment,
            promote=promote,
            seed=seed,
            progress=progress,
        )
    console.print(f"Model [bold]{done.version}[/]: {done.data.leads:,} settled leads, {done.data.sales:,} sales.")
    for note in done.split.notes:
        console.print(f"  [yellow]{note}[/]")
    console.print(_table(done.evaluation))
    for reason in done.decision.reasons:
        console.print(f"  {reason}")
    console.print("[bold green]Promoted: it serves now.[/]" if done.promoted else "[bold]Not promoted.[/]")
    console.print(f"  The card: {done.folder / 'card.md'}")


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
