"""leadloop models show: one model's card in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house, settings_of_house
from leadloop.commands._measures import measures_table
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.table import Table

    from features.settings import Settings
    from models.card import Card, GradeCounts, GradesSideBySide, Slice
    from monitoring.intervals import Rate
    from monitoring.manager_agreement import Agreement

NAME = "show"
SIDE_WORDS = {"same": "graded alike", "manager_higher": "manager higher", "model_higher": "model higher"}


def command(
    version: Annotated[
        str, typer.Argument(help="The version, or `champion`, `challenger`, `previous`.", show_default="what serves")
    ] = "champion",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show what a model learned from, how good it was on later leads, how its grades did beside the rules', and why it serves.

    Where managers gave leads a grade of their own, also how far theirs and the model's agree.

    The same as a page for everybody, in Russian and English: `/models/VERSION` of `leadloop serve`.
    """
    from rich.console import Console

    from leadloop.commands.models._versions import version_meant
    from models.artefact import CARD_FILE, load_artefact, model_folder
    from models.card import load_card
    from models.judgement import load_judgement
    from models.mlflow_registry import MlflowRegistry

    settings = settings_of_house(home)
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
        title = f"{counted(overall.leads, 'later lead')}, {counted(overall.sales, 'sale')}; 95 % intervals"
        console.print(measures_table(title, overall.measures))
    if card:
        console.print(_grades(card.grades))
    for told in _managers(settings, company, home, meant):
        console.print(told, highlight=False)
    for reason in card.reasons if card else ():
        console.print(f"  {reason}", markup=False)
    console.print(f"  The card: {folder / CARD_FILE}", markup=False)


def _facts(card: Card) -> Iterator[str]:
    learned, judged = card.learned, card.judged
    yield f"Trained on {in_utc(card.trained_at)} UTC."
    yield f"{learned.leads:,} settled leads that came {_span(learned)}, {learned.sales:,} of them bought."
    yield f"Judged on {judged.leads:,} later leads that came {_span(judged)}, {judged.sales:,} of them bought."
    yield from _window(card)
    if card.effective_leads is not None:
        size = f"{card.effective_leads:,.0f}"
        yield f"Weighed against whom managers chose to call, they tell as much as {size} leads of equal weight."
    for one in card.not_looked_at:
        yield f"Not looked at: {one.field} {one.value}, {one.leads:,} leads; none of them was worked."
    if card.has_tables:
        yield "Blended of " + ", ".join(f"{rung} {weight:.2f}" for rung, weight in card.weights.items()) + "."
    else:
        yield "The rules at the rates that were seen; no field said more on later leads."


def _window(card: Card) -> Iterator[str]:
    """Yield within how many days a purchase counts for the model; where that is not the company's own window, why."""
    yield f"It says who buys within {card.horizon_days} days." if card.horizon_days else "It says who buys in the end."
    if card.own_window:
        own = card.own_window
        yield (
            f"Too few leads had lived through the company's {own.days} days when it learned; from {own.teaches_from:%Y-%m-%d} on, "
            "at the latest, those can teach."
        )


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


def _managers(settings: Settings, company: Path | None, home: Path | None, version: str) -> Iterator[Table | str]:
    """Yield how the managers' own grades lie beside the model's, or why that cannot be said."""
    from models.score_log import ScoreLog
    from monitoring.lead_book import summaries_of
    from monitoring.manager_agreement import ServedGrades, agreement

    if not (company or settings.company_file).exists():
        yield "  The managers' own grades were not looked at: that takes the company's words (--company)."
        return
    house, moment = open_house(home, company), now()
    histories = house.store.histories(lead_ids=house.store.leads_graded_by_managers())
    graded = [one for one in summaries_of(histories, house.company, moment) if one.own_grade]
    served = ServedGrades(ScoreLog(house.engine)).of(graded)
    told = agreement(graded, served, company=house.company, moment=moment, version=version)
    if told.leads:
        yield _sides(told)
    yield f"  {_agreed(told)}"
    if told.not_served:
        yield f"  {told.not_served:,} more were graded by a manager, and not by this model before him."
    if told.after_the_end:
        yield f"  {told.after_the_end:,} more were graded when the outcome was known already: they do not count."


def _sides(told: Agreement) -> Table:
    table = figures_table("managers' own grades", figures=("leads", "bought, of settled"))
    table.title = "Beside what this model had shown before"
    for side, one in told.sides.items():
        table.add_row(SIDE_WORDS[side], f"{one.leads:,}", _bought(one.bought))
    for (own, model), one in told.pairs.items():
        words = f"manager {own}, model {model}".replace("_", "-")
        table.add_row(words, f"{one.leads:,}", _bought(one.bought))
    return table


def _agreed(told: Agreement) -> str:
    from monitoring.manager_agreement import FEWEST_PAIRS

    if not told.graded:
        return "Managers have given no grade of their own yet."
    if not told.is_enough:
        needed = f"not enough data, it takes {FEWEST_PAIRS} leads that both have graded and there are {told.leads}"
        return f"How often managers and model agree: {needed}."
    low, high = told.agreed.interval
    share = f"{told.agreed.value or 0:.0%} ({low:.0%} to {high:.0%})"
    return f"Managers and model agree on {told.agreed.count:,} of {told.leads:,} leads: {share}."


def _cells(counts: GradeCounts, grade: str) -> tuple[str, str]:
    from monitoring.intervals import Rate

    leads, sales = next((of for name, of in counts.items() if name == grade), (0, 0))
    rate = Rate(sales, leads)
    return ("—", "—") if rate.value is None else (f"{leads:,}", _share(rate))


def _bought(rate: Rate) -> str:
    return "—" if rate.value is None else f"{rate.count:,} of {rate.of:,}, {_share(rate)}"


def _share(rate: Rate) -> str:
    if rate.value is None or not rate.is_enough:
        return "not enough data"
    return f"{rate.value:.1%} {rate.interval[0]:.1%}-{rate.interval[1]:.1%}"
