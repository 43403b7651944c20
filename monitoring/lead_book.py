"""Every lead in one line, as the reports need it; caught up by storage number, so that a page opens fast."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.counted_cells import Chance, CountedCells, Cut, CutKey, Name
from monitoring.lead_summary import LeadSummary, arrival_fields, counted, once_a_person, summaries_of, summarise
from monitoring.tally import Tally

__all__ = ["LeadBook", "LeadSummary", "arrival_fields", "counted", "once_a_person", "summaries_of", "summarise"]


class LeadBook:
    """The summaries of all leads, kept in memory, and the cells that reports count them by."""

    def __init__(self, store: FactStore, company: Company) -> None:
        self._store, self.company = store, company
        self._gate = Gate(company)
        self._kept: dict[LeadId, LeadSummary] = {}
        self._in_order: list[LeadSummary] | None = None
        self._cells = CountedCells(company)
        self._ahead: set[LeadId] = set()
        self._number = 0
        self._lock = threading.Lock()

    def summaries(self, moment: datetime) -> list[LeadSummary]:
        """Return every lead that counts, as known at ``moment`` (now, for whoever keeps the book): the oldest first.

        Test leads count nowhere.
        """
        with self._lock:
            self._catch_up(moment)
            if self._in_order is None:
                counted = [one for one in self._kept.values() if not one.ignored]
                self._in_order = sorted(counted, key=lambda one: (one.created_at, one.lead_id))
            return list(self._in_order)

    def tallies(self, moment: datetime, cut: Cut) -> dict[CutKey, Tally]:
        """Return what the leads that count add up to now, by what ``cut`` asks; costs nothing that grows with the leads.

        A cut of a kind that was never asked before is counted once over all leads.
        """
        with self._lock:
            self._catch_up(moment)
            return self._cells.at(moment).tallies(cut)

    def source_names(self, moment: datetime) -> frozenset[tuple[str, str | None, str | None]]:
        """Return every (channel, campaign, ad) that a lead came by."""
        told = self.tallies(moment, Cut(by=("channel", "campaign", "ad")))
        return frozenset((str(channel), _word(campaign), _word(ad)) for (channel, campaign, ad), _ in told)

    def hear(self, chances: Mapping[LeadId, Chance | None]) -> None:
        """Take in how likely open leads buy; None where a lead is open no more."""
        with self._lock:
            self._cells.hear(chances)

    @property
    def number(self) -> int:
        """Return the storage number up to which the book is kept."""
        return self._number

    def _catch_up(self, moment: datetime) -> None:
        """Summarise what changed since the last look, and what was not yet known at the moment of that look."""
        last = self._store.last_number()
        if last == self._number and not self._ahead:
            return
        changed = sorted(self._store.leads_changed_since(self._number) | self._ahead) if self._number else None
        self._ahead.clear()
        for lead_id in changed or ():
            self._kept.pop(lead_id, None)
        for history in self._store.histories(up_to=last, lead_ids=changed):
            if any(one.fact.known_at > moment for one in history.stored):
                self._ahead.add(history.lead_id)
            known = self._gate.as_of(history, moment)
            if known:
                self._kept[history.lead_id] = summarise(known, history, self._gate.channel_of)
        if changed != []:
            self._in_order = None
        self._cells.put({one: self._kept.get(one) for one in (self._kept if changed is None else changed)}, moment)
        self._number = last


def _word(name: Name) -> str | None:
    return name if isinstance(name, str) else None
