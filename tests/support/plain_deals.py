"""How surely segments of leads differ among so many, by dealing out the outcomes anew with a draw of its own: plain loops.

The strength of a segment is the signed root of the likelihood ratio of its two-by-two table; its p-value is how often, of all
segments that are as weak as it or weaker, the strongest is as strong by chance (Westfall & Young 1993, algorithm 2.8). Segments
of one field and of two are judged apart, and both are counted (Bonferroni). It shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log, sqrt
from random import Random

PRODUCTS_DEALS = 999
"""So often the product deals, with a draw of its own."""


def root_of(inside: int, bought: int, both: int, leads: int) -> float:
    """Return the root of twice the log-likelihood ratio of a two-by-two table, without its sign."""
    cells = (both, bought - both, inside - both, leads - bought - inside + both)
    margins = (bought, leads - bought, inside, leads - inside)
    twice = 2 * (sum(n * log(n) for n in cells if n) - sum(n * log(n) for n in margins if n) + leads * log(leads))
    return sqrt(twice) if twice > 1e-9 else 0.0


def p_values(
    segments: Sequence[tuple[int, Collection[int]]], leads: int, bought: Collection[int], *, deals: int, draw: Random
) -> list[float]:
    """Return the p-value of each segment, adjusted for all.

    ``segments`` are (of how many fields, the numbers of the leads inside), ``bought`` the numbers of those that bought; a set of
    leads is kept as a whole number with a bit for each.
    """
    masks = [sum(1 << one for one in inside) for _, inside in segments]
    sizes, outcomes = [len(inside) for _, inside in segments], sum(1 << one for one in bought)
    roots: dict[int, list[float]] = {}
    for size in set(sizes):
        fitting = range(max(0, size + len(bought) - leads), min(size, len(bought)) + 1)
        roots[size] = [root_of(size, len(bought), k, leads) if k in fitting else 0.0 for k in range(fitting[-1] + 1)]
    seen = [roots[size][(mask & outcomes).bit_count()] for mask, size in zip(masks, sizes, strict=True)]
    families = {of for of, _ in segments}
    orders = [sorted((n for n, one in enumerate(segments) if one[0] == of), key=lambda n: seen[n]) for of in families]
    told = [[(masks[n], roots[sizes[n]], seen[n] - 1e-9) for n in order] for order in orders]
    counts = [[0] * len(order) for order in orders]
    for _ in range(deals):
        dealt = sum(1 << one for one in draw.sample(range(leads), len(bought)))
        for family, count in zip(told, counts, strict=True):
            strongest = 0.0
            for place, (mask, root, as_strong) in enumerate(family):
                by_chance = root[(mask & dealt).bit_count()]
                if by_chance > strongest:
                    strongest = by_chance
                if strongest >= as_strong:
                    count[place] += 1
    found = [1.0] * len(segments)
    for order, count in zip(orders, counts, strict=True):
        least = 0.0
        for n, times in zip(reversed(order), reversed(count), strict=True):  # the stronger is never less sure
            least = max(least, (1 + times) / (deals + 1))
            found[n] = min(least * len(families), 1.0)
    return found


def surely_and_maybe(found: Sequence[float], level: float, families: int, deals: int) -> tuple[list[bool], list[bool]]:
    """Return which p-values lie below a level whoever draws, and which may: by two standard errors of both draws' difference."""
    surely, maybe = [], []
    for p in found:
        q = max(p / families, 1 / deals)
        reach = 2 * families * sqrt(q * (1 - min(q, 1)) * (1 / PRODUCTS_DEALS + 1 / deals))
        surely.append(p + reach <= level)
        maybe.append(p - reach <= level)
    return surely, maybe
