"""Of the many segments that stand out the few that explain the others: what a person can read, and act on.

Owners buy, and so do owners in the city, owners on Mondays, owners who found us by search: all that is one thing. The strongest
is told first; another one only where it still stands out among leads that are alike in what was told before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from monitoring.portrait.chance import Strengths, conditional_strengths
from monitoring.portrait.lead_traits import Bools, Floats, Ints
from monitoring.portrait.segments import Segments

MOST_TOLD = 8
"""More nobody reads."""
SURE_OF_PARTS = 0.05
"""Of the groups said to be more than their parts, at most this share is not (Benjamini & Hochberg 1995, JRSS B 57:289-300):
among those with a field that stands out by itself, which are few, and among all others, and so of both together (Efron 2008,
"Simultaneous inference: When should hypothesis testing problems be combined?", Annals of Applied Statistics 2:197-223)."""
PREFERRED = 0.5
"""Of segments about as strong, by so much, the simpler one is told, and what buyers are rather than what they are not."""


def told(
    segments: Segments, strengths: Strengths, bought: Bools, *, level: float, rng: np.random.Generator
) -> list[int]:
    """Return the segments to tell, the strongest first: each surely adds to those before it.

    A segment of two fields is told only if it surely says more than each field alone (``says_more``).
    """
    stands_out = np.flatnonzero(strengths.p_value <= level)
    candidates = says_more(segments, stands_out, bought)
    chosen: list[int] = []
    alike: Ints = np.zeros(len(bought), dtype=np.int64)
    every = np.arange(len(segments))
    while len(candidates) and len(chosen) < MOST_TOLD:
        # Of all, for the candidates were chosen by their luck too; the first needs no second test.
        left = conditional_strengths(segments, every, bought, alike, rng=rng) if chosen else strengths
        same_way = np.sign(left.strength) == np.sign(strengths.strength)
        candidates = candidates[((left.p_value <= level) & same_way)[candidates]]
        if not len(candidates):
            break
        best = _best(segments, candidates, left.strength[candidates])
        chosen.append(best)
        candidates = candidates[candidates != best]
        alike = np.unique(alike * 2 + segments.members(best), return_inverse=True)[1]
    return chosen


def says_more(segments: Segments, some: Ints, bought: Bools) -> Ints:
    """Return those of some segments that consist of one field, or surely differ from each of their parts in the same direction.

    Owners whose renovation has begun say more than owners if, among the owners, those whose renovation has begun buy surely
    more often than the rest; and than the renovations that have begun, if among those the owners do. With three fields the
    parts are the three pairs. Each of all the groups looked at is counted among those that might have said more, apart for
    those with a field that stands out by itself: how many of all owners bought says nothing of which owners did, so this may
    be looked at beforehand (independent filtering: Bourgon, Gentleman & Huber 2010, PNAS 107:9546-9551). Of the renovations
    that does not hold to the letter, as owners are among them; how often it is wrong is measured (``benchmarks/portrait.py``).
    """
    is_pair = segments.fields > 1
    singles = some[~is_pair[some]]
    by_itself = np.isin(segments.parts, segments.parts[singles]).any(axis=1)
    kept = [singles]
    for family in (is_pair & by_itself, is_pair & ~by_itself):
        pairs = some[family[some]]
        p_values = np.array([_least_sure(segments, int(one), bought) for one in pairs])
        kept.append(pairs[_surely(p_values, looked_at=int(family.sum()))])
    return np.sort(np.concatenate(kept))


def _surely(p_values: Floats, *, looked_at: int) -> Ints:
    """Return which of the p-values stand after Benjamini & Hochberg's step-up, where all others of ``looked_at`` do not."""
    order: Ints = np.argsort(p_values, kind="stable")
    held = p_values[order] <= SURE_OF_PARTS * np.arange(1, len(p_values) + 1) / max(looked_at, 1)
    return order[: int(np.flatnonzero(held).max()) + 1 if held.any() else 0]


def _least_sure(segments: Segments, pair: int, bought: Bools) -> float:
    """Return the largest of the one-sided p-values by which a segment differs from the rest of each of its parts."""
    inside = segments.members(pair)
    rate = float(bought[inside].mean())
    direction = 1.0 if rate > float(bought[~inside].mean()) else -1.0
    parts = segments.single_parts(pair)
    worst = 0.0
    for left_out in parts:
        around = np.logical_and.reduce([segments.inside[one] > 0 for one in parts if one != left_out])
        worst = max(worst, float(norm.sf(direction * _z(inside[around], bought[around]))))
    return worst


def _z(inside: npt.NDArray[np.bool_], bought: Bools) -> float:
    """Return the standardised difference of a hypergeometric count from its mean."""
    n, m, n1 = len(bought), int(inside.sum()), int(bought.sum())
    variance = n1 * (n - n1) * m * (n - m) / (n * n * max(n - 1, 1))
    return float((int(bought[inside].sum()) - n1 * m / n) / np.sqrt(variance)) if variance > 0 else 0.0


def _best(segments: Segments, candidates: Ints, strength: npt.NDArray[np.float64]) -> int:
    worth = np.abs(strength) - PREFERRED * (segments.fields[candidates] - 1) + PREFERRED * (strength > 0)
    return int(candidates[int(np.argmax(worth))])
