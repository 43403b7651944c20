"""A long count that others wait for rests longer than it works; where nobody waits it goes on."""

from __future__ import annotations

import threading
from time import monotonic

from monitoring.breath import breathe

WORK_SECONDS = 0.3


def counted_in(seconds: float) -> int:
    """Return how much a count that breathes gets done in so long."""
    until, done = monotonic() + seconds, 0
    while monotonic() < until:
        sum(range(200))
        done += 1
        breathe()
    return done


def test_beside_somebody_who_is_busy_a_count_takes_less_than_a_third() -> None:
    alone = counted_in(WORK_SECONDS)
    ended = threading.Event()

    def busy() -> None:
        while not ended.is_set():
            sum(range(200))

    other = threading.Thread(target=busy)
    other.start()
    beside = counted_in(WORK_SECONDS)
    ended.set()
    other.join()
    assert beside < alone / 3
