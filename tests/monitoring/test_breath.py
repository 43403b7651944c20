"""What nobody waits for rests long where others want the interpreter."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from monitoring.breath import breathe, unhurried

WORK_SECONDS = 0.3


def counted_in(seconds: float) -> int:
    """Return how much a count that breathes gets done in so long."""
    until, done = monotonic() + seconds, 0
    while monotonic() < until:
        sum(range(200))
        done += 1
        breathe()
    return done


@contextmanager
def somebody_busy() -> Iterator[None]:
    ended = threading.Event()

    def busy() -> None:
        while not ended.is_set():
            sum(range(200))

    other = threading.Thread(target=busy)
    other.start()
    try:
        yield
    finally:
        ended.set()
        other.join()


def test_an_unhurried_count_leaves_the_interpreter_to_whoever_is_busy() -> None:
    with somebody_busy():
        hurried = counted_in(WORK_SECONDS)
        with unhurried():
            gives_way = counted_in(WORK_SECONDS)
        after = counted_in(WORK_SECONDS)
    assert gives_way < hurried / 3
    assert gives_way < after / 3
