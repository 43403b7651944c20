"""How far every lead has come, kept in memory and caught up by storage number, so that a page and a pull answer fast."""

from __future__ import annotations

import threading
from datetime import datetime

from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.conversions.lead_steps import LeadSteps, lead_steps


class StepsBook:
    """The steps of all leads that count."""

    def __init__(self, store: FactStore, company: Company) -> None:
        self._store, self._gate = store, Gate(company)
        self._kept: dict[LeadId, LeadSteps] = {}
        self._ahead: set[LeadId] = set()
        self._number = 0
        self._lock = threading.Lock()

    def steps(self, moment: datetime) -> list[LeadSteps]:
        """Return the leads as known at ``moment`` (now, for whoever keeps the book), the oldest first."""
        with self._lock:
            self._catch_up(moment)
            kept = list(self._kept.values())
        return sorted(kept, key=lambda one: (one.created_at, one.lead_id))

    def _catch_up(self, moment: datetime) -> None:
        """Read what changed since the last look, and what lay ahead of the moment of that look."""
        last = self._store.last_number()
        if last == self._number and not self._ahead:
            return
        changed = sorted(self._store.leads_changed_since(self._number) | self._ahead) if self._number else None
        self._ahead.clear()
        for lead_id in changed or ():
            self._kept.pop(lead_id, None)
        for history in self._store.histories(up_to=last, lead_ids=changed):
            if any(max(one.fact.known_at, one.fact.at) > moment for one in history.stored):
                self._ahead.add(history.lead_id)
            steps = lead_steps(history, self._gate, moment)
            if steps:
                self._kept[history.lead_id] = steps
        self._number = last
