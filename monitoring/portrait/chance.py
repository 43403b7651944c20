"""What chance alone shows among so many segments, found by giving the outcomes to other leads: the test of a portrait.

Outcomes are dealt out anew to the leads many times; each time the strongest of all segments is noted. What stands out more
than 95 of 100 such strongest ones stands out surely, however many segments were looked at and however much they overlap:
the step-down maxT method of Westfall & Young 1993, "Resampling-Based Multiple Testing", algorithm 2.8 (p. 66), in the form of
Ge, Dudoit & Speed 2003, Test 12:1-77, box 4. The strength is the signed root of the likelihood ratio of the two-by-two table
(McCullagh & Nelder 1989, "Generalized Linear Models", section 4.5.2), which is nearly normal also in small segments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.portrait.lead_traits import Bools, Floats, Ints
from monitoring.portrait.segments import Segments

DEALS, DEALS_AFTERWARDS = 999, 399
"""So often outcomes are dealt out anew, and where it is asked what a segment adds to others."""
AT_ONCE = 111


@dataclass(frozen=True, slots=True)
class Strengths:
    """How strongly each segment stands out (positive: among buyers), and its p-value adjusted for all of them.

    Both have an entry a segment, in the order in which they were asked about; a strength is about a standard normal deviation.
    """

    strength: Floats
    p_value: Floats


def strengths_of(segments: Segments, bought: Bools, *, rng: np.random.Generator, deals: int = DEALS) -> Strengths:
    """Return how strongly each segment stands out among buyers, and how often chance shows as much somewhere.

    Parameters
    ----------
    bought
        For each lead whether it bought; settled leads alone.
    """
    table = _XLogX(len(bought))
    buyers = int(bought.sum())
    seen = segments.counts(bought[:, None].astype(np.float32))
    observed = table.root(seen, segments.sizes[:, None], buyers)[:, 0]
    by_chance = _Exceedances(np.abs(observed), segments.fields)
    for start in range(0, deals, AT_ONCE):
        dealt = _dealt(bought, min(AT_ONCE, deals - start), rng)
        by_chance.count(np.abs(table.root(segments.counts(dealt), segments.sizes[:, None], buyers)))
    return Strengths(observed, by_chance.p_values(deals))


def conditional_strengths(
    segments: Segments,
    some: Ints,
    bought: Bools,
    alike: Ints,
    *,
    rng: np.random.Generator,
    deals: int = DEALS_AFTERWARDS,
) -> Strengths:
    """Return how strongly some segments still stand out among leads that are ``alike`` in what was chosen before.

    Within each group of leads that are alike outcomes are dealt out anew. The strength is that of Mantel & Haenszel 1959,
    Journal of the National Cancer Institute 22:719-748, without a correction for continuity.

    Parameters
    ----------
    alike
        For each lead the number of its group.
    """
    groups = [np.flatnonzero(alike == one) for one in np.unique(alike)]
    expected, variance = np.zeros(len(some)), np.zeros(len(some))
    one_hot = np.zeros((len(bought), len(groups)), dtype=np.float32)
    for place, group in enumerate(groups):
        one_hot[group, place] = 1.0
    inside = segments.counts(one_hot, some)
    for place, group in enumerate(groups):
        n, n1, m = len(group), int(bought[group].sum()), inside[:, place]
        expected += n1 * m / n
        variance += n1 * (n - n1) * m * (n - m) / (n * n * max(n - 1, 1))
    scale = np.sqrt(np.maximum(variance, 1e-12))
    is_open = variance > 1e-9
    seen = segments.counts(bought[:, None].astype(np.float32), some)[:, 0]
    observed = np.where(is_open, (seen - expected) / scale, 0.0)
    by_chance = _Exceedances(np.abs(observed), segments.fields[some])
    for start in range(0, deals, AT_ONCE):
        count = min(AT_ONCE, deals - start)
        dealt = np.empty((len(bought), count), dtype=np.float32)
        for group in groups:
            dealt[group] = _dealt(bought[group], count, rng)
        moved = (segments.counts(dealt, some) - expected[:, None]) / scale[:, None]
        by_chance.count(np.where(is_open[:, None], np.abs(moved), 0.0))
    return Strengths(observed, by_chance.p_values(deals))


def signed_root(seen: npt.ArrayLike, inside: npt.ArrayLike, bought: int, leads: int) -> Floats:
    """Return the signed root of the likelihood ratio of two-by-two tables, by their counts.

    >>> signed_root([30.0, 10.0, 20.0], [100, 100, 100], 200, 1000).round(2).tolist()  # 20 of 100 are expected
    [2.52, -2.83, 0.0]
    """
    return _XLogX(leads).root(np.asarray(seen, dtype=np.float64), np.asarray(inside, dtype=np.int64), bought)


class _XLogX:
    """The logarithms of all whole numbers up to that of the leads, times themselves: the likelihood ratio is a sum of nine."""

    def __init__(self, leads: int) -> None:
        self.leads = leads
        numbers = np.arange(leads + 1, dtype=np.float64)
        self._of = numbers * np.log(np.maximum(numbers, 1.0))

    def root(self, seen: Floats, inside: Ints, bought: int) -> Floats:
        of, n = self._of, self.leads
        k = np.rint(seen).astype(np.int64)
        cells = of[k] + of[bought - k] + of[inside - k] + of[n - bought - inside + k]
        margins = of[bought] + of[n - bought] + of[inside] + of[n - inside] - of[n]
        twice = np.maximum(2.0 * (cells - margins), 0.0)
        root: Floats = np.where(twice < 1e-9, 0.0, np.sqrt(twice)) * np.sign(seen - bought * (inside / n))
        return root


class _Exceedances:
    """Counts, from the weakest up, how often the strongest of all as weak or weaker is as strong by chance, by fields."""

    def __init__(self, observed: Floats, fields: Ints) -> None:
        self._observed = observed
        families = [np.flatnonzero(fields == one) for one in np.unique(fields)]
        self._orders = [family[np.argsort(observed[family], kind="stable")] for family in families]
        self._counts = np.zeros(len(observed))

    def count(self, by_chance: Floats) -> None:
        """Count some deals: a row a segment, a column a deal."""
        for order in self._orders:
            strongest = np.maximum.accumulate(by_chance[order], axis=0)
            self._counts[order] += (strongest >= self._observed[order, None] - 1e-9).sum(axis=1)

    def p_values(self, deals: int) -> Floats:
        raw = (1.0 + self._counts) / (deals + 1.0)
        p = np.ones(len(raw))
        for order in self._orders:  # the stronger is never less sure than a weaker one
            p[order] = np.maximum.accumulate(raw[order][::-1])[::-1]
        return np.minimum(p * len(self._orders), 1.0)


def _dealt(bought: Bools, times: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return a row a lead and a column a deal: the outcomes, dealt out anew each time."""
    cards = np.broadcast_to(bought.astype(np.float32), (times, len(bought)))
    return np.ascontiguousarray(rng.permuted(cards, axis=1).T)
