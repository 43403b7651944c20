"""How often a won lead stands above another by some score: the AUC, ties counted by half."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def auc_by(score: Floats, won: NDArray[np.bool_]) -> float:
    """Return the AUC; 0.5, as of chance, where one of the two kinds is missing.

    >>> auc_by(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    below = shares_below(score, won)
    return float(below.mean()) if len(below) and len(below) < len(won) else 0.5


def shares_below(score: Floats, won: NDArray[np.bool_]) -> Floats:
    """Return for each won lead the share of the others that stand below it; nan where there are none."""
    others = np.sort(score[~won])
    below = np.searchsorted(others, score[won], "left") + np.searchsorted(others, score[won], "right")
    shares: Floats = below / (2 * len(others)) if len(others) else np.full(len(below), np.nan)
    return shares
