"""Which kinds of lead came more often, or less often, since a day than before it: those alone that chance does not explain.

Shares are compared by Fisher's exact test (the smaller tail, doubled). Over all segments looked at the false discoveries
are held at one in twenty on average (Benjamini & Hochberg 1995, J. Royal Statistical Society B 57:289-300). A segment that
does not move any more among the leads outside those already named tells the same again, and is counted to them: so
overlapping segments merge, and so do the others' shares, which fall because one rose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from monitoring.breath import breathe
from monitoring.intervals import Rate
from monitoring.rate_difference import difference_interval
from monitoring.what_changed.segments import Cell, CellMask, Segment

FALSE_DISCOVERIES = 0.05
FEWEST_BEFORE, FEWEST_SINCE = 30, 15
FEWEST_IN_SEGMENT = 10
"""Of fewer leads on both sides together a segment is not looked at."""
STILL_MOVES = 0.01
"""Outside what was named before, a segment has to move at this level to be named too."""
PAIRS_PAY = math.log(100.0)
"""Two fields are named instead of one where they say it so much more surely."""
SAME_AGAIN = 0.5
"""Segments that share at least this part of their leads are told beside each other."""
MOST_NAMED, MOST_BESIDE = 6, 3


@dataclass(frozen=True, slots=True)
class MovedSegment:
    """A kind of lead whose share moved.

    ``before`` and ``since`` count it among all leads of the group on each side; ``size`` is the difference of the shares with
    its 95 % interval. ``also`` are kinds that mostly are the same leads.
    """

    segment: Segment
    before: Rate
    since: Rate
    size_interval: tuple[float, float]
    p_value: float
    also: tuple[Segment, ...] = ()

    @property
    def size(self) -> float:
        """Return the share since, less the share before."""
        return (self.since.value or 0.0) - (self.before.value or 0.0)


@dataclass(frozen=True, slots=True)
class _Candidate:
    segment: Segment
    mask: CellMask
    p_value: float

    @property
    def order(self) -> float:
        return math.log(max(self.p_value, 1e-300)) + (PAIRS_PAY if len(self.segment) > 1 else 0.0)


def moved_segments(masks: Mapping[Cell, CellMask], before: int, since: int) -> tuple[list[MovedSegment], int]:
    """Return the segments that moved, the surest first, and how many were looked at.

    Parameters
    ----------
    masks
        Which leads have each cell: ``segments.masks_of``.
    before, since
        How many leads there are on each side.
    """
    looked_at = [
        _Candidate(segment, mask, p_value(_rate(mask.before, before), _rate(mask.since, since)))
        for segment, mask in _enough(masks, before + since)
    ]
    border = _border([one.p_value for one in looked_at])
    surest = sorted((one for one in looked_at if one.p_value <= border), key=lambda one: (one.order, str(one.segment)))
    return _named(surest, before, since), len(looked_at)


def p_value(before: Rate, since: Rate) -> float:
    """Return Fisher's exact p-value, two-sided as twice the smaller tail; 1 where it is plainly above a tenth.

    >>> round(p_value(Rate(3, 4), Rate(1, 4)), 4)  # Fisher's tea (1935): one tail is 17/70
    0.4857
    """
    total, of = before.count + since.count, before.of + since.of
    mean = since.of * total / of
    low, high = max(0, total - before.of), min(total, since.of)
    k = since.count
    upward = k >= mean
    terms = range(k, high + 1) if upward else range(k, low - 1, -1)
    tail = sum(
        math.exp(_log_hypergeometric(one, total, since.of, of)) for one in _until_negligible(terms, total, since.of, of)
    )
    return min(1.0, 2 * tail)


def _until_negligible(terms: range, total: int, drawn: int, of: int) -> Iterator[int]:
    """Yield the tail's terms as long as they add anything: they fall faster and faster."""
    first = None
    for one in terms:
        log = _log_hypergeometric(one, total, drawn, of)
        first = log if first is None else first
        if log < first - 40.0:
            return
        yield one


def _log_hypergeometric(k: int, good: int, drawn: int, of: int) -> float:
    return _log_choose(good, k) + _log_choose(of - good, drawn - k) - _log_choose(of, drawn)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _rate(mask: int, of: int) -> Rate:
    return Rate(mask.bit_count(), of)


def _enough(masks: Mapping[Cell, CellMask], leads: int) -> Iterator[tuple[Segment, CellMask]]:
    """Yield one cell or two of different fields, where enough leads have it and enough have not."""
    singles = [(cell, mask) for cell, mask in masks.items() if _is_enough(mask, leads)]
    for cell, mask in singles:
        breathe()
        yield (cell,), mask
    for (one, first), (two, second) in combinations(singles, 2):
        if one.field == two.field:
            continue
        breathe()
        both = CellMask(first.before & second.before, first.since & second.since)
        if _is_enough(both, leads) and both not in (first, second):
            yield (one, two), both


def _is_enough(mask: CellMask, leads: int) -> bool:
    count = mask.before.bit_count() + mask.since.bit_count()
    return FEWEST_IN_SEGMENT <= count <= leads - FEWEST_IN_SEGMENT


def _border(values: Sequence[float]) -> float:
    """Return the largest p-value that counts as a discovery; below 0 where there is none."""
    held = [p for rank, p in enumerate(sorted(values), start=1) if p <= FALSE_DISCOVERIES * rank / len(values)]
    return held[-1] if held else -1.0


def _named(surest: Sequence[_Candidate], before: int, since: int) -> list[MovedSegment]:
    named: list[tuple[_Candidate, MovedSegment]] = []
    taken = CellMask(0, 0)
    for one in surest:
        if not _moves_outside(one.mask, taken, before, since):
            _tell_beside(one, named)
        elif len(named) < MOST_NAMED:
            shares = _rate(one.mask.before, before), _rate(one.mask.since, since)
            named.append((one, MovedSegment(one.segment, *shares, difference_interval(*shares), one.p_value)))
            taken = CellMask(taken.before | one.mask.before, taken.since | one.mask.since)
    return [moved for _, moved in named]


def _moves_outside(mask: CellMask, taken: CellMask, before: int, since: int) -> bool:
    if not taken.before and not taken.since:
        return True
    sides = (mask.before, taken.before, before), (mask.since, taken.since, since)
    rates = [Rate((own & ~gone).bit_count(), of - gone.bit_count()) for own, gone, of in sides]
    if min(rates[0].of, rates[1].of) == 0:
        return False
    return p_value(*rates) <= STILL_MOVES


def _tell_beside(one: _Candidate, named: list[tuple[_Candidate, MovedSegment]]) -> None:
    """Keep a segment beside the named one with which it shares most of its leads, if that is enough."""
    if len(one.segment) > 1:
        return
    place = max(range(len(named)), key=lambda n: _overlap(one.mask, named[n][0].mask))
    kept, moved = named[place]
    is_same = _overlap(one.mask, kept.mask) >= SAME_AGAIN and not set(one.segment) & set(moved.segment)
    if is_same and len(moved.also) < MOST_BESIDE:
        named[place] = kept, replace(moved, also=(*moved.also, one.segment))


def _overlap(one: CellMask, other: CellMask) -> float:
    shared = (one.before & other.before).bit_count() + (one.since & other.since).bit_count()
    either = (one.before | other.before).bit_count() + (one.since | other.since).bit_count()
    return shared / either if either else 0.0
