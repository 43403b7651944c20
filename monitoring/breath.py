"""A long count lets go of the processor again and again, so that a lead that wants its score does not wait for it."""

from __future__ import annotations

import threading
from time import monotonic, sleep

EVERY_SECONDS = 0.002
"""So long a count goes on in one go: a few scores' time."""
SECONDS = 0.0002
"""Long enough that whoever waits has begun."""


class _Breaths(threading.local):
    """When this thread breathed last, by a clock that only tells spans."""

    last = 0.0


_breaths = _Breaths()


def breathe() -> None:
    """Let whoever waits for this interpreter go first, if that is some time ago; cheap enough for every small piece."""
    if monotonic() - _breaths.last >= EVERY_SECONDS:
        sleep(SECONDS)
        _breaths.last = monotonic()
