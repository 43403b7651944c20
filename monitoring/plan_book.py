"""The plans that are known now, read again only when some came or were taken back."""

from __future__ import annotations

import threading
from datetime import datetime

from features.facts.store import FactStore
from features.facts.values import Plan


class PlanBook:
    """The stored plans, of each the latest version."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._number = -1
        self._plans: list[Plan] = []
        self._lock = threading.Lock()

    def plans(self, moment: datetime) -> list[Plan]:
        """Return the plans known at ``moment``: a month's is known from its first day on."""
        with self._lock:
            last = self._store.last_number()
            if self._number < 0 or (last > self._number and self._store.plans_changed_since(self._number)):
                self._plans = self._store.plans(up_to=last)
            self._number = last
            return [one for one in self._plans if one.known_at <= moment]
