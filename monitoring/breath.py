"""A long count lets go of the processor again and again, so that a lead that wants its score does not wait for it.

Where nobody else wants it the count goes on at once. Where others do, it rests four times as long as it went on: who answers
scores near his limit would fall behind for as long as a count took half of the time.
"""

from __future__ import annotations

import threading
from time import monotonic, sleep

EVERY_SECONDS = 0.002
"""So long a count goes on in one go: a few scores' time."""
SECONDS = 0.0002
"""Long enough that whoever waits has begun."""
BUSY_SECONDS = 0.001
"""Who comes back later than this by so much found the interpreter taken."""
REST_SECONDS = 4 * EVERY_SECONDS


class _Breaths(threading.local):
    """When this thread breathed last, by a clock that only tells spans."""

    last = 0.0


_breaths = _Breaths()


def breathe() -> None:
    """Let whoever waits for this interpreter go first, if that is some time ago; cheap enough for every small piece."""
    began = monotonic()
    if began - _breaths.last < EVERY_SECONDS:
        return
    sleep(SECONDS)
    if monotonic() - began - SECONDS > BUSY_SECONDS:
        sleep(REST_SECONDS)
    _breaths.last = monotonic()
