"""leadloop channels: what each channel brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted as count_of
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._money import late_words, other_money
from leadloop.commands._rates import between, percent, untold
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from monitoring.channel_quality import ChannelLine
    from monitoring.intervals import Rate

NAME = "channels"
ONCE = (
    "Of one person's requests, by phone or e-mail, the first alone counts; what a later one sold counts with it: who bought twice "
    "is one sale, with the money of both."
)
WHAT = {
    "non_target": "non-target",
    "named": "named non-target without a talk",
    "not_reached": "not reached by the first call",
    "unqualified": "graded neither A nor B by the first talk",
    "chance": "scored below the company's median when they came",
    "bought": "bought, of leads whose window is over,",
}
NO_ALARM = {
    "watched": "No channel became noticeably worse: not by its non-target leads, and not by what else is told of them.",
    "too_little": "Not enough data in the last 120 days: in no channel would a rise of non-target leads have been noticed.",
    "nothing_says_so": "Non-target leads were not looked at: company.yaml has neither ABC rules nor a non_target stage.",
}


def command(
    by: Annotated[str, typer.Option(help="channel or campaign.")] = "channel",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show per channel: leads, called, qualified, non-target, bought, cost; and which became worse, since when.

    A sale belongs to the period in which its lead was created; rates carry their counts and 95 % intervals.
    """
    from rich.console import Console
    from rich.markup import escape

    from models.score_log import ScoreLog
    from monitoring.alarms.watcher import Watcher, of_whole_channels
    from monitoring.channel_quality import kept_lines
    from monitoring.cost_matching import lead_names
    from monitoring.counted_cells import Cut
    from monitoring.lead_book import counted
    from monitoring.spend_book import SpendBook
    from monitoring.tally import summed

    if by not in ("channel", "campaign"):
        raise typer.BadParameter("--by takes channel or campaign.")
    house = open_house(home, company)
    moment = now()
    book, costs = house.lead_book(), SpendBook(house.store, house.company)
    names = lead_names(book, costs, moment)
    cut = Cut(("channel",) if by == "channel" else ("channel", "campaign"))
    lines = kept_lines(book, costs, cut, moment=moment, leads=names)
    console, name_of = Console(), house.name_of()
    console.print(_table(lines, by, name_of))
    late = late_words(summed(list(book.tallies(moment, cut).values())).late, house.company)
    if late:
        console.print(late, highlight=False)
    if house.company.count_a_person_once:
        console.print(ONCE)
    requests, spend = counted(book.summaries(moment), house.company), costs.rows(moment, names)
    told = Watcher(house.company, ScoreLog(house.store.engine)).watch(requests, moment, spend, only=of_whole_channels)
    for alarm in told.alarms:
        channel = escape(name_of("channel", alarm.watched.channel))
        console.print(
            f"[bold red]{channel}[/]: {WHAT[alarm.watched.measure]} {_words(alarm.before)} before, "
            f"{_words(alarm.after)} since about {alarm.since} ({alarm.earliest} to {alarm.latest})"
        )
    if not told.alarms:
        console.print(NO_ALARM[told.state])


def _table(lines: list[ChannelLine], by: str, name_of: Callable[[str, str], str]) -> Table:
    from rich.markup import escape

    table = figures_table(by, figures=("leads", "called", "A or B", "non-target", "bought", "cost,\na sale"))
    for line in lines:
        parts = zip(("channel", "campaign"), line.key, strict=False)
        name = " / ".join(name_of(dimension, part) if part else "-" for dimension, part in parts if part is not None)
        rates = [_cell(rate) for rate in (line.processed, line.qualified, line.non_target, line.bought)]
        if line.sold_untold:
            rates[-1] += f"\n[dim]{count_of(line.sold_untold, 'sale')} without a call[/]"
        table.add_row(escape(name), f"{line.leads:,}", *rates, _cost(line))
    return table


def _cost(line: ChannelLine) -> str:
    if line.cost is None:
        return "-" + other_money(line.other_costs)
    per_sale = line.cost_per_sale.value if line.cost_per_sale else None
    own = f"{line.cost:,.0f}" + ("" if per_sale is None else f"\n[dim]{per_sale:,.0f}[/]")
    return own + other_money(line.other_costs)


def _cell(rate: Rate) -> str:
    return untold(rate) or f"{percent(rate.count / rate.of)}\n[dim]{between(rate)}\n{rate.count:,}\nof {rate.of:,}[/]"


def _words(rate: Rate) -> str:
    if rate.value is None or not rate.is_enough:
        return f"not enough data ({rate.count} of {rate.of})"
    low, high = rate.interval
    return f"{percent(rate.value)} ({percent(low)}-{percent(high)}; {rate.count:,} of {rate.of:,})"
