"""Form fields that came but that company.yaml does not know: taken, counted, shown to the analyst."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A field's name, how often it came since the service started, and when last."""

    name: str
    times: int
    last_at: datetime


class UnknownFields:
    """Counts names only, never what they held.

    >>> from datetime import UTC
    >>> fields = UnknownFields()
    >>> fields.count(["shoe_size"], datetime(2026, 3, 2, tzinfo=UTC))
    >>> [(one.name, one.times) for one in fields.seen()]
    [('shoe_size', 1)]
    """

    MOST = 1_000

    def __init__(self) -> None:
        self._seen: dict[str, UnknownField] = {}
        self._lock = threading.Lock()

    def count(self, names: Iterable[str], moment: datetime) -> None:
        """Count each name once; beyond ``MOST`` different names new ones are left out."""
        with self._lock:
            for name in names:
                before = self._seen.get(name)
                if before or len(self._seen) < self.MOST:
                    self._seen[name] = UnknownField(name, (before.times if before else 0) + 1, moment)

    def seen(self) -> list[UnknownField]:
        """Return every field, the most frequent first."""
        with self._lock:
            seen = list(self._seen.values())
        return sorted(seen, key=lambda field: (-field.times, field.name))
