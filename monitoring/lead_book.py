"""Every lead in one line, as the reports need it; caught up by storage number, so that a page opens fast."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TypeVar

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.outcome_window import window_end
from features.rows.as_of import Gate
from monitoring.counted_cells import Chance, CountedCells, Cut, CutKey, Name
from monitoring.floor_days import FloorDays
from monitoring.kept_lines import KeptLines
from monitoring.lead_lines import LeadLines
from monitoring.lead_summary import LeadSummary, arrival_fields, counted, once_a_person, summaries_of, summarise
from monitoring.tally import Tally

__all__ = ["LeadBook", "LeadSummary", "arrival_fields", "counted", "once_a_person", "summaries_of", "summarise"]
MOST_PUT_IN_PLACE = 500
"""Where more leads changed at once, all are put in order anew."""
T = TypeVar("T")
NameOfLead = tuple[str, str]
"""("offer", "campaign" or "ad", and its name)."""


class LeadBook:
    """The summaries of all leads, kept in memory, and the cells that reports count them by.

    ``kept`` is the file that a restart goes on from.
    """

    def __init__(self, store: FactStore, company: Company, kept: KeptLines[LeadSummary] | None = None) -> None:
        self.company = company
        self._gate = Gate(company)
        self._lines = LeadLines(store, company, line_of=self._line, is_ahead=_is_ahead, kept=kept)
        self._in_order: list[LeadSummary] | None = None
        self._cells = CountedCells(company)
        self._counted: dict[LeadId, LeadSummary] = {}
        self._named: Counter[NameOfLead] = Counter()
        self._graded: set[LeadId] = set()
        self._open: set[LeadId] = set()
        self._floor: FloorDays | None = None
        self._lock = threading.Lock()

    def summaries(self, moment: datetime) -> list[LeadSummary]:
        """Return every lead that counts, as known at ``moment`` (now, for whoever keeps the book): the oldest first.

        Test leads count nowhere.
        """
        with self._lock:
            self._catch_up(moment)
            if self._in_order is None:
                self._in_order = sorted(self._counted.values(), key=_place)
            return list(self._in_order)

    def tallies(self, moment: datetime, cut: Cut) -> dict[CutKey, Tally]:
        """Return what the leads that count add up to now, by what ``cut`` asks; costs nothing that grows with the leads.

        A cut of a kind that was never asked before is counted once over all leads.
        """
        with self._lock:
            self._catch_up(moment)
            return self._cells.at(moment).tallies(cut)

    def sale_rows(self, moment: datetime, cut: Cut) -> dict[date, list[int]]:
        """Return how many days after its request each sale came (``CountedCells.sale_rows``), as known now."""
        with self._lock:
            self._catch_up(moment)
            return self._cells.at(moment).sale_rows(cut)

    def floor(self, moment: datetime, of: Callable[[FloorDays], T]) -> T:
        """Return what is read of the days of the sales floor as known now; counted over all leads once, and then kept up."""
        with self._lock:
            self._catch_up(moment)
            if self._floor is None:
                self._floor = FloorDays(self.company.zone)
                for one in self._counted.values():
                    self._floor.count(one)
            return of(self._floor)

    def source_names(self, moment: datetime) -> frozenset[tuple[str, str | None, str | None]]:
        """Return every (channel, campaign, ad) that a lead came by."""
        told = self.tallies(moment, Cut(by=("channel", "campaign", "ad")))
        return frozenset((str(channel), _word(campaign), _word(ad)) for (channel, campaign, ad), _ in told)

    def named(self, moment: datetime) -> Counter[NameOfLead]:
        """Return how many leads name each offer, campaign and ad."""
        with self._lock:
            self._catch_up(moment)
            return self._named.copy()

    def graded(self, moment: datetime) -> list[LeadSummary]:
        """Return the leads to which a manager gave a grade of his own."""
        with self._lock:
            self._catch_up(moment)
            return sorted((self._counted[one] for one in self._graded), key=_place)

    def may_be_open(self, moment: datetime) -> list[LeadId]:
        """Return the leads that are neither closed nor too old to buy, and no tests: all that may still be called.

        Those of which something comes to be known later are among them.
        """
        with self._lock:
            self._catch_up(moment)
            over = {one for one in self._open if self._is_too_old(one, moment)}
            self._open -= over
            return sorted(self._open | self._lines.ahead)

    def sold(self, moment: datetime) -> list[LeadSummary]:
        """Return the leads that bought for an amount that is known."""
        return [one for one in self.summaries(moment) if one.sale]

    def hear(self, chances: Mapping[LeadId, Chance | None]) -> None:
        """Take in how likely open leads buy; None where a lead is open no more."""
        with self._lock:
            self._cells.hear(chances)

    def filling(
        self, moment: datetime, number: int
    ) -> AbstractContextManager[Callable[[LeadHistory], LeadSummary | None]]:
        """Write the lines of all leads into the file of the next start, and hold none (``LeadLines.filling``)."""
        return self._lines.filling(moment, number)

    def keep(self, moment: datetime) -> None:
        """Write what is new into the file that a restart goes on from; pages may be asked for meanwhile."""
        self._lines.keep(self._lock, lambda: self._catch_up(moment))

    @property
    def number(self) -> int:
        """Return the storage number up to which the book is kept."""
        return self._lines.number

    def _line(self, history: LeadHistory, moment: datetime) -> LeadSummary | None:
        known = self._gate.as_of(history, moment)
        return summarise(known, history, self._gate.channel_of) if known else None

    def _catch_up(self, moment: datetime) -> None:
        """Summarise what changed since the last look, and what was not yet known at the moment of that look."""
        news = self._lines.catch_up(moment)
        if not news:
            return
        if len(news) > MOST_PUT_IN_PLACE:
            self._in_order = None
        for lead_id, one in news.items():
            self._put(lead_id, None if one is None or one.ignored else one)
        self._cells.put(news, moment)

    def _put(self, lead_id: LeadId, one: LeadSummary | None) -> None:
        """Put a lead where it counts, and take what was known of it before out."""
        before = self._counted.pop(lead_id, None)
        self._graded.discard(lead_id)
        self._open.discard(lead_id)
        if before:
            if self._floor is not None:
                self._floor.count(before, -1)
            self._named.subtract(_names(before))
            for name in _names(before):
                if not self._named[name]:
                    del self._named[name]
            if self._in_order is not None:
                del self._in_order[bisect_left(self._in_order, _place(before), key=_place)]
        if one:
            self._counted[lead_id] = one
            if self._floor is not None:
                self._floor.count(one)
            self._named.update(_names(one))
            if one.own_grade:
                self._graded.add(lead_id)
            if not one.closed:
                self._open.add(lead_id)
            if self._in_order is not None:
                insort(self._in_order, one, key=_place)

    def _is_too_old(self, lead_id: LeadId, moment: datetime) -> bool:
        end = window_end(self._counted[lead_id].created_at, self.company)
        return end is not None and moment > end


def _is_ahead(history: LeadHistory, moment: datetime) -> bool:
    return any(one.fact.known_at > moment for one in history.stored)


def _place(one: LeadSummary) -> tuple[datetime, LeadId]:
    return one.created_at, one.lead_id


def _names(one: LeadSummary) -> list[NameOfLead]:
    told = (("offer", one.offer), ("campaign", one.campaign), ("ad", one.ad))
    return [(kind, name) for kind, name in told if name]


def _word(name: Name) -> str | None:
    return name if isinstance(name, str) else None
