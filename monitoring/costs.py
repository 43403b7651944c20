"""What some rows of advertising costs add up to: money by currency, impressions, clicks, and of how many rows these are not told.

Money is whole numbers inside (ten-thousandths), so that sums are the same in whatever order rows were added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from features.facts.company import Company
from features.facts.values import Spend
from monitoring.tally import MONEY


@dataclass(frozen=True, slots=True)
class Costs:
    """What was paid, in the company's currency (None: nothing told in it) and in others.

    ``impressions`` and ``clicks`` are None where no row tells them; ``untold_clicks`` and ``untold_impressions`` say of how
    many rows they are not known. Money is in ten-thousandths.
    """

    rows: int = 0
    own: int | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    impressions: int | None = None
    clicks: int | None = None
    untold_impressions: int = 0
    untold_clicks: int = 0
    clicks_of_shown: int = 0
    shown_with_clicks: int = 0

    @property
    def cost(self) -> float | None:
        """Return what was paid in the company's currency."""
        return None if self.own is None else self.own / MONEY

    @property
    def other_costs(self) -> dict[str, float]:
        """Return what was paid in other currencies."""
        return {currency: money / MONEY for currency, money in sorted(self.others.items())}


NO_COSTS = Costs()


def total_costs(every: Collection[Costs]) -> Costs:
    """Return what some costs add up to."""
    if len(every) == 1:
        return next(iter(every))
    own = [one.own for one in every if one.own is not None]
    impressions = [one.impressions for one in every if one.impressions is not None]
    clicks = [one.clicks for one in every if one.clicks is not None]
    others: dict[str, int] = {}
    for one in every:
        for currency, money in one.others.items():
            others[currency] = others.get(currency, 0) + money
    return Costs(
        sum([one.rows for one in every]),
        sum(own) if own else None,
        others,
        sum(impressions) if impressions else None,
        sum(clicks) if clicks else None,
        sum([one.untold_impressions for one in every]),
        sum([one.untold_clicks for one in every]),
        sum([one.clicks_of_shown for one in every]),
        sum([one.shown_with_clicks for one in every]),
    )


def summed_costs(rows: Iterable[Spend], company: Company) -> Costs:
    """Return what some rows add up to."""
    sums = _Sums(company.currency)
    for one in rows:
        sums.add(one)
    return sums.total()


class _Sums:
    """Adds up rows of costs."""

    def __init__(self, currency: str) -> None:
        self._currency, self._own = currency, False
        self._money: dict[str, int] = {}
        self._rows = self._impressions = self._clicks = 0
        self._untold_impressions = self._untold_clicks = self._shown = self._clicked = 0

    def add(self, one: Spend) -> None:
        self._rows += 1
        self._money[one.currency] = self._money.get(one.currency, 0) + round(one.cost * MONEY)
        if one.impressions is None:
            self._untold_impressions += 1
        else:
            self._impressions += one.impressions
        if one.clicks is None:
            self._untold_clicks += 1
        else:
            self._clicks += one.clicks
            if one.impressions is not None:
                self._shown += one.impressions
                self._clicked += one.clicks

    def total(self) -> Costs:
        return Costs(
            self._rows,
            self._money.get(self._currency),
            {currency: money for currency, money in self._money.items() if currency != self._currency},
            self._impressions if self._untold_impressions < self._rows else None,
            self._clicks if self._untold_clicks < self._rows else None,
            self._untold_impressions,
            self._untold_clicks,
            self._clicked,
            self._shown,
        )
