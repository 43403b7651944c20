"""How the sources had sold by the last midnight, held for the day; a new day is counted in the background."""

from __future__ import annotations

from datetime import datetime

from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline, last_midnight
from features.rows.source_rates import NO_RATES, SourceRates


class DaysRates:
    """The rates of one midnight, with the storage number up to which they were counted."""

    def __init__(self, store: FactStore, gate: Gate) -> None:
        self._store, self._zone = store, gate.company.zone
        self._timeline = RatesTimeline(gate)
        self._held: tuple[datetime | None, int, SourceRates] = (None, 0, NO_RATES)

    @property
    def midnight(self) -> datetime | None:
        """Return the midnight that the rates belong to; None before any were counted."""
        return self._held[0]

    @property
    def number(self) -> int:
        """Return the storage number up to which facts were counted."""
        return self._held[1]

    def at(self, moment: datetime) -> SourceRates:
        """Return the rates held; whoever logs a row logs ``midnight`` and ``number`` beside it."""
        return self._held[2]

    def is_of(self, moment: datetime) -> bool:
        """Return whether the rates held are those of the day of ``moment``."""
        return self._held[0] == last_midnight(moment, self._zone)

    def count(self, moment: datetime) -> None:
        """Count what is new, and hold the rates as of the last midnight before ``moment``."""
        before, number = self.number, self._store.last_number()
        if before == 0:
            self._timeline.learn(self._store.histories(up_to=number))
        elif number > before:
            changed = sorted(self._store.leads_changed_since(before))
            self._timeline.forget(self._store.histories(up_to=before, lead_ids=changed))
            self._timeline.learn(self._store.histories(up_to=number, lead_ids=changed))
        rates = self._timeline.at(moment)
        counts = {key: rates.settled(key) for key in self._timeline.sources()}
        self._held = (last_midnight(moment, self._zone), number, SourceRates(counts))
