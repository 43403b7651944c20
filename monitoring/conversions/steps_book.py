"""How far every lead has come, kept in memory and caught up by storage number, so that a page and a pull answer fast.

Of most leads nothing can be told any more; they are counted by step, and only those with something recent are looked at one by one.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from features.facts.company import Company
from features.facts.conversion_settings import Step
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.conversions.lead_steps import LeadSteps, lead_steps


@dataclass(frozen=True, slots=True)
class SomeLeads:
    """The leads that are looked at one by one, the oldest first, and how many there are in all: ``reached`` each step."""

    looked_at: tuple[LeadSteps, ...]
    leads: int
    reached: Mapping[Step, int]


class StepsBook:
    """The steps of all leads that count."""

    def __init__(self, store: FactStore, company: Company) -> None:
        self._store, self._gate = store, Gate(company)
        self._kept: dict[LeadId, LeadSteps] = {}
        self._by_day: defaultdict[date, set[LeadId]] = defaultdict(set)
        self._reached: Counter[Step] = Counter()
        self._ahead: set[LeadId] = set()
        self._number = 0
        self._lock = threading.Lock()

    def leads(self, moment: datetime, *, active_since: datetime, also: Iterable[LeadId] = ()) -> SomeLeads:
        """Return the leads of which anything happened since ``active_since``, and those named ``also``, as known at ``moment``.

        ``moment`` is now, for whoever keeps the book.
        """
        with self._lock:
            self._catch_up(moment)
            first = active_since.astimezone(UTC).date()
            recent = {lead_id for day, those in self._by_day.items() if day >= first for lead_id in those}
            chosen = [self._kept[one] for one in recent.union(also) if one in self._kept]
            counted = len(self._kept), dict(self._reached)
        return SomeLeads(tuple(sorted(chosen, key=lambda one: (one.created_at, one.lead_id))), *counted)

    def _catch_up(self, moment: datetime) -> None:
        """Read what changed since the last look, and what lay ahead of the moment of that look."""
        last = self._store.last_number()
        if last == self._number and not self._ahead:
            return
        changed = sorted(self._store.leads_changed_since(self._number) | self._ahead) if self._number else None
        self._ahead.clear()
        for lead_id in changed or ():
            self._forget(lead_id)
        for history in self._store.histories(up_to=last, lead_ids=changed):
            if any(max(one.fact.known_at, one.fact.at) > moment for one in history.stored):
                self._ahead.add(history.lead_id)
            steps = lead_steps(history, self._gate, moment)
            if steps:
                self._keep(steps)
        self._number = last

    def _keep(self, steps: LeadSteps) -> None:
        self._kept[steps.lead_id] = steps
        self._by_day[_last_day(steps)].add(steps.lead_id)
        self._reached.update(steps.reached.keys())

    def _forget(self, lead_id: LeadId) -> None:
        steps = self._kept.pop(lead_id, None)
        if steps:
            self._by_day[_last_day(steps)].discard(lead_id)
            self._reached.subtract(steps.reached.keys())


def _last_day(steps: LeadSteps) -> date:
    return max(one.at for one in steps.reached.values()).astimezone(UTC).date()
