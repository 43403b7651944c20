"""How good probabilities are, counted the plain way: one lead after the other, by the textbook's words.

It shares no code with the product. A row is a probability, an outcome (1 or 0) and a weight; leads of one probability share
their places evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp, isfinite, log, nan

import numpy as np

Row = tuple[float, float, float]
SMALLEST, RESAMPLES = 1e-6, 200


def ranked(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return leads and sales of each probability, the best first."""
    groups: dict[float, list[float]] = {}
    for chance, bought, weight in rows:
        group = groups.setdefault(chance, [0.0, 0.0])
        group[0] += weight
        group[1] += weight * bought
    return [(groups[chance][0], groups[chance][1]) for chance in sorted(groups, reverse=True)]


def auc(rows: Sequence[Row]) -> float:
    """Return in how many pairs of a buyer and another the buyer stands higher; half of those in which both stand alike."""
    better = sold = lost = 0.0
    for leads, sales in reversed(ranked(rows)):
        better += sales * (lost + (leads - sales) / 2)
        sold, lost = sold + sales, lost + leads - sales
    return better / (sold * lost) if sold and lost else nan


def average_precision(rows: Sequence[Row]) -> float:
    """Return the mean over the buyers of the share of buyers among all that stand as high."""
    came = sold = told = 0.0
    for leads, sales in ranked(rows):
        came, sold = came + leads, sold + sales
        told += sales * sold / came if came else 0.0
    return told / sold if sold else nan


def found(rows: Sequence[Row], share: float) -> float:
    """Return the share of the sales among the first ``share`` of the leads."""
    groups = ranked(rows)
    left, sold = share * sum(leads for leads, _ in groups), sum(sales for _, sales in groups)
    told = 0.0
    for leads, sales in groups:
        if left <= 0:
            break
        told += sales * min(left / leads, 1.0) if leads else 0.0
        left -= leads
    return told / sold if sold else nan


def loss(chance: float, bought: float) -> float:
    """Return what a probability lost on one outcome, in nats."""
    chance = min(max(chance, SMALLEST), 1 - SMALLEST)
    return -log(chance) if bought else -log(1 - chance)


def log_loss(rows: Sequence[Row]) -> float:
    every = sum(weight for *_, weight in rows)
    return sum(weight * loss(chance, bought) for chance, bought, weight in rows) / every if every else nan


def brier(rows: Sequence[Row]) -> float:
    return sum(w * (chance - bought) ** 2 for chance, bought, w in rows) / sum(w for *_, w in rows)


def borders_of_tenths(rows: Sequence[Row]) -> list[float]:
    """Return the probabilities up to which nine tenths of the leads lie, from below; each once."""
    every, reached, tenth, borders = sum(w for *_, w in rows), 0.0, 1, []
    for chance, _, weight in sorted(rows, key=lambda one: one[0]):
        reached += weight
        while tenth < 10 and reached / every >= tenth / 10 - 1e-12:
            borders.append(chance)
            tenth += 1
    return sorted(set(borders))


def ece(rows: Sequence[Row], borders: Sequence[float]) -> float:
    """Return by how much promise and truth part on average, in tenths whose upper ends are given."""
    apart: dict[int, float] = {}
    for chance, bought, weight in rows:
        tenth = sum(border < chance for border in borders)
        apart[tenth] = apart.get(tenth, 0.0) + weight * (chance - bought)
    return sum(map(abs, apart.values())) / sum(w for *_, w in rows)


def level(rows: Sequence[Row]) -> float:
    sold = sum(weight * bought for _, bought, weight in rows)
    return sum(weight * chance for chance, _, weight in rows) / sold if sold else nan


def slope(rows: Sequence[Row]) -> float:
    """Return the coefficient of the log-odds in a logistic regression of the outcome on them, by Newton's steps."""
    odds = [log(p / (1 - p)) for p in (min(max(one[0], SMALLEST), 1 - SMALLEST) for one in rows)]
    if max(odds) - min(odds) < 1e-9 or len({bought for _, bought, _ in rows}) < 2:
        return nan
    middle = sum(odds) / len(odds)
    a, b = 1.0, middle
    for _ in range(40):
        ga = gb = haa = hab = hbb = 0.0
        for x, (_, bought, weight) in zip(odds, rows, strict=True):
            x -= middle
            q = 1 / (1 + exp(-max(min(a * x + b, 30.0), -30.0)))
            error, curve = weight * (bought - q), weight * q * (1 - q)
            ga, gb = ga + x * error, gb + error
            haa, hab, hbb = haa + x * x * curve, hab + x * curve, hbb + curve
        whole = haa * hbb - hab * hab
        step, other = (hbb * ga - hab * gb) / whole, (haa * gb - hab * ga) / whole
        a, b = a + max(min(step, 1.0), -1.0), b + max(min(other, 2.0), -2.0)
        if max(abs(step), abs(other)) < 1e-9:
            break
    return a


MEASURES: dict[str, Callable[[Sequence[Row]], float]] = {
    "AUC": auc, "average precision": average_precision, "log-loss": log_loss, "Brier": brier,
    "ECE": lambda rows: ece(rows, borders_of_tenths(rows)), "lift 10 %": lambda rows: found(rows, 0.1) / 0.1,
    "recall 30 %": lambda rows: found(rows, 0.3), "calibration slope": slope, "mean p / rate": level,
}  # fmt: skip


def drawn(leads: int, seed: int = 0) -> Iterable[list[int]]:
    """Yield how often each lead is drawn in each resample: as many draws as there are leads, by the stated seed."""
    draws = np.random.default_rng(seed)
    for _ in range(RESAMPLES):
        counts = [0] * leads
        for one in draws.integers(0, leads, leads).tolist():
            counts[one] += 1
        yield counts


def ends_of(values: Iterable[float]) -> tuple[float, float]:
    """Return the quantiles 2.5 % and 97.5 % of those that can be told, straight lines between the ordered ones."""
    ordered = sorted(one for one in values if isfinite(one))
    if not ordered:
        return nan, nan
    ends = []
    for share in (0.025, 0.975):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        ends.append(ordered[low] + (ordered[high] - ordered[low]) * (place - low))
    return ends[0], ends[1]


def resampled(
    rows: Sequence[Row], lead_of: Sequence[int], measure: Callable[[Sequence[Row]], float]
) -> tuple[float, float]:
    """Return the 95 % interval of a measure by drawing whole leads, numbered from 0 by ``lead_of``."""
    return ends_of(
        measure([(p, y, w * times[lead]) for (p, y, w), lead in zip(rows, lead_of, strict=True)])
        for times in drawn(max(lead_of) + 1)
    )
