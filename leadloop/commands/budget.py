"""leadloop budget: what the money for advertising brings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from leadloop.commands._budget import channel_weeks
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._money import late_words
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from monitoring.budget.channel_return import Interval

NAME = "budget"


def command(home: HomeOption = None, company: CompanyOption = None) -> None:
    """Show per channel: cost, sales made and expected, what a sale cost, and what one more would have.

    It looks at the last 13 weeks, or at the window where that is longer. What one more would have cost is an association:
    weeks with more money are compared with weeks with less, and other things may have differed too. Only a test tells for
    sure: `leadloop experiment plan`.
    """
    from rich.console import Console
    from rich.markup import escape

    from monitoring.budget.channel_return import channel_returns, recent_weeks
    from monitoring.tally import LateSales

    house, console, moment = open_house(home, company), Console(), now()
    recent = recent_weeks(house.company.horizon_days)
    found = channel_returns(channel_weeks(house, moment), recent=recent)
    if not found:
        console.print("There is no whole week of leads or costs yet.")
        return
    name_of = house.name_of()
    table = figures_table("channel", figures=("cost", "made +\nexpected", "a sale cost", "one more", "elasticity"))
    for one in found:
        told = one.elasticity
        elastic = "cannot\ntell" if told is None else f"{told.value:.2f}\n[dim]{told.low:.2f}..{told.high:.2f}[/]"
        sold = f"{one.sales:,}\n+ {one.expected:.1f}"
        also = f"\n[dim]+ {escape(', '.join(one.other_currencies))}[/]" if one.other_currencies else ""
        name = escape(name_of("channel", one.channel))
        table.add_row(name, f"{one.cost:,.0f}{also}", sold, _money(one.a_sale), _money(one.next_sale), elastic)
    console.print(table)
    late = late_words(LateSales(sum(one.late for one in found), None), house.company)
    if late:
        console.print(late, highlight=False)
    console.print(
        f"Over the last {recent} whole weeks; the elasticity over all. 95 % intervals. An association, no cause."
    )


def _money(told: tuple[float, Interval] | None) -> str:
    if told is None:
        return "cannot\ntell"
    value, (low, high) = told
    return f"{value:,.0f}\n[dim]{low:,.0f}..{'never' if math.isinf(high) else format(high, ',.0f')}[/]"
