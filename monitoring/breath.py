"""A long count lets go of the processor again and again, so that a lead that wants its score does not wait for it.

What nobody waits for is unhurried: where others want the interpreter it rests twenty times as long as it goes on. A service near
its limit would fall behind by as much as such a count takes, and everybody would wait until it has caught up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, process_time, sleep

EVERY_SECONDS = 0.002
"""So long a count goes on in one go: a few scores' time."""
SECONDS = 0.0002
"""Long enough that whoever waits has begun."""
TAKEN_SECONDS = 0.001
"""Who comes back later than this by so much, while this process worked for as long, found the interpreter taken."""
REST_SECONDS = 20 * EVERY_SECONDS


class _Breaths(threading.local):
    """When this thread breathed last, by a clock that only tells spans, and whether nobody waits for it."""

    last = 0.0
    is_unhurried = False


_breaths = _Breaths()


def breathe() -> None:
    """Let whoever waits for this interpreter go first, if that is some time ago; cheap enough for every small piece."""
    began = monotonic()
    if began - _breaths.last < EVERY_SECONDS:
        return
    worked = process_time()
    sleep(SECONDS)
    if _breaths.is_unhurried and _is_taken(monotonic() - began - SECONDS, process_time() - worked):
        sleep(REST_SECONDS)
    _breaths.last = monotonic()


def _is_taken(late: float, worked: float) -> bool:
    """Return whether others of this process kept a thread from going on: another process that did is none of theirs."""
    return min(late, worked) > TAKEN_SECONDS


@contextmanager
def unhurried() -> Iterator[None]:
    """Have this thread rest long wherever it breathes and finds the interpreter taken.

    Not around what holds a reading of the database open: whoever forgets a person waits for its end.
    """
    before, _breaths.is_unhurried = _breaths.is_unhurried, True
    try:
        yield
    finally:
        _breaths.is_unhurried = before
