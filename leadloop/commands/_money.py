"""Money in the terminal: what was paid in other currencies, and the sales that came too late to be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from features.counted_words import counted

if TYPE_CHECKING:
    from features.facts.company import Company
    from monitoring.tally import LateSales


def other_money(costs: Mapping[str, float]) -> str:
    """Return what was paid in other currencies, a line each under the company's own.

    >>> other_money({"USD": 1_234.5, "EUR": 8.0})
    '\\n[dim]+ 1,234 USD[/]\\n[dim]+ 8 EUR[/]'
    """
    return "".join(f"\n[dim]+ {money:,.0f} {currency}[/]" for currency, money in costs.items())


def late_words(late: LateSales | None, company: Company) -> str:
    """Return that sales after the window are counted nowhere; nothing where there are none.

    >>> from features.facts.company import Company
    >>> from monitoring.tally import LateSales
    >>> late_words(LateSales(2, 1_500.0), Company(company="x", horizon_days=60))
    '2 later sales for 1,500 RUB came after 60 days and are not counted.'
    """
    if late is None or not late.count:
        return ""
    worth = "" if late.amount is None else f" for {late.amount:,.0f} {company.currency}"
    return (
        f"{counted(late.count, 'later sale')}{worth} came after {company.horizon_days} days and "
        f"{'is' if late.count == 1 else 'are'} not counted."
    )
