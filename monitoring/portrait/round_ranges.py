"""A number is cut into few ranges with round borders, so that people can say them: "from 50 to 100 m2"."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_RANGES = 5
LEAST_SHARE = 0.05
"""A range holds at least this share of the numbers given."""
REACH = 0.5
"""A border may lie as far from its place as this part of a range, if it is rounder there."""
STEPS = (1.0, 0.5, 0.25, 0.2)
"""The steps that people count in, in powers of ten, the roundest first: hundreds, fifties, twenty-fives, twenties."""


def round_borders(values: Floats, most: int = MOST_RANGES) -> tuple[float, ...]:
    """Return the borders between ranges of about as many numbers each; a number on a border belongs above it.

    Parameters
    ----------
    values
        The numbers given, in any order, none missing. Few different ones have a range each.

    Examples
    --------
    >>> round_borders(np.arange(1.0, 241.0))
    (50.0, 100.0, 150.0, 200.0)
    >>> round_borders(np.array([1.0, 2.0, 3.0] * 40)), round_borders(np.array([7.0] * 40))
    ((2.0, 3.0), ())
    """
    if not len(values):
        return ()
    ordered = np.sort(values)
    different = np.unique(ordered)
    if len(different) <= most:
        return _wide_enough(ordered, [float(one) for one in different[1:]])
    if most > 2 and float((ordered == different[0]).mean()) >= 1.0 / most:  # "none" is a range of its own
        return _wide_enough(ordered, [float(different[1]), *round_borders(ordered[ordered > different[0]], most - 1)])
    found: list[float] = []
    for place in range(1, most):
        low, target, high = (float(np.quantile(ordered, (place + off) / most)) for off in (-REACH, 0.0, REACH))
        found.append(roundest(low, high, target))
    return _wide_enough(ordered, sorted(set(found)))


def roundest(low: float, high: float, target: float) -> float:
    """Return the roundest number above ``low`` and up to ``high``; of those as round the one next to ``target``.

    >>> roundest(41.0, 63.0, 47.0), roundest(0.11, 0.19, 0.16), roundest(1180.0, 1330.0, 1240.0)
    (50.0, 0.15, 1250.0)
    """
    if not high > low:
        return high
    power = math.floor(math.log10(max(abs(low), abs(high))))
    for exponent in range(power, power - 12, -1):
        for step in STEPS:
            size = step * 10.0**exponent
            nearest = round(target / size)
            inside = [n for n in (nearest - 1, nearest, nearest + 1) if low < n * size <= high]
            first = math.floor(low / size) + 1
            inside += [first] if low < first * size <= high else []
            if inside:
                best = min(inside, key=lambda n: abs(n * size - target))
                return float(f"{best * size:.12g}")
    return target


def _wide_enough(ordered: Floats, borders: list[float]) -> tuple[float, ...]:
    """Leave out borders behind which too few numbers lie."""
    least = max(LEAST_SHARE * len(ordered), 1.0)
    kept: list[float] = []
    below = 0
    for border in borders:
        up_to = int(np.searchsorted(ordered, border, side="left"))
        if up_to - below >= least and len(ordered) - up_to >= least:
            kept.append(border)
            below = up_to
    return tuple(kept)
