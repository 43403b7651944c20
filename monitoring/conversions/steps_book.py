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
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.conversions.lead_steps import LeadSteps, lead_steps, steps_of_test
from monitoring.kept_lines import KeptLines
from monitoring.lead_lines import LeadLines


@dataclass(frozen=True, slots=True)
class SomeLeads:
    """The leads that are looked at one by one, the oldest first, and how many there are in all: ``reached`` each step."""

    looked_at: tuple[LeadSteps, ...]
    leads: int
    reached: Mapping[Step, int]


class StepsBook:
    """The steps of all leads that count; ``kept`` is the file that a restart goes on from."""

    def __init__(self, store: FactStore, company: Company, kept: KeptLines[LeadSteps] | None = None) -> None:
        self._store, self._gate = store, Gate(company)
        self._lines = LeadLines(
            store,
            company,
            line_of=lambda history, moment: lead_steps(history, self._gate, moment),
            is_ahead=_is_ahead,
            kept=kept,
        )
        self._by_day: defaultdict[date, set[LeadId]] = defaultdict(set)
        self._known: dict[LeadId, LeadSteps] = {}
        self._reached: Counter[Step] = Counter()
        self._changes: list[LeadId] = []
        self._lock = threading.Lock()

    def leads(self, moment: datetime, *, active_since: datetime, also: Iterable[LeadId] = ()) -> SomeLeads:
        """Return the leads of which anything happened since ``active_since``, and those named ``also``, as known at ``moment``.

        ``moment`` is now, for whoever keeps the book.
        """
        with self._lock:
            self._catch_up(moment)
            first = active_since.astimezone(UTC).date()
            recent = {lead_id for day, those in self._by_day.items() if day >= first for lead_id in those}
            chosen = [self._known[one] for one in recent.union(also) if one in self._known]
            counted = len(self._known), dict(self._reached)
        return SomeLeads(tuple(sorted(chosen, key=lambda one: (one.created_at, one.lead_id))), *counted)

    def changed_since(self, place: int, moment: datetime) -> tuple[set[LeadId], int]:
        """Return the leads that changed after a place in the list of changes, and the place of now."""
        with self._lock:
            self._catch_up(moment)
            return set(self._changes[place:]), len(self._changes)

    def of_tests(self, lead_ids: Iterable[LeadId], moment: datetime) -> list[LeadSteps]:
        """Return what there is to tell of leads that turned out to be tests, which count nowhere."""
        read = self._store.histories(lead_ids=sorted(lead_ids))
        found = (steps_of_test(history, self._gate, moment) for history in read)
        return [one for one in found if one]

    def keep(self, moment: datetime) -> None:
        """Write what is new into the file that a restart goes on from."""
        self._lines.keep(self._lock, lambda: self._catch_up(moment))

    def _catch_up(self, moment: datetime) -> None:
        """Read what changed since the last look, and what lay ahead of the moment of that look."""
        for lead_id, steps in self._lines.catch_up(moment).items():
            self._changes.append(lead_id)
            before = self._known.pop(lead_id, None)
            if before:
                self._by_day[_last_day(before)].discard(lead_id)
                self._reached.subtract(before.reached.keys())
            if steps:
                self._known[lead_id] = steps
                self._by_day[_last_day(steps)].add(lead_id)
                self._reached.update(steps.reached.keys())


def _is_ahead(history: LeadHistory, moment: datetime) -> bool:
    return any(max(one.fact.known_at, one.fact.at) > moment for one in history.stored)


def _last_day(steps: LeadSteps) -> date:
    return max(one.at for one in steps.reached.values()).astimezone(UTC).date()
