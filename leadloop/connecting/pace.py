"""How fast a CRM may be asked: so many at once, so many a second after that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """A leaky bucket, as Bitrix24 describes its own: ``burst`` requests at once, then ``rate`` a second.

    >>> waited, moment = [], [0.0]
    >>> pace = Pace(rate=2.0, burst=3, clock=lambda: moment[0], sleep=waited.append)
    >>> for _ in range(5):
    ...     pace.wait()
    >>> waited
    [0.5, 1.0]
    """

    rate: float
    burst: int
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    _full: float = 0.0
    _at: float | None = None

    def wait(self) -> None:
        """Return when the next request may be sent."""
        needed = self.needed()
        self._full += 1.0
        if needed > 0:
            self.sleep(needed)

    def needed(self) -> float:
        """Return for how many seconds the next request would have to wait."""
        now = self.clock()
        if self._at is not None:
            self._full = max(self._full - (now - self._at) * self.rate, 0.0)
        self._at = now
        return max((self._full + 1.0 - self.burst) / self.rate, 0.0)
