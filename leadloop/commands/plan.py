"""leadloop plan: what was to be reached in a month and what was, in the terminal."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._rates import between, percent, untold
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from monitoring.leads_needed import Needed
    from monitoring.plan_fact import DayLine, Figure, PlanFact, PlanLine, Unread
    from monitoring.plan_measures import Measure

NAME = "plan"
TITLES: dict[Measure, str] = {
    "sales": "sales", "sales_sum": "sum", "average_check": "average\ncheck", "processed": "called",
    "conversion": "of called",
}  # fmt: skip
RULE = (
    "A sale stands on the day on which it was won, whenever its lead came, and belongs to whoever is named with it, else to who "
    "called last before it, else to whom the lead was given; a called lead stands on the day of its first call."
)
WHY_NOT = {
    "no_plan": "The department has no plan of the sum or the number of sales: leads needed cannot be reckoned.",
    "over": "The month is over; the plan was not reached.",
    "reached": "The plan is reached.",
    "too_few": "Leads needed: not enough data. This month and the two before it need 5 sales at least, and no more than leads "
    "called.",
}
UNREAD = {
    "measure": "there is no such measure; there is: {known}",
    "manager": "no such manager stands in company.yaml, in a call or in a sale",
    "twice": "it was told later under another name with another value, which counts",
}


def command(
    month: Annotated[str, typer.Option(help="The month, such as 2026-03; without it this month.")] = "",
    manager: Annotated[str, typer.Option(help="Whose days are shown; without it the whole department's.")] = "",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show plan and fact of a month: sales, sum, average check, called leads, conversion, by manager and by day.

    The same figures as the page /plan.
    """
    from rich.console import Console
    from rich.markup import escape

    from monitoring.plan_book import PlanBook
    from serving.plan.view import plan_view

    house = open_house(home, company)
    view = plan_view(house.lead_book(), PlanBook(house.store), month, now())
    told = view.told
    if told is None:
        known = ", ".join(f"{one:%Y-%m}" for one in view.months)
        raise typer.BadParameter(f"--month: there is no {month!r} here; there is: {known}.")
    if manager and manager not in view.managers:
        known = ", ".join(view.managers) or "nobody yet"
        raise typer.BadParameter(f"--manager: there is no {manager!r} here; there is: {known}.")
    console = Console()
    console.print(f"{told.month:%Y-%m}, up to {told.today}, that day included")
    if told.is_empty:
        console.print("There are no calls, no sales and no plan of this month.")
        return
    console.print(_lines(told))
    console.print(_days(told.days(manager or None)))
    if not told.has_plan:
        console.print("There is no plan of this month: the fact stands alone. `leadloop import plan.csv` reads one.")
    for words in _notes(told.department):
        console.print(words)
    console.print(
        WHY_NOT[told.needed] if isinstance(told.needed, str) else _needed(told.needed, house.company.currency)
    )
    for one in told.unread:
        console.print(escape(_unread(one)))
    console.print(RULE)


def _lines(told: PlanFact) -> Table:
    from rich.markup import escape

    table = figures_table("", figures=tuple(TITLES.values()))
    lines = [*told.managers, *([told.nobodys] if told.nobodys else [])]
    for line in lines:
        table.add_row(escape(line.whose) if line.whose else "no manager", *_cells(line))
    table.add_row("[bold]all[/]", *_cells(told.department))
    return table


def _cells(line: PlanLine) -> list[str]:
    return [_cell(line, one) for one in line.figures]


def _cell(line: PlanLine, one: Figure) -> str:
    rate = line.conversion
    if one.measure == "conversion" and rate is not None:
        fact = untold(rate) or f"{percent(rate.count / rate.of)}\n[dim]{between(rate)}[/]"
    elif one.fact is None:
        fact = "-"
    else:
        fact = f"{one.fact:,.0f}"
    if one.plan is None:
        return fact
    plan = percent(one.plan) if one.measure == "conversion" else f"{one.plan:,.0f}"
    reached = "" if one.reached is None else f"{one.reached:.0%} "
    due = "" if one.due is None or one.due == one.plan else f"\n[dim]due {one.due:,.0f}[/]"
    return f"{fact}\n[dim]{reached}of {plan}[/]{due}"


def _days(days: Sequence[DayLine]) -> Table:
    table = figures_table("day", figures=("sales", "to date", "sum", "to date", "called", "to date"))
    for one in days:
        pairs = [
            (one.sums.sales, one.to_date.sales),
            (one.sums.known_amount, one.to_date.known_amount),
            (one.sums.processed, one.to_date.processed),
        ]
        table.add_row(str(one.day), *("-" if one is None else f"{one:,.0f}" for pair in pairs for one in pair))
    return table


def _notes(line: PlanLine) -> list[str]:
    from features.counted_words import counted

    sums, said = line.sums, list[str]()
    if sums.sales > sums.with_amount:
        said.append(f"Of {counted(sums.sales - sums.with_amount, 'sale')} the amount is not known.")
    if sums.without_date:
        said.append(f"{counted(sums.without_date, 'sale')} without a date of its own: counted on the day of the file.")
    if line.conversion is None and sums.processed:
        said.append("More was sold than called: the buyers were leads of earlier months, so there is no conversion.")
    return said


def _needed(one: Needed, currency: str) -> str:
    low, high = one.interval
    left = f"{one.left:,.0f} {currency}" if one.average_check is not None else f"{ceil(one.left):,} sales"
    check = "" if one.average_check is None else f" and an average check of {one.average_check:,.0f}"
    return (
        f"{left} of the plan is left. That asks for calling about {ceil(one.leads):,} more leads ({ceil(low):,} to "
        f"{ceil(high):,}), with a conversion of {percent(one.conversion.count / one.conversion.of)} ({one.conversion.count:,} of "
        f"{one.conversion.of:,} since {one.since}){check}."
    )


def _unread(one: Unread) -> str:
    from monitoring.plan_measures import NAMES

    whose = one.plan.manager or "the whole department"
    why = UNREAD[one.why].format(known=", ".join(names[0] for names in NAMES.values()))
    return f"Not counted: {one.plan.measure} = {one.plan.value:,g}, {whose}: {why}."
