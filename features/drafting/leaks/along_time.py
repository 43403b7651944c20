"""The leads in the order in which they came, cut into windows of equal size: what was written in each, and what differs now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
"""So many times as large as any earlier change, and as the usual one of other columns, must the last one be."""
USUAL = 0.8


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
    shares: list[float] = filled_by_window(filled, windows).tolist()
    states = [share >= FULL for share in shares if share >= FULL or share <= EMPTY]
    switches = [before != after for before, after in pairwise(states)]
    return sum(switches) >= 2


def changes_of(codes: Codes, windows: Codes) -> Floats:
    """Return from window to window the share of leads that say something else than those before."""
    size = int(codes.max()) + 1
    shares = np.stack(
        [np.bincount(codes[windows == place], minlength=size) / (windows == place).sum() for place in range(WINDOWS)]
    )
    changes: Floats = np.abs(np.diff(shares, axis=0)).sum(axis=1) / 2
    return changes


def is_leap_at_the_end(changes: Floats, others: Sequence[float]) -> bool:
    """Return whether the last change is larger than any before, and than what the other columns did at the same time.

    Where many columns change at once other people came; where one does, the latest leads do not have it yet.
    """
    usual = float(np.quantile(others, USUAL)) if len(others) else 0.0
    return float(changes[-1]) >= max(LEAP, TIMES * float(changes[:-1].max()), TIMES * usual)
