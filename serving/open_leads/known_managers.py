"""Every manager whom a lead, a call, a stage or a hand-over ever named: whoever worked here may ask for his queue."""

from __future__ import annotations

import threading

from features.facts.store import FactStore


class KnownManagers:
    """The names that are stored; all facts are read once, when the first name is asked for, and from then on the new ones."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._names: set[str] = set()
        self._number = 0
        self._lock = threading.Lock()

    def holds(self, name: str) -> bool:
        """Return whether anything that is stored names a manager so."""
        with self._lock:
            last = self._store.last_number()
            if name not in self._names and last > self._number:
                self._names |= self._store.managers(after=self._number)
                self._number = last
            return name in self._names
