"""A destination that keeps failing is left alone for a while, whatever else waits for it; then one letter tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES_IN_A_ROW = 5
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)


@dataclass(slots=True)
class Breaker:
    """What is remembered of one destination (the circuit breaker of Nygard, "Release It!", 2007).

    >>> noon = datetime(2026, 3, 2, 12)
    >>> breaker = Breaker()
    >>> for _ in range(5):
    ...     breaker.failed(noon)
    >>> breaker.lets_through(noon), breaker.lets_through(noon + timedelta(minutes=1))
    (False, True)
    """

    failures: int = 0
    rests_until: datetime | None = None

    def lets_through(self, moment: datetime) -> bool:
        """Return whether a letter may be tried."""
        return self.rests_until is None or moment >= self.rests_until

    def failed(self, moment: datetime, asked: timedelta | None = None) -> None:
        """Note a failure; ``asked`` is how long the destination asked to be left alone."""
        self.failures += 1
        doubled = min(max(self.failures - FAILURES_IN_A_ROW, 0), 20)
        rest = min(FIRST_REST * 2**doubled, LONGEST_REST) if self.failures >= FAILURES_IN_A_ROW else timedelta(0)
        until = moment + max(rest, asked or timedelta(0))
        self.rests_until = until if until > moment else self.rests_until

    def answered(self) -> None:
        """Note that the destination answers."""
        self.failures, self.rests_until = 0, None
