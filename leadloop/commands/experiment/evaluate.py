"""leadloop experiment evaluate: what a test of the budget showed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._budget import channel_weeks
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from rich.console import Console

    from monitoring.budget.experiment_result import Result
    from monitoring.budget.sign_flips import Effect

NAME = "evaluate"
VERDICTS = {
    "unknown_channel": "It is not judged: no lead and no cost of any week counts in: {channels}. Was a channel renamed in "
    "company.yaml (channels.rules)? Under the name of the test its weeks are found again.",
    "not_over": "The test is not over; whoever judges before its last week is fooled by chance.",
    "not_spent": "The money did not follow the draw: over all pairs no more was spent in the weeks that were to get more.",
    "works": "More money sold more, beyond what the draw explains.",
    "not_shown": "No effect was shown: what was seen, the draw alone may have made.",
    "harms": "More money went with fewer sales, beyond what the draw explains; look what else it changed.",
}


def command(
    name: Annotated[str, typer.Argument(help="The test's name.")],
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Judge a test by its own draw, from the facts as they came: what more money sold, with an interval.

    All pairs count as they were drawn. Open leads count by their chance; judge again when they are settled.
    """
    from rich.console import Console

    from monitoring.budget.experiment_result import result_of
    from monitoring.budget.experiment_shelf import ExperimentShelf

    house, console, moment = open_house(home, company), Console(), now()
    experiment = ExperimentShelf(house.settings.home).experiment(name)
    result = result_of(experiment, channel_weeks(house, moment), company=house.company, moment=moment)
    _say(result, console, house.company.currency)


def _say(result: Result, console: Console, currency: str) -> None:
    from rich.markup import escape

    if result.pairs:
        table = figures_table("channel", figures=("more, from", "cost", "sold", "less, from", "cost", "sold"))
        for one in result.pairs:
            more, less = one.more, one.less
            table.add_row(
                escape(one.pair.channel), str(one.pair.more), f"{more.cost:,.0f}", f"{more.sold:.1f}", str(one.pair.less),
                f"{less.cost:,.0f}", f"{less.sold:.1f}",
            )  # fmt: skip
        console.print(table)
    over, last = f"{len(result.pairs)} of {len(result.experiment.pairs)}", result.experiment.ends
    console.print(f"{over} pairs of weeks are over (the last ends {last}).", highlight=False)
    if result.not_followed and not result.unknown:
        console.print(
            f"In {result.not_followed} of them the money did not follow the draw; they count as they were drawn."
        )
    if result.open:
        console.print(f"{result.open:,} of the leads are open and count by their chance.", highlight=False)
    money = result.more_money
    if money:
        if result.effect:
            console.print(f"{money:,.10g} {currency} more: {_effect(result.effect, money)}", highlight=False)
        for channel, effect in result.by_channel.items():
            console.print(f"  {channel}: {_effect(effect, money)}", markup=False, highlight=False)
    console.print(VERDICTS[result.verdict].format(channels=", ".join(result.unknown)), markup=False, highlight=False)


def _effect(effect: Effect, more: float) -> str:
    low, high = (_end(one, more) for one in (effect.low, effect.high))
    return f"{effect.value * more:+.2f} sales ({low} to {high}), p = {effect.p_value:.3f}, {counted(effect.pairs, 'pair')}."


def _end(value: float, more: float) -> str:
    return "any" if math.isinf(value) else f"{value * more:+.2f}"
