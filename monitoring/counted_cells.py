"""How many leads of each source and day got how far: counted once, and from then on kept up lead by lead.

A report asks for a cut: by which of the dimensions, of which names, from which day to which. The first cut of a kind is
counted over all leads; what changes afterwards (a fact, an import taken back, a window that closes, a chance) is taken
out of its cells and put in again, so a page costs what it shows and not how many leads there are. Equal to counting anew,
which a property test holds it to.

Leads that nobody has worked so far stand in cells of their own, by how long they have waited: how many of them are still worked
is known when a report asks, and not when they are counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from features.facts.company import Company
from features.facts.values import LeadId
from features.outcome_window import window_end
from monitoring.lead_summary import LeadSummary, once_a_person
from monitoring.sale_days import SaleDays
from monitoring.still_worked import Seen, Share, Wait, WorkTable, step_ends, step_of
from monitoring.tally import PLACE, SIZE, Contribution, Tally, contribution, still_worked

Dimension = Literal["channel", "campaign", "ad", "offer", "landing_page", "sold_after"]
Period = Literal["day", "week", "month", "all"]
DIMENSIONS: tuple[Dimension, ...] = ("channel", "campaign", "ad", "offer", "landing_page", "sold_after")
"""By what leads can be told apart; ``sold_after`` is the days from the request to the sale, None without one."""
PLACES = {dimension: place for place, dimension in enumerate(DIMENSIONS)}
Name = str | int | None
CutKey = tuple[tuple[Name, ...], date | None]
"""The names asked for, in their order, and the first day of the period (None: the whole time)."""
Chance = tuple[float, float | None]
"""How likely a lead buys, and for how much if that is known."""
Grain = Literal["day", "month"]
_Cell = tuple[date, tuple[Name, ...], Wait | None]
_Cells = dict[_Cell, list[int]]
_Sales = SaleDays[tuple[Name, ...]]
MOST_KINDS_OF_CUT = 24
"""So many kinds of cut are kept up; the one not asked for longest is forgotten."""
LEADS, SOLD_AFTER = PLACE["leads"], PLACES["sold_after"]


@dataclass(frozen=True, slots=True)
class Cut:
    """What a report asks for: leads created from ``first`` to ``last`` (days of the company, both within).

    ``only`` keeps to leads whose dimension has that name (None: none at all).
    """

    by: tuple[Dimension, ...] = ()
    only: Mapping[Dimension, str | None] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    period: Period = "all"

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Return every dimension that the cut needs to know."""
        return tuple(one for one in DIMENSIONS if one in self.by or one in self.only)

    @property
    def grain(self) -> Grain:
        """Return whether cells of whole months will do."""
        begins = self.first is None or self.first.day == 1
        ends = self.last is None or (self.last + timedelta(days=1)).day == 1
        return "month" if begins and ends and self.period in ("month", "all") else "day"

    def holds(self, day: date) -> bool:
        """Return whether a day (or the month that begins on it) lies within."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def first_day(day: date, period: Period) -> date | None:
    """Return the first day of a day's period; None for the whole time. Weeks begin on Monday.

    >>> [str(first_day(date(2026, 3, 8), period)) for period in ("day", "week", "month", "all")]
    ['2026-03-08', '2026-03-02', '2026-03-01', 'None']
    """
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    return day if period == "day" else None


@dataclass(frozen=True, slots=True)
class _Placed:
    summary: LeadSummary
    day: date
    names: tuple[Name, ...]
    adds: Contribution
    wait: Wait | None
    seen: Seen | None


class CountedCells:
    """The leads that count, each in its cell of every kind of cut that was asked for."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._placed: dict[LeadId, _Placed] = {}
        self._chances: dict[LeadId, Chance] = {}
        self._due: list[tuple[datetime, LeadId]] = []
        self._ends: dict[LeadId, datetime] = {}
        self._kinds: dict[tuple[Grain, tuple[Dimension, ...]], _Cells] = {}
        self._sales: dict[tuple[Dimension, ...], _Sales] = {}
        # Most leads share their names and what they add with others: kept once, they take a part of the memory.
        self._names: dict[tuple[Name, ...], tuple[Name, ...]] = {}
        self._adds: dict[Contribution, Contribution] = {}
        self._seen: dict[Seen, Seen] = {}
        self._work = WorkTable(company.horizon_days)
        self._moment: datetime | None = None
        self._persons = _Persons() if company.count_a_person_once else None

    def put(self, changed: Mapping[LeadId, LeadSummary | None], moment: datetime) -> None:
        """Take in leads as they are now known; None for one that is not stored any more."""
        self._moment = max(moment, self._moment or moment)
        counted = {lead_id: None if one is None or one.ignored else one for lead_id, one in changed.items()}
        for lead_id, one in (self._persons.counted(counted) if self._persons else counted).items():
            self._place(lead_id, one)

    def hear(self, chances: Mapping[LeadId, Chance | None]) -> None:
        """Take in how likely leads buy."""
        for lead_id, chance in chances.items():
            if chance is None:
                self._chances.pop(lead_id, None)
            else:
                self._chances[lead_id] = chance
            placed = self._placed.get(lead_id)
            if placed:
                self._place(lead_id, placed.summary)

    def at(self, moment: datetime) -> CountedCells:
        """Let the clock pass: windows that closed by ``moment`` settle their leads, and who waits has waited longer.

        It never runs back.
        """
        self._moment = max(moment, self._moment or moment)
        while self._due and self._due[0][0] < self._moment:
            end, lead_id = heapq.heappop(self._due)
            if self._ends.get(lead_id) == end:
                del self._ends[lead_id]
            placed = self._placed.get(lead_id)
            if placed:
                self._place(lead_id, placed.summary)
        return self

    def tallies(self, cut: Cut) -> dict[CutKey, Tally]:
        """Return the sums by the names and periods that ``cut`` asks for; nothing for those without leads."""
        known = cut.dimensions
        asked = [known.index(one) for one in cut.by]
        only = [(known.index(one), name) for one, name in cut.only.items()]
        sums: dict[CutKey, list[int]] = {}
        periods: dict[date, date | None] = {}
        share = self.share_still_worked()
        for (day, names, wait), counted in self._cells(cut.grain, known).items():
            if not cut.holds(day) or any(names[place] != name for place, name in only):
                continue
            cell = still_worked(counted, share(wait)) if wait else counted
            if day not in periods:
                periods[day] = first_day(day, cut.period)
            key = (tuple([names[place] for place in asked]), periods[day])
            before = sums.get(key)
            sums[key] = [a + b for a, b in zip(before, cell, strict=True)] if before else cell
        return {key: Tally(tuple(one)) for key, one in sums.items()}

    def sale_rows(self, cut: Cut) -> dict[date, list[int]]:
        """Return, of each day of requests that ``cut`` keeps to, how many bought on that day, on the next, and so on.

        By what the cut tells leads apart does not matter here.
        """
        kept_to = tuple(one for one in DIMENSIONS if one in cut.only)
        rows = self._sale_days(kept_to).of(tuple([cut.only[one] for one in kept_to]))
        return {day: list(row) for day, row in rows.items() if cut.holds(day)}

    def share_still_worked(self) -> Share:
        """Return what tells of leads that nobody has worked how many still are, as the company's leads were so far."""
        moment = self._moment
        return self._work.share(moment.astimezone(self._company.zone).date() if moment else date.max)

    def _place(self, lead_id: LeadId, one: LeadSummary | None) -> None:
        """Take a lead out of its cells and put it in again as it is now."""
        before = self._placed.pop(lead_id, None)
        now = self._placed_now(lead_id, one) if one else None
        if now:
            self._placed[lead_id] = now
        if before and before.seen:
            self._work.count(before.seen, -1)
        if now and now.seen:
            self._work.count(now.seen)
        for (grain, dimensions), cells in self._kinds.items():
            if before:
                _add(cells, before, grain, dimensions, -1)
            if now:
                _add(cells, now, grain, dimensions, 1)
        for dimensions, sales in self._sales.items():
            if before:
                _add_sale(sales, before, dimensions, -1)
            if now:
                _add_sale(sales, now, dimensions, 1)

    def _placed_now(self, lead_id: LeadId, one: LeadSummary) -> _Placed:
        assert self._moment is not None
        end = window_end(one.created_at, self._company)
        is_open = end is None or end >= self._moment
        wait = self._wait(one) if is_open else None
        step_end = step_ends(one.created_at, wait.step) if wait else None
        due = min((one for one in (end, step_end) if one), default=None) if is_open else None
        if due is not None and self._ends.get(lead_id) != due:
            self._ends[lead_id] = due
            heapq.heappush(self._due, (due, lead_id))
        # A lead past its window is not expected to buy any more, called or not.
        chance = self._chances.get(lead_id) if is_open else None
        day = one.created_at.astimezone(self._company.zone).date()
        sold = (one.won_at.astimezone(self._company.zone).date() - day).days if one.won_at else None
        names = (one.channel, one.campaign, one.ad, one.offer, one.landing_page, sold)
        adds = contribution(one, chance, self._company, self._moment)
        return _Placed(
            one,
            day,
            self._names.setdefault(names, names),
            self._adds.setdefault(adds, adds) if chance is None else adds,
            wait,
            self._seen_of(one, day),
        )

    def _wait(self, one: LeadSummary) -> Wait | None:
        """Return how long nobody has worked a lead; None where somebody has."""
        assert self._moment is not None
        return None if one.worked else Wait(one.channel, step_of(self._moment - one.created_at))

    def _seen_of(self, one: LeadSummary, day: date) -> Seen | None:
        """Return what a lead tells of when leads are worked; None where that is not known."""
        assert self._moment is not None
        if one.worked and one.worked_known_at is None:
            return None
        seen = self._work.seen(one.channel, day.replace(day=1), one.created_at, one.worked_known_at, self._moment)
        return None if seen is None else self._seen.setdefault(seen, seen)

    def _cells(self, grain: Grain, dimensions: tuple[Dimension, ...]) -> _Cells:
        kind = (grain, dimensions)
        if kind in self._kinds:
            self._kinds[kind] = cells = self._kinds.pop(kind)  # the last one asked for stands last
            return cells
        cells = self._counted(grain, dimensions)
        while len(self._kinds) >= MOST_KINDS_OF_CUT:
            del self._kinds[next(iter(self._kinds))]
        self._kinds[kind] = cells
        return cells

    def _sale_days(self, dimensions: tuple[Dimension, ...]) -> _Sales:
        sales = self._sales.pop(dimensions, None)
        if sales is None:
            sales = SaleDays()
            for one in self._placed.values():
                _add_sale(sales, one, dimensions, 1)
            while len(self._sales) >= MOST_KINDS_OF_CUT:
                del self._sales[next(iter(self._sales))]
        self._sales[dimensions] = sales  # the last one asked for stands last
        return sales

    def _counted(self, grain: Grain, dimensions: tuple[Dimension, ...]) -> _Cells:
        """Count a kind of cut from the smallest finer one that is kept, or else over all leads."""
        finer = [
            (of, cells)
            for (known, of), cells in self._kinds.items()
            if set(dimensions) <= set(of) and (known == "day" or grain == "month")
        ]
        made: _Cells = {}
        if not finer:
            for one in self._placed.values():
                _add(made, one, grain, dimensions, 1)
            return made
        of, smallest = min(finer, key=lambda pair: len(pair[1]))
        places = [of.index(one) for one in dimensions]
        for (day, names, wait), cell in smallest.items():
            key = (day.replace(day=1) if grain == "month" else day, tuple([names[place] for place in places]), wait)
            before = made.get(key)
            made[key] = [a + b for a, b in zip(before, cell, strict=True)] if before else list(cell)
        return made


def _add(cells: _Cells, one: _Placed, grain: Grain, dimensions: tuple[Dimension, ...], sign: int) -> None:
    day = one.day.replace(day=1) if grain == "month" else one.day
    key = (day, tuple([one.names[PLACES[dimension]] for dimension in dimensions]), one.wait)
    cell = cells.get(key)
    if cell is None:
        cell = cells[key] = [0] * SIZE
    one.adds.add_to(cell, sign)
    if not cell[LEADS]:
        del cells[key]


def _add_sale(sales: _Sales, one: _Placed, dimensions: tuple[Dimension, ...], sign: int) -> None:
    age = one.names[SOLD_AFTER]
    if isinstance(age, int):
        sales.count(tuple([one.names[PLACES[dimension]] for dimension in dimensions]), one.day, age, sign)


class _Persons:
    """Whose requests are whose: a lead that changes may change which request of its person counts."""

    def __init__(self) -> None:
        self._leads: dict[LeadId, LeadSummary] = {}
        self._of_person: dict[str, set[LeadId]] = {}

    def counted(self, changed: Mapping[LeadId, LeadSummary | None]) -> dict[LeadId, LeadSummary | None]:
        """Take in leads; return all whose person they touch as they count now, None for those that do not."""
        touched = set(changed)
        for lead_id, one in changed.items():
            before = self._leads.pop(lead_id, None)
            for person in before.persons if before else ():
                self._of_person[person].discard(lead_id)
                touched |= self._of_person[person]
            if one:
                self._leads[lead_id] = one
                for person in one.persons:
                    self._of_person.setdefault(person, set()).add(lead_id)
        around = list(self._around(touched))
        known = sorted(
            (self._leads[one] for one in around if one in self._leads), key=lambda s: (s.created_at, s.lead_id)
        )
        first = {one.lead_id: one for one in once_a_person(known)}
        return {lead_id: first.get(lead_id) for lead_id in around}

    def _around(self, leads: Iterable[LeadId]) -> Iterator[LeadId]:
        """Yield the leads and all that share a person with them, over however many steps."""
        seen, waiting = set(leads), list(leads)
        while waiting:
            lead_id = waiting.pop()
            yield lead_id
            one = self._leads.get(lead_id)
            for person in one.persons if one else ():
                new = self._of_person[person] - seen
                seen |= new
                waiting += new
