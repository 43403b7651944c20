"""How often somebody may ask: so many requests a second, and few wrong passwords."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

MOST_WATCHED = 10_000
"""So many askers are watched; who did not ask for the longest is dropped first, and had the most time to recover."""


class TokenBuckets:
    """Lets each asker send ``rate`` requests a second, and a burst of so many after a rest."""

    def __init__(self, clock: Callable[[], float], burst_seconds: float = 5.0) -> None:
        self._clock, self._burst = clock, burst_seconds
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, who: str, rate: float) -> float:
        """Take one request; return 0, or how many seconds are to be waited before the next is answered.

        >>> buckets = TokenBuckets(lambda: 0.0, burst_seconds=1.0)
        >>> [buckets.wait("crm", 2.0) for _ in range(3)]
        [0.0, 0.0, 0.5]
        """
        now, most = self._clock(), max(rate * self._burst, 1.0)
        left, at = self._left.get(who, (most, now))
        left = min(most, left + (now - at) * rate)
        if left < 1.0:
            self._left[who] = left, now
            return (1.0 - left) / rate
        if len(self._left) >= MOST_WATCHED and who not in self._left:
            self._left.pop(next(iter(self._left)))
        self._left[who] = left - 1.0, now
        return 0.0


class WrongTries:
    """Counts wrong passwords by account and by address; after a few, each next try has to wait twice as long."""

    def __init__(self, clock: Callable[[], float], *, free: int, longest: float = 900.0) -> None:
        self._clock, self._free, self._longest = clock, free, longest
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str) -> float:
        """Return how many seconds the next try has to wait; 0 where it may come now."""
        with self._lock:
            count, last = self._tries.get(who, (0, 0.0))
        if count < self._free:
            return 0.0
        return max(last + min(2.0 ** (count - self._free), self._longest) - self._clock(), 0.0)

    def wrong(self, who: str) -> None:
        """Note a try as wrong; whoever asks at once, before it is known, so that many tries at a time are not all let through."""
        with self._lock:
            count, last = self._tries.pop(who, (0, 0.0))
            if self._clock() - last > self._longest:
                count = 0
            self._tries[who] = (count + 1, self._clock())
            if len(self._tries) > MOST_WATCHED:
                self._tries.popitem(last=False)

    def take_back(self, who: str) -> None:
        """Note that a try was not wrong after all; those before it still were."""
        with self._lock:
            count, last = self._tries.get(who, (0, 0.0))
            if count > 1:
                self._tries[who] = (count - 1, last)
            else:
                self._tries.pop(who, None)

    def right(self, who: str) -> None:
        """Forget the wrong tries of somebody who then knew it."""
        with self._lock:
            self._tries.pop(who, None)
