"""What a drawn test of the budget shows, by going through every draw there could have been: no library, no shortcut.

Of each pair it is known how much more was sold, and paid, in the week that was drawn to get more. Had money no effect, every
difference could have had the other sign (Fisher 1935); a further unit that sells theta is contradicted where, of all signs, at
most 5 of 100 leave a sum of (sold - theta paid) that is as far from 0 as the drawn one (Rosenbaum 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

LEVEL, TINY = 0.05, 1e-9
Pairs = Sequence[tuple[float, float]]
"""(how much more was sold, how much more was paid) of each pair."""


def share_of_draws(pairs: Pairs, theta: float) -> float:
    """Return in which share of all draws what money did not sell is as far from 0 as in the one that was drawn."""
    left = [sold - theta * paid for sold, paid in pairs]
    sums = [0.0]
    for one in left:  # all signs: with every pair there are twice as many sums
        sums = [so_far + one for so_far in sums] + [so_far - one for so_far in sums]
    seen = abs(sum(left))
    near = seen - TINY * (1 + sum(abs(sold) + abs(theta * paid) for sold, paid in pairs))
    return sum(abs(one) >= near for one in sums) / len(sums)


def effect_by_hand(pairs: Pairs) -> tuple[float, float, float, float]:
    """Return what a unit of money sold, the ends of what is not contradicted, and the p-value; every draw is gone through.

    Where a draw's sum comes as far from 0 as the drawn one, the share of draws changes, and nowhere else: between two such
    places one look is enough.
    """
    sold, paid = sum(one for one, _ in pairs), sum(one for _, one in pairs)
    value = sold / paid
    places = set()
    for signs in product((1, -1), repeat=len(pairs)):
        y = sum(sign * one for sign, (one, _) in zip(signs, pairs, strict=True))
        x = sum(sign * one for sign, (_, one) in zip(signs, pairs, strict=True))
        for one, money in ((sold - y, paid - x), (sold + y, paid + x)):
            if abs(money) > TINY * abs(paid):
                places.add(one / money)
    return (
        value,
        _end(pairs, value, sorted(places), -1),
        _end(pairs, value, sorted(places), 1),
        share_of_draws(pairs, 0.0),
    )


def _end(pairs: Pairs, value: float, places: list[float], side: int) -> float:
    """Return the last value on one side that is not contradicted; infinite where no value is the last."""
    on_this_side = sorted((one for one in places if (one - value) * side > 0), key=lambda one: -abs(one - value))
    beyond = side * float("inf")
    for n, one in enumerate(on_this_side):
        look = (one + on_this_side[n - 1]) / 2 if n else one + side * (abs(one - value) + 1.0)
        if abs(look - one) > TINY * abs(one - value) and share_of_draws(pairs, look) > LEVEL:
            return beyond
        beyond = one
    return beyond
