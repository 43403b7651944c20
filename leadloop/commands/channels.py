"""leadloop channels: what each channel brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._rates import between, percent, untold
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from monitoring.channel_quality import ChannelLine
    from monitoring.intervals import Rate

NAME = "channels"
ONCE = "Of one person's requests, by phone or e-mail, the first alone counts; what a later one sold counts with it."
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
    from monitoring.channel_quality import channel_lines
    from monitoring.lead_book import counted

    if by not in ("channel", "campaign"):
        raise typer.BadParameter("--by takes channel or campaign.")
    house = open_house(home, company)
    moment = now()
    requests = counted(house.lead_book().summaries(moment), house.company)
    level: Literal["channel", "campaign"] = "channel" if by == "channel" else "campaign"
    spend = house.store.spend(known_by=moment)
    lines = channel_lines(requests, spend, {}, company=house.company, moment=moment, level=level)
    console, name_of = Console(), house.name_of()
    console.print(_table(lines, by, name_of))
    if house.company.count_a_person_once:
        console.print(ONCE)
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
        table.add_row(escape(name), f"{line.leads:,}", *rates, _cost(line))
    return table


def _cost(line: ChannelLine) -> str:
    if line.cost is None:
        return "-"
    per_sale = line.cost_per_sale.value if line.cost_per_sale else None
    return f"{line.cost:,.0f}" + ("" if per_sale is None else f"\n[dim]{per_sale:,.0f}[/]")


def _cell(rate: Rate) -> str:
    return untold(rate) or f"{percent(rate.count / rate.of)}\n[dim]{between(rate)}\n{rate.count:,}\nof {rate.of:,}[/]"


def _words(rate: Rate) -> str:
    if rate.value is None or not rate.is_enough:
        return f"not enough data ({rate.count} of {rate.of})"
    low, high = rate.interval
    return f"{percent(rate.value)} ({percent(low)}-{percent(high)}; {rate.count:,} of {rate.of:,})"
