"""How the sources had sold by the last midnight, held for the day; a new day is counted in the background."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline, last_midnight
from features.rows.source_rates import NO_RATES, SourceRates
from serving.desk.kept_rates import KeptRates


class DaysRates:
    """The rates of one midnight, and on request those of the midnights before it."""

    def __init__(self, store: FactStore, gate: Gate, kept: KeptRates | None = None) -> None:
        self._kept, self._kept_number = kept, -1
        self._store, self._zone = store, gate.company.zone
        self._gate, self._timeline = gate, RatesTimeline(gate)
        self._has_learned, self._counted = False, 0
        self._forgetting = (0, 0)
        self._today: tuple[datetime | None, SourceRates] = None, NO_RATES
        self._past: dict[datetime, SourceRates] = {}
        self._counting = threading.Lock()

    @property
    def number(self) -> int:
        """Return the storage number up to which facts were counted."""
        return self.held.number

    def at(self, moment: datetime) -> SourceRates:
        """Return the rates held for today and for what comes; for a moment before them, those of its own midnight."""
        since, held = self._today
        if since is None or moment >= since:
            return held
        midnight = last_midnight(moment, self._zone)
        kept = self._past.get(midnight)
        if kept is None:
            with self._counting:
                if not self._has_learned:
                    self._go_on(of=self.number)
                if not self._has_learned:
                    self._learn(self.number)
                kept = self._past[midnight] = self._timeline.held(moment, self.number)
        return kept

    @property
    def has_learned(self) -> bool:
        """Return whether this process has counted by itself."""
        return self._has_learned

    @property
    def held(self) -> SourceRates:
        """Return the rates of the midnight that was counted last."""
        return self._today[1]

    def take(self, counted: SourceRates) -> None:
        """Hold rates that were counted before this process began, until ``count`` counts anew."""
        with self._counting:
            self._hold(counted)

    def is_of(self, moment: datetime) -> bool:
        """Return whether the rates held are those of the day of ``moment``."""
        return self.held.midnight == last_midnight(moment, self._zone)

    def count(self, moment: datetime) -> None:
        """Count what is new, and hold the rates as of the last midnight before ``moment``."""
        with self._counting:
            self._go_on()
            before, (number, forgetting) = self._counted, self._store.last_change()
            if not self._has_learned or before == 0 or forgetting != self._forgetting:
                self._learn(number)  # of whoever was forgotten what is stored was written anew
                self._kept_number = -1
            elif number > before:
                self._timeline.take_in(self._changes(before, number))
            self._counted = number
            self._past = {}
            self._hold(self._timeline.held(moment, number))
            if self._kept and number != self._kept_number:
                self._kept.keep(self._timeline, number, self._forgetting)
                self._kept_number = number

    def _hold(self, rates: SourceRates) -> None:
        """Hold rates from their midnight on, told in UTC: to compare moments of two zones is to ask both for their clocks."""
        self._today = rates.midnight and rates.midnight.astimezone(UTC), rates

    def _go_on(self, *, of: int | None = None) -> None:
        """Go on from the timeline that was kept, where this process has counted nothing yet; ``of``: from that number alone."""
        forgetting = self._store.last_change().forgetting
        found = self._kept.read(self._gate) if self._kept and not self._has_learned else None
        if found and of in (None, found[1]):
            self._timeline, self._counted = found
            self._has_learned, self._forgetting = True, forgetting

    def _learn(self, number: int) -> None:
        self._forgetting = self._store.last_change().forgetting
        self._timeline = RatesTimeline(self._gate).learn(self._store.histories(up_to=number))
        self._counted, self._has_learned = number, True

    def _changes(self, before: int, number: int) -> RatesTimeline:
        """Return what came and what went of the leads that changed, read a piece at a time, before anything of it is counted."""
        changes, changed = RatesTimeline(self._gate), sorted(self._store.leads_changed_since(before))
        changes.forget(self._store.histories(up_to=before, lead_ids=changed))
        return changes.learn(self._store.histories(up_to=number, lead_ids=changed))
