"""What was paid for advertising, by the same names and periods as leads are counted by; kept up with the facts.

A cost goes to the leads whose marks it was paid for: by the company's mappings, then by the campaign's name; where no lead
of the channel came by that name but some came by the campaign's id, by the id (the same for ads).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.spend_mappings import MarkNames, SpendMapping, SpendMappings, mapped
from features.facts.store import FactStore
from features.facts.values import Spend
from monitoring.counted_cells import Cut, CutKey, Dimension, Name, first_day
from monitoring.tally import MONEY

COST_DIMENSIONS: tuple[Dimension, ...] = ("channel", "campaign", "ad")
"""By what costs are known; no ad system tells them by offer or landing page."""
BY_ID = {"campaign": "campaign_id", "ad": "ad_id"}
KnownNames = frozenset[tuple[str, str | None, str | None]]
"""(channel, campaign, ad) of the leads."""


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

    def __add__(self, other: Costs) -> Costs:
        """Return the costs of both."""
        currencies = self.others.keys() | other.others.keys()
        return Costs(
            self.rows + other.rows,
            _sum(self.own, other.own),
            {one: self.others.get(one, 0) + other.others.get(one, 0) for one in currencies},
            _sum(self.impressions, other.impressions),
            _sum(self.clicks, other.clicks),
            self.untold_impressions + other.untold_impressions,
            self.untold_clicks + other.untold_clicks,
            self.clicks_of_shown + other.clicks_of_shown,
            self.shown_with_clicks + other.shown_with_clicks,
        )


NO_COSTS = Costs()


def costs_of_row(one: Spend, company: Company) -> Costs:
    """Return what one row says."""
    money, is_own = round(one.cost * MONEY), one.currency == company.currency
    both = one.impressions is not None and one.clicks is not None
    return Costs(
        1,
        money if is_own else None,
        {} if is_own else {one.currency: money},
        one.impressions,
        one.clicks,
        one.impressions is None,
        one.clicks is None,
        (one.clicks or 0) if both else 0,
        (one.impressions or 0) if both else 0,
    )


def are_known_by(cut: Cut) -> bool:
    """Return whether costs are told by all that a cut asks for."""
    return all(one in COST_DIMENSIONS for one in cut.dimensions)


class SpendBook:
    """The costs known now, read again only when some came, were taken back, or were mapped."""

    def __init__(self, store: FactStore, company: Company) -> None:
        self._store, self.company = store, company
        self._mappings = SpendMappings(store.engine)
        self._channel_of = channel_reader(company.channels)
        self._number = -1
        self._next_known: datetime | None = None
        self._told: list[Spend] = []
        self._has_ids = False
        self._held: list[SpendMapping] | None = None
        self._leads: KnownNames | None = None
        self._rows: list[Spend] = []
        self._by: dict[tuple[str, tuple[Dimension, ...]], dict[tuple[date, tuple[Name, ...]], Costs]] = {}
        self._lock = threading.Lock()

    def rows(self, moment: datetime, leads: KnownNames = frozenset()) -> list[Spend]:
        """Return the costs under the leads' names, ``leads`` being what those have."""
        with self._lock:
            self._catch_up(moment, leads)
            return list(self._rows)

    def tells_ids(self, moment: datetime) -> bool:
        """Return whether any cost tells its campaign's or ad's id, by which leads may call it."""
        with self._lock:
            self._catch_up(moment, self._leads or frozenset())
            return self._has_ids

    def told(self, moment: datetime) -> list[Spend]:
        """Return the costs under the names of the ad systems."""
        with self._lock:
            self._catch_up(moment, self._leads or frozenset())
            return list(self._told)

    def costs(self, moment: datetime, cut: Cut, leads: KnownNames = frozenset()) -> dict[CutKey, Costs] | None:
        """Return what was paid by what ``cut`` asks; None where costs are not known by that."""
        if not are_known_by(cut):
            return None
        with self._lock:
            self._catch_up(moment, leads)
            known = cut.dimensions
            cells = self._by.get((cut.grain, known))
            if cells is None:
                cells = self._by[cut.grain, known] = self._counted(cut.grain == "month", known)
        asked = [known.index(one) for one in cut.by]
        only = [(known.index(one), name) for one, name in cut.only.items()]
        sums: dict[CutKey, Costs] = {}
        for (day, names), costs in cells.items():
            if cut.holds(day) and all(names[place] == name for place, name in only):
                key = (tuple([names[place] for place in asked]), first_day(day, cut.period))
                sums[key] = sums.get(key, NO_COSTS) + costs
        return sums

    def pairs(self, moment: datetime, leads: KnownNames = frozenset()) -> list[tuple[Spend, Spend]]:
        """Return each cost under the ad system's names, and the same under the leads'."""
        with self._lock:
            self._catch_up(moment, leads)
            return list(zip(self._told, self._rows, strict=True))

    def mappings(self) -> list[SpendMapping]:
        """Return the company's mappings that hold now."""
        return self._mappings.held()

    def save(self, told: MarkNames, means: MarkNames, moment: datetime) -> None:
        """Keep a mapping; the next look goes by it."""
        self._mappings.save(told, means, moment)

    def with_mappings(self, mappings: Iterable[SpendMapping], moment: datetime, leads: KnownNames) -> list[Spend]:
        """Return the costs as they would be under other mappings, for a preview."""
        return by_id(mapped(self.told(moment), mappings), leads, self.company)

    def _counted(self, whole_months: bool, known: tuple[Dimension, ...]) -> dict[tuple[date, tuple[Name, ...]], Costs]:
        rows: dict[tuple[date, tuple[Name, ...]], list[Spend]] = {}
        for one in self._rows:
            day = one.day.replace(day=1) if whole_months else one.day
            names = tuple([self._name(one, dimension) for dimension in known])
            rows.setdefault((day, names), []).append(one)
        return {key: summed_costs(those, self.company) for key, those in rows.items()}

    def _name(self, one: Spend, dimension: Dimension) -> str | None:
        return self._channel_of(one.marks) if dimension == "channel" else mark_of(one.marks, dimension)

    def _catch_up(self, moment: datetime, leads: KnownNames) -> None:
        last, held = self._store.last_number(), self._mappings.held()
        came = self._number < 0 or (last > self._number and self._store.spend_changed_since(self._number))
        came |= self._next_known is not None and moment >= self._next_known
        if came:
            every = self._store.spend(as_told=True)
            self._next_known = min((one.known_at for one in every if one.known_at > moment), default=None)
            self._told = self._store.spend(known_by=moment, as_told=True) if self._next_known else every
            self._has_ids = any(mark in one.marks for one in self._told for mark in BY_ID.values())
        self._number = last
        if came or held != self._held or leads != self._leads:
            self._held, self._leads = held, leads
            self._rows = by_id(mapped(self._told, held), leads, self.company)
            self._by.clear()


def summed_costs(rows: Iterable[Spend], company: Company) -> Costs:
    """Return what some rows add up to."""
    total = NO_COSTS
    for one in rows:
        total = total + costs_of_row(one, company)
    return total


def by_id(spend: Iterable[Spend], leads: KnownNames, company: Company) -> list[Spend]:
    """Return costs whose campaign or ad the leads call by its id under that id."""
    channel_of = channel_reader(company.channels)
    campaigns = {(channel, campaign) for channel, campaign, _ in leads}
    return [_by_id(one, channel_of(one.marks), campaigns, leads) for one in spend]


def _by_id(one: Spend, channel: str, campaigns: set[tuple[str, str | None]], leads: KnownNames) -> Spend:
    campaign, number = mark_of(one.marks, "campaign"), mark_of(one.marks, BY_ID["campaign"])
    if number and (channel, campaign) not in campaigns and (channel, number) in campaigns:
        one, campaign = replace(one, marks={**one.marks, "campaign": number}), number
    ad, ad_number = mark_of(one.marks, "ad"), mark_of(one.marks, BY_ID["ad"])
    if ad_number and (channel, campaign, ad) not in leads and (channel, campaign, ad_number) in leads:
        one = replace(one, marks={**one.marks, "ad": ad_number})
    return one


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
