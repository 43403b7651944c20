"""How far every lead has come, kept in memory and caught up by storage number, so that a page and a pull answer fast.

Of most leads nothing can be told any more: they are too old for every system, and no system was told of them. Those are only
counted by step (``passed.py``); the others are held whole, and looked at one by one.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from features.facts.company import Company
from features.facts.conversion_settings import STEPS, Step
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.breath import breathe
from monitoring.conversions.ad_systems import AD_SYSTEMS, AdSystem
from monitoring.conversions.lead_steps import LeadSteps, come_so_far, steps_of, steps_of_test
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.passed import Passed, StepsLine, passed, steps_in
from monitoring.kept_lines import KeptLines
from monitoring.lead_lines import LeadLines

LONGER = timedelta(days=1)
"""A lead is held so long after its time: they are let go once a day, and clocks differ."""


@dataclass(frozen=True, slots=True)
class SomeLeads:
    """The leads that are looked at one by one, the oldest first, and how many there are in all: ``reached`` each step."""

    looked_at: tuple[LeadSteps, ...]
    leads: int
    reached: Mapping[Step, int]


def kept_steps(home: Path) -> KeptLines[StepsLine]:
    """Return the file in a data folder that a restart goes on from."""
    return KeptLines(home, "steps", StepsLine)


class StepsBook:
    """The steps of all leads that count; ``kept`` is the file that a restart goes on from."""

    def __init__(self, store: FactStore, company: Company, kept: KeptLines[StepsLine] | None = None) -> None:
        self._store, self._gate, self._ledger = store, Gate(company), Ledger(store.engine)
        self._systems = [one for name in company.conversions.systems if not (one := AD_SYSTEMS[name]).mends]
        self._lines = LeadLines(store, company, line_of=self._line, is_ahead=_is_ahead, kept=kept, hear=self._hear)
        self._whole: dict[LeadId, LeadSteps] = {}
        self._counts: Counter[Passed] = Counter()
        self._told: set[LeadId] = set()
        self._to_hold: set[LeadId] = set()
        self._told_row = 0
        self._changes: list[LeadId] = []
        self._is_read = False
        self._let_go_on: date | None = None
        self._lock = threading.Lock()

    def leads(self, moment: datetime, *, system: AdSystem | None = None, also: Collection[LeadId] = ()) -> SomeLeads:
        """Return the leads of which ``system`` may still be told, and those named ``also``, as known at ``moment``.

        ``moment`` is now, for whoever keeps the book. Of ``also`` those are there that may be told of or were.
        """
        with self._lock:
            self._catch_up(moment)
            chosen = {one: self._whole[one] for one in also if one in self._whole}
            if system:
                chosen |= {name: one for name, one in self._whole.items() if moment <= _last_moment(one, system)}
            return self._some(chosen.values())

    def _some(self, chosen: Iterable[LeadSteps]) -> SomeLeads:
        reached: Counter[Step] = Counter()
        for line, count in self._counts.items():
            reached.update(dict.fromkeys(steps_in(line), count))
        in_order = sorted(chosen, key=lambda one: (one.created_at, one.lead_id))
        return SomeLeads(tuple(in_order), self._counts.total(), {step: reached[step] for step in STEPS})

    def place(self, moment: datetime) -> int:
        """Return the place of now in the list of changes."""
        with self._lock:
            self._catch_up(moment)
            return len(self._changes)

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

    @contextmanager
    def filling(self, moment: datetime, number: int) -> Iterator[Callable[[LeadHistory], object]]:
        """Write the lines of all leads into the file of the next start, and hold none (``LeadLines.filling``)."""
        self._hear_of_whom_was_told()
        with self._lines.filling(moment, number) as take:
            yield take

    def keep(self, moment: datetime) -> None:
        """Write what is new into the file that a restart goes on from."""
        self._lines.keep(self._lock, lambda: self._catch_up(moment))

    def _catch_up(self, moment: datetime) -> None:
        """Read what changed since the last look, and what lay ahead of the moment of that look."""
        self._hear_of_whom_was_told()
        self._lines.catch_up(moment)
        self._is_read = True
        self._hold(moment)
        if self._let_go_on != moment.astimezone(UTC).date():
            self._let_go_on = moment.astimezone(UTC).date()
            self._let_go(moment)

    def _line(self, history: LeadHistory, moment: datetime) -> StepsLine | None:
        come = come_so_far(history, self._gate, moment)
        if come is None:
            return None
        known, reached = come
        last = max(one.at for one in reached.values())
        if history.lead_id in self._told or self._may_be_told(known.created_at, last, moment):
            return steps_of(known, reached, self._gate)
        return passed(reached)

    def _may_be_told(self, created_at: datetime, last: datetime, moment: datetime) -> bool:
        """Return whether any step of a lead, the last of which happened at ``last``, is young enough for any system."""
        return any(moment <= system.last_moment(created_at, last) + LONGER for system in self._systems)

    def _hear(self, lead_id: LeadId, before: StepsLine | None, line: StepsLine | None) -> None:
        """Count a lead by what it has become."""
        if before is not None:
            self._counts[_bits(before)] -= 1
        if line is not None:
            self._counts[_bits(line)] += 1
        if isinstance(line, LeadSteps):
            self._whole[lead_id] = line
        else:
            self._whole.pop(lead_id, None)
        if self._is_read:
            self._changes.append(lead_id)

    def _hear_of_whom_was_told(self) -> None:
        told, self._told_row = self._ledger.leads_told_since(self._told_row)
        self._to_hold |= told - self._told
        self._told |= told

    def _hold(self, moment: datetime) -> None:
        """Read those anew who were told for the first time, and of whom no more than the steps are held."""
        wanted = sorted(one for one in self._to_hold if one in self._lines.lines and one not in self._whole)
        found = self._store.histories(up_to=self._lines.number, lead_ids=wanted) if wanted else ()
        for history in found:
            breathe()
            line = self._line(history, moment)
            if isinstance(line, LeadSteps):
                self._whole[history.lead_id] = line
                self._lines.put(history.lead_id, line)
        self._to_hold.clear()

    def _let_go(self, moment: datetime) -> None:
        """Hold no more than the steps of those of whom nothing is to be told any more."""
        over = [
            lead_id
            for lead_id, one in self._whole.items()
            if lead_id not in self._told and not self._may_be_told(one.created_at, _last(one), moment)
        ]
        for lead_id in over:
            self._lines.put(lead_id, passed(self._whole.pop(lead_id).reached))


def _is_ahead(history: LeadHistory, moment: datetime) -> bool:
    return any(max(one.fact.known_at, one.fact.at) > moment for one in history.stored)


def _bits(line: StepsLine) -> Passed:
    return passed(line.reached) if isinstance(line, LeadSteps) else line


def _last(steps: LeadSteps) -> datetime:
    return max(one.at for one in steps.reached.values())


def _last_moment(steps: LeadSteps, system: AdSystem) -> datetime:
    """Return until when anything of a lead can be told."""
    return system.last_moment(steps.created_at, _last(steps))
