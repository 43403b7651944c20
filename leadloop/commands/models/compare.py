"""leadloop models compare: two models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._measures import measures_table
from leadloop.commands._moments import in_utc
from leadloop.commands._progress import bar_over, over_both_passes
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from models.artefact import Artefact
    from models.card import Card
    from training.comparison import Comparison

NAME = "compare"


def command(
    first: Annotated[str, typer.Argument(metavar="A", help="A version, or `challenger`, `previous`, `champion`.")],
    second: Annotated[
        str, typer.Argument(metavar="B", help="The version to set beside it.", show_default="what serves")
    ] = "champion",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Set two models side by side: what each learned from, what it is blended of, and the same measures on the same leads.

    Both are judged anew on the leads that came and were settled only after both had learned, each scored at the same moments
    with what was known then. Where too few sales were settled since, it says so: the figures of two trainings are of different
    leads and do not compare. Where one of them scored in the shadow of the other (`leadloop models shadow`) it also says how far
    they part.
    """
    from rich.console import Console

    from leadloop.commands.models._parting import parting_words
    from leadloop.commands.models._versions import version_meant
    from models.artefact import load_artefact, model_folder
    from models.card import load_card
    from models.mlflow_registry import MlflowRegistry
    from models.shadow_log import ShadowLog
    from training.comparison import compared

    house = open_house(home, company)
    registry = MlflowRegistry(house.settings)
    versions = [version_meant(one, house.settings.home, registry) for one in (first, second)]
    if versions[0] == versions[1]:
        raise typer.BadParameter(f"A and B are both model {versions[0]}; `leadloop models list` shows the others.")
    folders = [model_folder(house.settings.home, version) for version in versions]
    one, other = (load_artefact(folder) for folder in folders)
    console = Console()
    console.print(_side_by_side((one, other), [load_card(folder) for folder in folders]))
    with bar_over("Reading leads, twice", 2 * house.store.lead_count(), console) as passed:
        moment = now()
        done = compared(
            one, other, store=house.store, company=house.company, at=moment, progress=over_both_passes(passed)
        )
    for line in _judged(done, (one.horizon_days, other.horizon_days)):
        console.print(line, highlight=False)
    console.print(f"  {_verdict(done, *versions)}", highlight=False)
    for champion, challenger in (versions, versions[::-1]):
        told = ShadowLog(house.engine).parting(champion, challenger)
        for line in parting_words(told, champion, challenger) if told.leads else ():
            console.print(line, markup=False, highlight=False)


def _judged(done: Comparison, meant: Sequence[int | None]) -> Iterator[Table | str]:
    """Yield on which leads both were judged, and how they did where there are enough."""
    settled = (
        f"{done.leads:,} leads that came and were settled since {in_utc(done.since)} UTC, {counted(done.sales, 'sale')}"
    )
    yield measures_table(f"{settled}; 95 % intervals", done.measures) if done.measures else f"  {settled}."
    if done.came:
        yield f"  Their requests came from {done.came[0]:%Y-%m-%d} to {done.came[1]:%Y-%m-%d}."
    promised = " or ".join(dict.fromkeys(_within(days) for days in meant if days != done.window))
    if promised:
        held_to = _within(done.window)
        yield f"  [yellow]Both are held to who bought {held_to}: what says who buys {promised} promised something else.[/]"
    if done.seen_young:
        yield f"  Left out: {done.seen_young:,} settled since that had come before, which may have been learned from while young."


def _within(days: int | None) -> str:
    return f"within {days} days" if days else "in the end"


def _side_by_side(two: tuple[Artefact, Artefact], cards: list[Card | None]) -> Table:
    """Return what each learned from, was judged on and is blended of."""
    table = figures_table("", figures=(two[0].version, two[1].version, "change"))
    table.add_row("learned up to, UTC", *(in_utc(one.data_cut_off) for one in two), "")
    table.add_row("says who buys", *(_within(one.horizon_days) for one in two), "")
    table.add_row("from settled leads", *(_number(one.about.get("leads")) for one in two), "")
    table.add_row("sales among them", *(_number(one.about.get("sales")) for one in two), "")
    judged = [card.judged if card else None for card in cards]
    table.add_row("judged then on leads", *(f"{one.leads:,}" if one else "—" for one in judged), "")
    table.add_row("sales among them", *(f"{one.sales:,}" if one else "—" for one in judged), "")
    table.add_row("that came from", *(f"{one.first:%Y-%m-%d}" if one else "—" for one in judged), "")
    table.add_row("to", *(f"{one.last:%Y-%m-%d}" if one else "—" for one in judged), "")
    blends = [_blend(one) for one in two]
    for rung in dict.fromkeys([*blends[0], *blends[1]]):
        weights = [blend.get(rung, 0.0) for blend in blends]
        table.add_row(f"weight of {rung}", *(f"{one:.2f}" for one in weights), f"{weights[1] - weights[0]:+.2f}")
    return table


def _blend(artefact: Artefact) -> dict[str, float]:
    from training.choices import RUNGS

    return dict(zip(RUNGS, artefact.about.get("choices", {}).get("weights", ()), strict=False))


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "—"


def _verdict(done: Comparison, first: str, second: str) -> str:
    from training.evaluation import FEWEST_LEADS, FEWEST_SALES

    if done.difference is None:
        return (
            "Not enough data to compare them: it takes "
            f"{FEWEST_LEADS} leads and {FEWEST_SALES} sales that came and were settled since both had learned."
        )
    figures = (
        f"log-loss {done.difference.value:+.4f}, 95 % from {done.difference.low:+.4f} to {done.difference.high:+.4f}"
    )
    if done.difference.high < 0:
        return f"{first} is better than {second}: {figures}, however often one looks."
    if done.difference.low > 0:
        return f"{first} is worse than {second}: {figures}, however often one looks."
    return f"Neither is surely better ({first} minus {second}: {figures}, however often one looks)."
