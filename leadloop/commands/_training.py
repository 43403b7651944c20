"""One training run as a command shows it: what was learned from, how it did, whether it serves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from features.counted_words import counted
from leadloop.commands._house import House
from leadloop.commands._measures import measures_table
from leadloop.commands._progress import bar_over, over_both_passes

if TYPE_CHECKING:
    from rich.console import Console

    from training.retrain import Trained


def train_once(
    house: House, console: Console, *, learned_until: datetime, moment: datetime, promote: bool = True, seed: int = 0
) -> None:
    """Train on what was known at ``learned_until``, and tell the analyst what came of it; what is amiss with stages first."""
    from features.facts.stages_told import STAGE_CHANGES, stages_amiss
    from models.mlflow_registry import MlflowRegistry
    from training.retrain import retrained

    told = house.store.stage_counts(known_by=learned_until)
    if any(
        house.company.kind_of_stage(name) == "won" for name in told
    ):  # else the training is refused, with what is stored
        for warning in stages_amiss(told, house.company, counted=STAGE_CHANGES):
            console.print(warning, style="yellow", markup=False)
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
    console.print(
        f"Model [bold]{done.version}[/]: {counted(done.data.leads, 'settled lead')}, {counted(done.data.sales, 'sale')}."
    )
    for note in done.notes:
        console.print(f"  [yellow]{note}[/]")
    overall = done.evaluation.overall
    title = f"{counted(overall.leads, 'later lead')}, {counted(overall.sales, 'sale')}; 95 % intervals"
    console.print(measures_table(title, overall.measures))
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
