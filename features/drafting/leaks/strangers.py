"""A column that tells the outcome yet has nothing to do with anything else that is known of the lead: a stranger.

What people tell of themselves hangs together: who comes from a campaign lives in a city, visits pages, names a sum. What
is written down because of the outcome hangs together with the outcome alone. So a stranger has no kin among the other
columns in one of two ways: not within the won leads and within the others (it copies the outcome), or not among all
leads (it joins in later and helps to decide, as the length of a call does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np

from features.drafting.leaks.told_column import Codes, Flags

KIN = 0.12
"""Bias-corrected Cramér's V from which two columns count as kin."""
WORTH = 0.012
"""What a stranger must add to the AUC: 0.02 is what matters, and a file measures it within some thousandths."""
MOST_STRANGERS = 0.5
"""Where more columns than this share are strangers, being one says nothing: the form's questions just do not hang together."""
LEAST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Kin:
    """The column that a column has most to do with, and how much (0 nothing, 1 the same)."""

    name: str
    strength: float


def strangers(columns: Mapping[str, Codes], won: Flags) -> dict[str, Kin]:
    """Return the columns without kin, each with its nearest; none where being a stranger is the rule.

    The weaker of two columns' ties among all leads and within each outcome counts.
    """
    varied = {name: codes for name, codes in columns.items() if codes.min() < codes.max()}
    ties = {(a, b): tie(varied[a], varied[b], won) for a, b in combinations(varied, 2)}
    nearest = {name: _nearest(name, ties) for name in varied}
    found = {name: kin for name, kin in nearest.items() if kin.strength < KIN}
    return found if len(varied) >= LEAST_COLUMNS and len(found) <= MOST_STRANGERS * len(varied) else {}


def _nearest(name: str, ties: Mapping[tuple[str, str], float]) -> Kin:
    kin = [Kin(b if name == a else a, strength) for (a, b), strength in ties.items() if name in (a, b)]
    return max(kin, key=lambda one: one.strength, default=Kin("", 0.0))


def tie(one: Codes, other: Codes, won: Flags) -> float:
    """Return how much two columns have to do with each other beside the outcome.

    >>> town, street = np.array([0, 1] * 50), np.array([2, 3] * 50)
    >>> round(tie(town, street, np.arange(100) % 4 < 2), 2)
    1.0
    """
    among_all = cramers_v(one, other)
    if among_all < KIN:
        return among_all
    within = (cramers_v(one[won], other[won]) + cramers_v(one[~won], other[~won])) / 2
    return min(among_all, within)


def cramers_v(one: Codes, other: Codes) -> float:
    """Return Cramér's V, corrected for chance (Bergsma 2013, Journal of the Korean Statistical Society 42:323-328)."""
    width = int(other.max()) + 1
    counts = np.bincount(one * width + other, minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, columns = counts.shape
    leads = int(counts.sum())
    if min(rows, columns) < 2:
        return 0.0
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / leads
    share = float(((counts - expected) ** 2 / expected).sum()) / leads
    surplus = max(0.0, share - (rows - 1) * (columns - 1) / (leads - 1))
    most = min(rows - (rows - 1) ** 2 / (leads - 1), columns - (columns - 1) ** 2 / (leads - 1)) - 1
    return sqrt(surplus / most) if most > 0 else 0.0
