"""A long count lets go of the processor again and again, so that a lead that wants its score does not wait for it."""

from __future__ import annotations

from time import sleep

SECONDS = 0.0002
"""Long enough that whoever waits has begun; a pass takes some hundred breaths."""


def breathe() -> None:
    """Let whoever waits for this interpreter go first."""
    sleep(SECONDS)
