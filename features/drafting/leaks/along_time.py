"""The leads in the order in which they came, cut into windows of equal size: what was written in each, and what differs now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.drafting.leaks.auc_gain import Floats
from features.drafting.leaks.told_column import Codes, Flags

WINDOWS = 10
LEAST_LEADS = 50
"""In a window; with fewer leads windows say nothing."""
FULL, EMPTY = 0.75, 0.25
LEAP = 0.30
"""Share of leads that must say something else in the last window than in the one before it."""
TIMES = 3.0
"""So many times as large as any earlier change must the last one be."""


def windows_of(order: Sequence[float]) -> Codes | None:
    """Return the window of each lead, 0 the earliest, by a moment or a number that grows with it; None for too few leads.

    >>> windows_of(range(1000)).tolist()[::111]
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    if len(order) < WINDOWS * LEAST_LEADS:
        return None
    places = np.argsort(np.argsort(np.asarray(order, dtype=np.float64), kind="stable"), kind="stable")
    return (places * WINDOWS // len(order)).astype(np.int64)


def filled_by_window(filled: Flags, windows: Codes) -> Floats:
    """Return the share filled in each window."""
    return np.bincount(windows, weights=filled, minlength=WINDOWS) / np.bincount(windows, minlength=WINDOWS)


def comes_and_goes(filled: Flags, windows: Codes) -> bool:
    """Return whether a column is filled in some times and not in others, and back: a form changes once, a process often."""
    states = [share >= FULL for share in filled_by_window(filled, windows) if share >= FULL or share <= EMPTY]
    return sum(before != after for before, after in zip(states, states[1:], strict=False)) >= 2


def leap_at_the_end(codes: Codes, windows: Codes) -> float | None:
    """Return the share of the latest leads that say something else than those just before, where it never was so before."""
    size = int(codes.max()) + 1
    shares = [np.bincount(codes[windows == place], minlength=size) / (windows == place).sum() for place in range(WINDOWS)]
    changes = [float(np.abs(after - before).sum()) / 2 for before, after in zip(shares, shares[1:], strict=False)]
    return changes[-1] if changes[-1] >= max(LEAP, TIMES * max(changes[:-1])) else None
