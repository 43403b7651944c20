"""leadloop channels: what each channel brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house

if TYPE_CHECKING:
    from monitoring.intervals import Rate

NAME = "channels"


def command(
    by: Annotated[str, typer.Option(help="channel or campaign.")] = "channel",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show per channel: leads, called, qualified, non-target, bought, cost; and which sends more non-target than before.

    A sale belongs to the period in which its lead was created; rates carry their counts and 95 % intervals.
    """
    from rich.console import Console
    from rich.table import Table

    from monitoring.channel_quality import channel_lines
    from monitoring.lead_book import LeadBook
    from monitoring.non_target_alarm import watched

    if by not in ("channel", "campaign"):
        raise typer.BadParameter("--by takes channel or campaign")
    house = open_house(home, company)
    moment = now()
    summaries = LeadBook(house.store, house.company).summaries(moment)
    level: Literal["channel", "campaign"] = "channel" if by == "channel" else "campaign"
    lines = channel_lines(summaries, house.store.spend(), {}, company=house.company, moment=moment, level=level)
    table = Table(by, "leads", "processed", "qualified", "non-target", "bought of settled", "cost", "per sale")
    for line in lines:
        name = " / ".join(part or "-" for part in line.key if part is not None)
        cost = "-" if line.cost is None else f"{line.cost:,.0f}"
        per_sale = line.cost_per_sale.value if line.cost_per_sale else None
        rates = [_words(rate) for rate in (line.processed, line.qualified, line.non_target, line.bought)]
        table.add_row(name, f"{line.leads:,}", *rates, cost, "-" if per_sale is None else f"{per_sale:,.0f}")
    console = Console()
    console.print(table)
    alarms, _ = watched(summaries, company=house.company, moment=moment)
    for alarm in alarms:
        console.print(
            f"[bold red]{alarm.channel}[/]: non-target {_words(alarm.before)} before, {_words(alarm.after)} since about "
            f"{alarm.since} ({alarm.earliest} to {alarm.latest})"
        )
    if not alarms:
        console.print("No channel sends noticeably more non-target leads than before.")


def _words(rate: Rate) -> str:
    if rate.value is None or not rate.is_enough:
        return f"not enough data ({rate.count} of {rate.of})"
    low, high = rate.interval
    return f"{rate.value:.0%} ({low:.0%}-{high:.0%}; {rate.count:,} of {rate.of:,})"
