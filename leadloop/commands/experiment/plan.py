"""leadloop experiment plan: draw an honest test of the budget."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._budget import channel_weeks
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import day_of
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from rich.table import Table

    from monitoring.budget.experiment import Experiment
    from monitoring.budget.weekly_figures import ChannelWeeks

NAME = "plan"
LENGTHS = (12, 16, 24, 36)
MOST_ELASTICITY = 5


def command(
    name: Annotated[
        str | None, typer.Argument(help="The test's name, of a-z, 0-9 and -; without it only shown.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="A channel to vary; may be given again.")
    ] = None,
    change: Annotated[
        float, typer.Option(help="By which share money is raised and lowered: 0.5; 1: switched off.")
    ] = 0.5,
    weeks: Annotated[int, typer.Option(help="How many weeks the test takes, an even number.")] = 16,
    begins: Annotated[str | None, typer.Option(help="Its first Monday.", show_default="the next one")] = None,
    elasticity: Annotated[
        float | None,
        typer.Option(
            help="The effect to find: 1, more money sells as the average does.", show_default="as estimated, or 0.5"
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The seed of the draw.", show_default="from the day")] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Draw which weeks get more money and which less, say what that can show, and keep it under NAME.

    Over each two weeks a channel costs what it always does. The power is how often the test finds an effect of that elasticity.
    """
    from rich.console import Console

    from monitoring.budget.elasticity import elasticities
    from monitoring.budget.experiment import HALF_ELASTICITY, drawn
    from monitoring.budget.experiment_shelf import ExperimentShelf

    house, console, moment = open_house(home, company), Console(), now()
    if weeks % 2 or weeks < 2:
        raise typer.BadParameter("--weeks takes an even number: weeks go in pairs.")
    today = moment.astimezone(house.company.zone).date()
    next_monday = today + timedelta(days=7 - today.weekday())
    monday = day_of(begins, option="--begins") if begins else next_monday
    if monday < today:
        raise typer.BadParameter(
            f"--begins lies in the past ({monday}): money is moved from {next_monday} on at the earliest."
        )
    if elasticity is not None and not 0 < elasticity <= MOST_ELASTICITY:
        raise typer.BadParameter(
            f"--elasticity takes a number above 0, up to {MOST_ELASTICITY}: 1, more money sells as the average does."
        )
    every = channel_weeks(house, moment)
    known = {one.channel: one for one in every}
    unknown = [one for one in channel or [] if one not in known]
    if unknown or not channel:
        raise typer.BadParameter(f"--channel takes one of: {', '.join(sorted(known)) or 'none has any leads yet'}.")
    chosen = [known[one] for one in dict.fromkeys(channel)]
    told = [one for one in (elasticities(every).get(c.channel) for c in chosen) if one]
    effect = elasticity or max(round(sum(one.value for one in told) / len(told), 2), 0.1) if told else HALF_ELASTICITY
    effect = elasticity if elasticity is not None else effect
    plan = drawn(
        name or "not-kept", chosen, change=change, pairs=weeks // 2, begins=monday,
        seed=today.toordinal() if seed is None else seed, elasticity=effect, moment=moment,
    )  # fmt: skip
    shelf = ExperimentShelf(house.settings.home)
    shelf.require_free_weeks(plan)
    console.print(_calendar(plan))
    said = plan.expected
    smallest = "none" if said.smallest is None else f"{said.smallest:.2f}"
    usual = f"{said.sold_a_week:.1f} sales and {said.cost_a_week:,.0f} {house.company.currency} a week"
    console.print(f"Usually {usual}; weeks scatter {said.dispersion:.1f} times as much as counts.", highlight=False)
    console.print(
        f"Finds an elasticity of {said.elasticity:.2f} in {said.power:.0%} of cases; the smallest found in 80 %: {smallest}. "
        f"Seed {plan.seed}.",
        highlight=False,
    )
    console.print(_lengths(plan, chosen))
    if name:
        path = shelf.keep(plan)
        console.print(f"Kept: {path}. After {plan.ends}: leadloop experiment evaluate {name}", markup=False)
    else:
        console.print("Not kept: give it a name to keep it.")


def _calendar(plan: Experiment) -> Table:
    from rich.markup import escape

    table = figures_table("week from", figures=tuple(escape(one) for one in plan.channels))
    for monday in plan.weeks:
        cells = (f"{'+' if plan.gets_more(one, monday) else '-'}{plan.change:.0%}" for one in plan.channels)
        table.add_row(str(monday), *cells)
    return table


def _lengths(plan: Experiment, chosen: list[ChannelWeeks]) -> Table:
    """Return what longer and shorter tests would show."""
    from features.errors import ExperimentRefused
    from monitoring.budget.experiment import expected_of

    table = figures_table("weeks", figures=tuple(f"±{share:.0%}" for share in (0.2, 0.5, 1.0)))
    for weeks in LENGTHS:
        cells = []
        for share in (0.2, 0.5, 1.0):
            try:
                said = expected_of(chosen, change=share, pairs=weeks // 2, elasticity=plan.expected.elasticity)
                cells.append(f"{said.power:.0%}")
            except ExperimentRefused:
                cells.append("-")
        table.add_row(str(weeks), *cells)
    table.title = "Power by length and change"
    return table
