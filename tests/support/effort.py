"""How many cases a law is asked: enough for every change in `make test`, many more in `make test-long`."""

from __future__ import annotations

import os


def is_long() -> bool:
    """Return whether this run may take its time."""
    return os.environ.get("TESTS", "") == "long"


def cases(usual: int, *, long: int) -> int:
    """Return how many cases a test draws: ``usual``, or ``long`` where the run may take its time."""
    return long if is_long() else usual
