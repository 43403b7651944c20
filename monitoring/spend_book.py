"""What was paid for advertising, by the same names and periods as leads are counted by; kept up with the facts.

A cost goes to the leads whose marks it was paid for: by the company's mappings, then by the campaign's name; where no lead
of the channel came by that name but some came by the campaign's id, by the id (the same for ads).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.spend_mappings import MarkNames, SpendMapping, SpendMappings, mapped, names_of
from features.facts.store import FactStore
from features.facts.values import Spend
from monitoring.costs import Costs, summed_costs, total_costs
from monitoring.counted_cells import Cut, CutKey, Dimension, Name, first_day

COST_DIMENSIONS: tuple[Dimension, ...] = ("channel", "campaign", "ad")
"""By what costs are known; no ad system tells them by offer or landing page."""
BY_ID = {"campaign": "campaign_id", "ad": "ad_id"}
KnownNames = frozenset[tuple[str, str | None, str | None]]
"""(channel, campaign, ad) of the leads."""
_Cell = tuple[date, tuple[Name, ...]]
_Cells = dict[_Cell, Costs]
ToldKey = tuple[MarkNames, tuple[str, str | None]]
"""Source and campaign as told, and the channel and campaign of the leads that they count for."""


@dataclass(frozen=True, slots=True)
class ToldCosts:
    """What was told under one name, from which day to which."""

    costs: Costs
    first: date
    last: date


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
        self._by: dict[tuple[str, tuple[Dimension, ...]], _Cells] = {}
        self._by_told: Mapping[ToldKey, ToldCosts] | None = None
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
        groups: dict[CutKey, list[Costs]] = {}
        periods: dict[date, date | None] = {}
        for (day, names), costs in cells.items():
            if cut.holds(day) and all(names[place] == name for place, name in only):
                if day not in periods:
                    periods[day] = first_day(day, cut.period)
                groups.setdefault((tuple([names[place] for place in asked]), periods[day]), []).append(costs)
        return {key: total_costs(those) for key, those in groups.items()}

    def by_told(self, moment: datetime, leads: KnownNames = frozenset()) -> Mapping[ToldKey, ToldCosts]:
        """Return the costs by source and campaign as the ad system has them, and by what of the leads they count for."""
        with self._lock:
            self._catch_up(moment, leads)
            if self._by_told is None:
                rows: dict[ToldKey, list[Spend]] = {}
                for told, meant in zip(self._told, self._rows, strict=True):
                    names = names_of(told)
                    key = (self._channel_of(meant.marks), mark_of(meant.marks, "campaign"))
                    rows.setdefault((MarkNames(names.source, names.campaign), key), []).append(meant)
                self._by_told = {
                    key: ToldCosts(
                        summed_costs(those, self.company), min(one.day for one in those), max(one.day for one in those)
                    )
                    for key, those in rows.items()
                }
            return self._by_told

    def mappings(self) -> list[SpendMapping]:
        """Return the company's mappings that hold now."""
        return self._mappings.held()

    def save(self, told: MarkNames, means: MarkNames, moment: datetime) -> None:
        """Keep a mapping; the next look goes by it."""
        self._mappings.save(told, means, moment)

    def with_mappings(self, mappings: Iterable[SpendMapping], moment: datetime, leads: KnownNames) -> list[Spend]:
        """Return the costs as they would be under other mappings, for a preview."""
        return by_id(mapped(self.told(moment), mappings), leads, self.company)

    def _counted(self, whole_months: bool, known: tuple[Dimension, ...]) -> _Cells:
        """Add up a kind of cut from the smallest finer one that is kept, or else from all rows."""
        finer = [
            (of, cells)
            for (grain, of), cells in self._by.items()
            if set(known) <= set(of) and (grain == "day" or whole_months)
        ]
        if not finer:
            rows: dict[_Cell, list[Spend]] = {}
            for one in self._rows:
                names = tuple([self._name(one, dimension) for dimension in known])
                rows.setdefault((one.day.replace(day=1) if whole_months else one.day, names), []).append(one)
            return {key: summed_costs(those, self.company) for key, those in rows.items()}
        of, smallest = min(finer, key=lambda pair: len(pair[1]))
        places = [of.index(one) for one in known]
        groups: dict[_Cell, list[Costs]] = {}
        for (day, told), costs in smallest.items():
            key = (day.replace(day=1) if whole_months else day, tuple([told[place] for place in places]))
            groups.setdefault(key, []).append(costs)
        return {key: total_costs(those) for key, those in groups.items()}

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
            self._by_told = None


def by_id(spend: Iterable[Spend], leads: KnownNames, company: Company) -> list[Spend]:
    """Return costs whose campaign or ad the leads call by its id under that id.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> paid = Spend(date(2026, 3, 2), noon, noon, 10.0, "RUB", {"source": "vk", "campaign": "Зима", "campaign_id": "17"})
    >>> (found,) = by_id([paid], frozenset({("vk", "17", None)}), Company(company="Окна"))
    >>> found.marks["campaign"]
    '17'
    """
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
