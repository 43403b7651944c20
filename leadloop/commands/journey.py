"""leadloop journey: one funnel for both departments, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, open_house
from leadloop.commands._money import late_words, other_money
from leadloop.commands._rates import between, percent, untold
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from monitoring.intervals import Rate, UnitCost
    from monitoring.journey import Journey, JourneyLine
    from serving.journey.filters import Wrong

NAME = "journey"
STEPS = {"reached": "reached", "qualified": "A or B", "meeting": "met", "invoice": "invoice", "contract": "contract",
         "won": "won"}  # fmt: skip
RULE = (
    "A lead counts at a step when it reached it or a later one. A sale belongs to the period in which its lead was created; "
    "leads that wait are expected sales, never lost: worked ones by their chance, and of those that nobody worked only as many as "
    "such leads still are."
)


def command(
    by: Annotated[str, typer.Option(help="channel, campaign, ad, offer, landing_page or whole.")] = "channel",
    period: Annotated[str, typer.Option(help="Split by time: all, month, week or day.")] = "all",
    channel: Annotated[str, typer.Option(help="Only this channel; (none): leads without.")] = "",
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    ad: Annotated[str, typer.Option(help="Only this ad.")] = "",
    offer: Annotated[str, typer.Option(help="Only this offer.")] = "",
    landing_page: Annotated[str, typer.Option("--landing-page", help="Only this landing page.")] = "",
    first: Annotated[str, typer.Option("--from", help="Leads created from this day on, such as 2026-03-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="Leads created up to this day, it included.")] = "",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show the journey from impression to contract: counts, rates with 95 % intervals, costs, what is still expected.

    The same figures and filters as the page /journey.
    """
    from rich.console import Console
    from rich.markup import escape

    from serving.journey.view import view_of
    from serving.wiring import service_of

    house = open_house(home, company)
    said = {"by": by, "period": period, "channel": channel, "campaign": campaign, "ad": ad, "offer": offer,
            "landing_page": landing_page, "from": first, "to": last}  # fmt: skip
    service = service_of(house.settings, house.engine)
    view = view_of(service.figures, said, service.desk.now())
    service.writer.close()
    if view.told is None:
        raise typer.BadParameter(" ".join(_wrong(one) for one in view.asked.wrong))
    console = Console()
    for table in _tables(view.told, by, house.name_of(), split=period != "all"):
        console.print(table)
    total = view.told.total
    shown, clicks = (total.step("impressions"), total.step("clicks"))
    told = [(name, one.count) for name, one in (("impressions", shown), ("clicks", clicks)) if one]
    console.print(", ".join(f"{name}: {'not told' if count is None else f'{count:,}'}" for name, count in told))
    if not view.told.costs_are_known:
        console.print(escape("Costs are not known by this: ad systems do not tell them by offer or landing page."))
    leads = total.tally["leads"]
    if total.cost is not None and total.paid_leads is not None and total.paid_leads < leads:
        console.print(
            f"Costs are known of channels that brought {total.paid_leads:,} of the {leads:,} leads; cost per lead, cost per "
            "sale and return are over all of them."
        )
    if total.tally["unworked"]:
        console.print(
            f"Nobody has worked {total.tally['unworked']:,} of those that wait: they bring {total.tally.expected_of_unworked:,.1f} "
            f"of the sales still expected (were all of them worked, about {total.tally.unworked_if_worked:,.1f} would buy)."
        )
    late = late_words(total.tally.late, house.company)
    if late:
        console.print(late)
    if total.romi is not None:
        interval = total.romi_interval
        console.print(
            f"Return so far {total.romi:+.0%}" + (f" ({interval[0]:+.0%} to {interval[1]:+.0%})" if interval else "")
        )
    console.print(RULE)


def _wrong(one: Wrong) -> str:
    known = ", ".join(list(one.known)[:20])
    why = {
        "unknown": f"there is no {one.said!r} in the data; there is: {known}.",
        "no_such": f"there is no {one.said!r}; it takes one of {known}.",
        "no_day": f"{one.said!r} is no day; write it as 2026-03-31.",
        "before_from": f"{one.said} lies before --from.",
    }
    return f"--{one.name.replace('_', '-')}: {why.get(one.why, one.why)}"


def _tables(told: Journey, by: str, name_of: Callable[[str, str], str], *, split: bool) -> tuple[Table, Table]:
    """Return how far the leads of each name came, and what is expected of them and was spent: in one table names found no room."""
    from rich.markup import escape

    from serving.journey.filters import BY

    steps = [str(name) for name in told.steps if name in STEPS]
    funnel = figures_table(by, figures=("leads", *(STEPS[name] for name in steps)))
    money = figures_table(by, figures=("more sales", "wait", "cost", "a lead", "a sale"))
    for line in told.lines if by != "whole" or split else ():
        named = zip(BY[by], line.names, strict=False)
        names = [name_of(dimension, str(name)) if name else "-" for dimension, name in named]
        title = escape("\n".join(word for word in (str(line.period or ""), *names) if word))
        funnel.add_row(title, *_reached(line, steps))
        money.add_row(title, *_money(line))
    funnel.add_row("[bold]all[/]", *_reached(told.total, steps))
    money.add_row("[bold]all[/]", *_money(told.total))
    return funnel, money


def _reached(line: JourneyLine, steps: list[str]) -> list[str]:
    rates: dict[str, Rate | None] = {one.name: one.of_leads for one in line.steps}
    return [f"{line.tally['leads']:,}", *(_rate(rates.get(name)) for name in steps)]


def _money(line: JourneyLine) -> list[str]:
    if line.cost is None:
        cost = ["-" if line.costs else "not known", "-", "-"]
    else:
        cost = [f"{line.cost:,.0f}", _unit(line.cost_per_lead), _unit(line.cost_per_sale)]
    cost[0] += other_money(line.costs.other_costs if line.costs else {})
    return [f"{line.tally.expected_sales:,.1f}", f"{line.tally.waiting:,}", *cost]


def _unit(unit: UnitCost | None) -> str:
    return "-" if unit is None or unit.value is None else f"{unit.value:,.0f}"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    return untold(rate) or f"{rate.count:,}\n[dim]{percent(rate.count / rate.of)}\n{between(rate)}[/]"
