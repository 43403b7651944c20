"""Whether two halves of pairs differ by more than the draw explains: exact, for the draw itself is the only chance that is used.

In each pair one week was drawn to get more money. Had the money no effect, each difference could as well have had the
other sign; so the sum of the differences is compared with all sums that other draws would have given (Fisher 1935, The
Design of Experiments, ch. 3). That an extra rouble sells theta says that the differences less theta times the extra money have no
effect in them; the thetas that the draw does not contradict are the interval (Rosenbaum 2002, Statistical Science 17:286-327; with
money as the instrument: Imbens & Rosenbaum 2005, JRSS A 168:109-126). Where the money hardly followed the draw these thetas may
fall into several parts, or never end; the interval reaches from the first to the last of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.05
MOST_ENUMERATED = 13
"""Pairs up to which every draw is gone through: 4,096 sums; beyond, draws are sampled."""
SAMPLED = 4_999
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """What one more unit of money sold: the estimate, its 95 % interval, and how often a draw without effect differs as much."""

    value: float
    low: float
    high: float
    p_value: float
    pairs: int


def effect_of(sold: Sequence[float], paid: Sequence[float], *, seed: int = 0) -> Effect | None:
    """Return the effect of money, from the differences of pairs (more money less less money); None where none was spent more.

    Parameters
    ----------
    sold, paid
        Of each pair: how much more was sold, and paid, in the week that was to get more.

    Examples
    --------
    >>> effect = effect_of([4.0, 5.0, 3.0, 6.0, 4.0, 5.0], [2.0] * 6)
    >>> round(effect.value, 2), effect.p_value  # six differences of one sign: 2 of the 64 draws are as extreme
    (2.25, 0.03125)
    """
    total = sum(paid)
    if total <= 0 or not sold:
        return None
    draws = _draws(sold, paid, seed)
    value = sum(sold) / total
    low, high = (value + side * _reach(draws, value, total, side) for side in (-1.0, 1.0))
    return Effect(value, low, high, _p_value(draws, sum(sold), total, 0.0), len(sold))


def p_value(differences: Sequence[float], *, seed: int = 0) -> float:
    """Return in which share of the draws the sum of differences is at least as far from 0 as it was.

    Of all 2**n draws up to ``MOST_ENUMERATED`` pairs; of so many that are drawn with ``seed`` beyond that.

    >>> p_value([4.0, 5.0, 3.0, 6.0, 4.0, 5.0]), p_value([4.0, -5.0, 3.0, -6.0, 4.0, 0.0])
    (0.03125, 1.0)
    """
    return _p_value(_draws(differences, [0.0] * len(differences), seed), sum(differences), 0.0, 0.0)


def _p_value(draws: Sequence[tuple[float, float]], sold: float, paid: float, theta: float) -> float:
    """Return in which share of the draws what is left of the sales, less theta times the money, is as far from 0 as it was."""
    seen = abs(sold - theta * paid)
    near = seen - TINY * (1.0 + abs(sold) + abs(theta * paid))
    return sum(abs(one - theta * money) >= near for one, money in draws) / len(draws)


def is_more(differences: Sequence[float]) -> bool:
    """Return whether differences are shown to be above 0, as ``p_value`` shows it, without going through every draw.

    A draw gives at least as large a sum where those that it turns add up to 0 or less; from the smallest on these are soon
    counted, or soon too many.

    >>> is_more([1.0, 2.0, 3.0, 1.0, 2.0, 0.5]), is_more([1.0, 2.0, 3.0, 1.0, 2.0, -0.5])
    (True, False)
    """
    ordered, most = sorted(differences), int(LEVEL * 2.0 ** len(differences) / 2)
    found, waiting = 1, [(0, 0.0)]  # the draw itself turns none
    while waiting and found <= most:
        first, total = waiting.pop()
        for place in range(first, len(ordered)):
            turned = total + ordered[place]
            if turned > 0:
                break
            found += 1
            waiting.append((place + 1, turned))
    return found <= most


def attained_level(pairs: int) -> float:
    """Return the largest level up to 5 % at which so many pairs can be judged; 0 where they are too few to judge at all.

    >>> [attained_level(pairs) for pairs in (5, 6, 8)]
    [0.0, 0.03125, 0.046875]
    """
    draws = float(2**pairs)
    return int(LEVEL * draws / 2) * 2 / draws


def _draws(sold: Sequence[float], paid: Sequence[float], seed: int) -> list[tuple[float, float]]:
    """Return the sums of sales and of money that other draws would have given; the one that was drawn is the first.

    Half of all draws: the other half are these with all signs turned, and as far from 0.
    """
    if len(sold) > MOST_ENUMERATED:
        draw, pairs = random.Random(seed), list(zip(sold, paid, strict=True))
        return [(sum(sold), sum(paid)), *(_sampled(pairs, draw) for _ in range(SAMPLED))]
    sums = [(sold[0], paid[0])]
    for y, x in zip(sold[1:], paid[1:], strict=True):
        sums = [(one + y, money + x) for one, money in sums] + [(one - y, money - x) for one, money in sums]
    return sums


def _sampled(pairs: Sequence[tuple[float, float]], draw: random.Random) -> tuple[float, float]:
    bits, sold, paid = draw.getrandbits(len(pairs)), 0.0, 0.0
    for y, x in pairs:
        sold, paid = (sold + y, paid + x) if bits & 1 else (sold - y, paid - x)
        bits >>= 1
    return sold, paid


def _reach(draws: Sequence[tuple[float, float]], value: float, paid: float, side: float) -> float:
    """Return how far on one side of ``value`` the last theta lies that the draws do not contradict; infinite where none is last.

    At a distance u the drawn sum is paid u, another draw's is apart - money u. The other is as far from 0 up to one distance,
    and where it moved more money than the one that was drawn, again from a second one on; so all distances are gone through
    from the far end.
    """
    sums = [(sold - value * money, side * money) for sold, money in draws]
    nothing = TINY * (1.0 + max(abs(apart) for apart, _ in sums))
    as_far, joins, leaves = 0, list[float](), list[float]()
    for apart, money in ((-one, -other) if one < 0 else (one, other) for one, other in sums):
        if money <= -paid or (apart <= nothing and abs(money) >= paid * (1.0 - TINY)):
            as_far += 1  # everywhere
        elif apart > nothing:
            joins.append(apart / (money + paid))
            if money > paid:
                as_far += 1  # at the far end
                leaves.append(apart / (money - paid))
    if as_far > LEVEL * len(draws):
        return float("inf")
    leaves.sort()
    for reach in sorted(joins, reverse=True):
        while leaves and leaves[-1] > reach:
            leaves.pop()
            as_far -= 1
        as_far += 1
        if as_far > LEVEL * len(draws):
            return reach
    return 0.0
