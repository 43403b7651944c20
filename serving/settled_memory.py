"""What a service holds for good is not looked through again and again.

Python looks for objects that only hold one another after every 700 that were made: under load that is after every few
scores, in pauses that grow with what is held. What stands once a service is ready (its code, the champion, the board) is
therefore set aside, and the young are looked through more seldom.

What many requests at once took for a moment is given back to the system: the C library keeps it, in pieces between what is still
needed, and takes more for the next such moment. It also keeps a heap for each thread that once needed one, and what is free in one
serves no other: a service has some twenty threads of which one works at a time, so they share one.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from functools import cache

MADE_BETWEEN_LOOKS = 20_000
"""So many objects are made between two looks: what a look takes then is about a millisecond."""
MOST_HEAPS = -8
"""What glibc's ``mallopt(3)`` calls M_ARENA_MAX: how many heaps there may be for all threads together."""
LOOKS_AT_THE_OLDER = 20
"""Among so many looks at the young one goes further back, and among so many of those one goes over all that is not set aside."""


def share_one_heap() -> None:
    """Let all threads take memory from the one heap that there is, where none has begun yet; nothing changes but with glibc.

    Heaps that threads have by now go on being dealt out, so this comes before all else in a process that serves.
    """
    import ctypes

    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(MOST_HEAPS, 1)


def set_aside() -> None:
    """Set aside what there is now."""
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_LOOKS, LOOKS_AT_THE_OLDER, LOOKS_AT_THE_OLDER)


def tidy_up() -> None:
    """Throw away what nobody holds any more, and set aside the rest."""
    gc.unfreeze()
    gc.collect()
    set_aside()


def give_back() -> None:
    """Give back to the system what memory is free; it takes some milliseconds, in which others may go on."""
    trimmed = _trimmed()
    if trimmed is not None:
        trimmed(0)


@cache
def _trimmed() -> Callable[[int], int] | None:
    """Return what gives memory back; None where the C library is another than glibc."""
    import ctypes  # with the first need of it, and not when a service starts

    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return found
