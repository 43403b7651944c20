"""A column is filled in for another share of won leads than of the others, by more than chance makes of many columns."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

TELLING_APART = 0.03
SURE = 3.0


def is_surely_apart(filled: NDArray[np.bool_], won: NDArray[np.bool_]) -> bool:
    """Return whether the shares filled of won leads and of the others surely differ; there must be leads of both.

    >>> won = np.arange(100) < 50
    >>> is_surely_apart(np.arange(100) < 60, won), is_surely_apart(np.arange(100) % 2 == 0, won)
    (True, False)
    """
    share = float(filled.mean())
    spread = sqrt(max(share * (1 - share), 1e-9) * (1 / int(won.sum()) + 1 / int((~won).sum())))
    return abs(float(filled[won].mean()) - float(filled[~won].mean())) >= max(TELLING_APART, SURE * spread)
