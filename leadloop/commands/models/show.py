"""leadloop models show: one model's card in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import HomeOption
from leadloop.commands._measures import measures_table
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from models.card import Card, GradeCounts, GradesSideBySide, Slice

NAME = "show"


def command(
    version: Annotated[
        str, typer.Argument(help="The version, or `champion`, `challenger`, `previous`.", show_default="what serves")
    ] = "champion",
    home: HomeOption = None,
) -> None:
    """Show what a model learned from, how good it was on later leads, how its grades did beside the rules', and why it serves.

    The same as a page for everybody, in Russian and English: `/models/VERSION` of `leadloop serve`.
    """
    from rich.console import Console

    from features.settings import settings_from_environment
    from leadloop.commands.models._versions import version_meant
    from models.artefact import CARD_FILE, load_artefact, model_folder
    from models.card import load_card
    from models.judgement import load_judgement
    from models.mlflow_registry import MlflowRegistry

    settings = settings_from_environment(home)
    registry = MlflowRegistry(settings)
    meant = version_meant(version, settings.home, registry)
    folder = model_folder(settings.home, meant)
    artefact, card, judgement = load_artefact(folder), load_card(folder), load_judgement(folder)
    names = next(", ".join(one.aliases) for one in registry.models() if one.version == meant)
    console = Console()
    console.print(f"Model [bold]{meant}[/]" + (f" ({names})" if names else ""), highlight=False)
    console.print(f"  Learned from what was known by {in_utc(artefact.data_cut_off)} UTC.", highlight=False)
    for line in _facts(card) if card else ("Trained before cards were kept as figures; train anew to see them here.",):
        console.print(f"  {line}", markup=False, highlight=False)
    if judgement:
        overall = judgement.overall
        title = f"{overall.leads:,} later leads, {overall.sales:,} sales; 95 % intervals"
        console.print(measures_table(title, overall.measures))
    if card:
        console.print(_grades(card.grades))
    for reason in card.reasons if card else ():
        console.print(f"  {reason}", markup=False)
    console.print(f"  The card: {folder / CARD_FILE}", markup=False)


def _facts(card: Card) -> Iterator[str]:
    learned, judged = card.learned, card.judged
    yield f"Trained on {in_utc(card.trained_at)} UTC."
    yield f"{learned.leads:,} settled leads that came {_span(learned)}, {learned.sales:,} of them bought."
    yield f"Judged on {judged.leads:,} later leads that came {_span(judged)}, {judged.sales:,} of them bought."
    if card.has_tables:
        yield "Blended of " + ", ".join(f"{rung} {weight:.2f}" for rung, weight in card.weights.items()) + "."
    else:
        yield "The rules at the rates that were seen; no field said more on later leads."


def _span(of: Slice) -> str:
    return f"from {of.first:%Y-%m-%d} to {of.last:%Y-%m-%d}"


def _grades(grades: GradesSideBySide) -> Table:
    from models.abc_rules import GRADES

    when = (
        "when the rules first graded them" if grades.moment == "first_graded" else "on arrival; the rules graded none"
    )
    table = figures_table("grade", figures=("by the rules", "bought", "refined", "bought"))
    which = "Every second of the later leads" if grades.others_set_borders else "The later leads"
    table.title = f"{which} {when}" + ("; the others set the borders" if grades.others_set_borders else "")
    for grade in GRADES:
        if grade in grades.rules or grade in grades.refined:
            table.add_row(grade.replace("_", "-"), *_cells(grades.rules, grade), *_cells(grades.refined, grade))
    return table


def _cells(counts: GradeCounts, grade: str) -> tuple[str, str]:
    from monitoring.intervals import Rate

    leads, sales = next((of for name, of in counts.items() if name == grade), (0, 0))
    rate = Rate(sales, leads)
    if rate.value is None:
        return "—", "—"
    told = "not enough data"
    if rate.is_enough:
        told = f"{rate.value:.1%} {rate.interval[0]:.1%}-{rate.interval[1]:.1%}"
    return f"{leads:,}", told
