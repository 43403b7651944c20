"""The first rung: a regularised logistic regression on cells, each field held as strongly as the leads themselves say.

A number's neighbouring ranges are held together (a random walk), a choice's levels are held to nothing, and so is
"missing". How strongly is chosen field by field from the very leads that are learned from: of the ridge penalty's
strength, seen as the precision of a normal prior, the likeliest (Wood & Fasiolo 2017, "A generalized Fellner-Schall
method for smoothing parameter optimization"). A field that says nothing is held flat; no lead is set aside to find out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.purchase_model import FieldCells
from training.cells import Rows
from training.tables import Tables, purified

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS = 12
FIRST_STRENGTH = 3.0
EXPECTED_STRENGTH, EXPECTED_MISSING_STRENGTH = 100.0, 1.0
"""What a field's strength is before any lead is seen (its effects then lie within a tenth of log-odds or so of each other),
with the weight of one effect of the field. Without it two fields that say the same would not share it: one took it all."""
LEAST_STRENGTH, MOST_STRENGTH = 1e-2, 1e6
FASTEST = 20.0
"""By how much a strength changes at most in a round."""
LEVEL_OF_A_WALK = 1e3
"""How strongly the mean of a number's ranges is held to nothing: what parts leads that have the number from those that
do not is told by "missing" alone, and held as that is. Free, it said much of many leads from the one that had a number."""
SMALLEST_STEP, SMALLEST_CHANGE_OF_FREEDOM = 0.01, 0.01
"""Fitting ends where the rows move by less log-odds (the root of the mean square, by what each row can tell), and the
effects together are no freer or tighter by more than this part."""
MANY_ROWS, ROWS_TO_BEGIN = 300_000, 100_000
"""With more rows than the first, so many drawn of them say where to begin: from there all rows together are soon done."""
ROUNDS_FROM_THERE = 4
MISSING = ""
"""Under which name the strength on "missing" is told."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The tables, and how strongly each field was held: where the next fit to much the same leads may begin.

    ``effects`` are the same sum before it was centred: the level, then every cell of every field in order; ``covariance``
    is theirs, as the leads and the strengths leave them uncertain, and ``freedom`` says as how many free ones they count.
    """

    tables: Tables
    strengths: Mapping[str, float]
    effects: Floats
    covariance: Floats
    freedom: float = 0.0


@dataclass(slots=True)
class _Effects:
    """Effects that are held with one strength: which they are, how they are held (a quadratic form), and its rank."""

    name: str
    places: Ints
    shape: Floats
    rank: int
    strength: float
    expected: float
    freedom: float = 0.0

    def strengthen(self, effects: Floats, covariance: Floats) -> None:
        """Move the strength to what makes these effects likeliest: their freedom over their size."""
        mine = effects[self.places]
        spent = self.strength * float(np.sum(covariance[np.ix_(self.places, self.places)] * self.shape))
        self.freedom = freedom = max(self.rank - spent, 1e-6)
        likeliest = (freedom + 1.0) / (float(mine @ self.shape @ mine) + 1.0 / self.expected)
        slowest, fastest = self.strength / FASTEST, self.strength * FASTEST
        self.strength = float(np.clip(np.clip(likeliest, slowest, fastest), LEAST_STRENGTH, MOST_STRENGTH))


def fit_scorecard(
    rows: Rows, strengths: Mapping[str, float] | None = None, begun: Scorecard | None = None
) -> Scorecard:
    """Fit the tables of one field to ``rows``, by Newton's method; they move each row from its own start.

    Parameters
    ----------
    strengths
        Where to begin, from a fit to much the same leads; it saves time and changes little else.
    begun
        A fit in the same cells to much the same leads: many rows begin at its effects too. Few, for which each round is
        quick, begin at nothing.
    """
    if not rows.cells:
        return Scorecard(Tables({}), {}, np.zeros(1), np.zeros((1, 1)))
    first = places_of(rows)
    is_many = len(rows) > MANY_ROWS
    if is_many:
        begun = begun or fit_scorecard(rows.of(_drawn(len(rows))), strengths)
        strengths = begun.strengths
    effects = begun.effects if begun and is_many else np.zeros(int(first[-1]))
    groups = _groups(list(rows.cells.values()), first, strengths or {})
    freedom = begun.freedom if begun and is_many else 0.0
    for _ in range(ROUNDS_FROM_THERE if is_many else ROUNDS):
        penalty = _penalty(groups, list(rows.cells.values()), first)
        slope, curvature = _slope_and_curvature(rows, first, effects)
        covariance: Floats = np.linalg.inv(curvature + penalty).astype(np.float64)
        effects, step = _stepped(rows, first, effects, covariance @ (slope - penalty @ effects), penalty)
        for one in groups:
            one.strengthen(effects, covariance)
        before, freedom = freedom, sum(one.freedom for one in groups)
        moved = float(np.sqrt(step @ curvature @ step / curvature[0, 0]))
        if moved < SMALLEST_STEP and abs(freedom - before) < SMALLEST_CHANGE_OF_FREEDOM * (1 + freedom):
            break
    singles = {name: effects[first[n] : first[n + 1]] for n, name in enumerate(rows.cells)}
    tables = purified(Tables(dict(rows.cells), float(effects[0]), singles), rows.where, rows.weight)
    return Scorecard(tables, {one.name: one.strength for one in groups}, effects, covariance, freedom)


def _drawn(rows: int) -> Ints:
    """Return so many of the rows, in order: drawn, since every n-th might always be a lead's first."""
    return np.sort(np.random.default_rng(0).choice(rows, ROWS_TO_BEGIN, replace=False))


def places_of(rows: Rows) -> Ints:
    """Return the place of each field's first cell among the effects, and at the end how many effects there are."""
    return np.concatenate([[1], 1 + np.cumsum([one.count for one in rows.cells.values()])]).astype(np.int64)


def _groups(cells: Sequence[FieldCells], first: Ints, strengths: Mapping[str, float]) -> list[_Effects]:
    """Return the effects that share a strength: each field's own, and all that say that something is missing."""
    made = []
    for one, begin in zip(cells, first, strict=False):
        own = np.arange(begin, begin + one.missing)
        shape, rank = (_walk(len(own)), len(own) - 1) if one.levels is None else (np.eye(len(own)), len(own))
        if rank:
            strength = strengths.get(one.feature, FIRST_STRENGTH)
            made.append(_Effects(one.feature, own, shape, rank, strength, EXPECTED_STRENGTH))
    missing = np.array([begin + one.missing for one, begin in zip(cells, first, strict=False)])
    strength = strengths.get(MISSING, EXPECTED_MISSING_STRENGTH)
    count = len(missing)
    return [*made, _Effects(MISSING, missing, np.eye(count), count, strength, EXPECTED_MISSING_STRENGTH)]


def _walk(steps: int) -> Floats:
    """Return the form that sums the squares of the steps from each range to the next."""
    difference = np.diff(np.eye(steps), axis=0)
    shape: Floats = difference.T @ difference
    return shape


def _penalty(groups: Sequence[_Effects], cells: Sequence[FieldCells], first: Ints) -> Floats:
    made = np.zeros((int(first[-1]), int(first[-1])))
    for one in groups:
        made[np.ix_(one.places, one.places)] += one.strength * one.shape
    for one_, begin in zip(cells, first, strict=False):
        if one_.levels is None:
            own = np.arange(begin, begin + one_.missing)
            made[np.ix_(own, own)] += LEVEL_OF_A_WALK / len(own) ** 2
    made[0, 0] = 1e-9
    return made


def _log_odds(rows: Rows, first: Ints, effects: Floats) -> Floats:
    total: Floats = rows.start + effects[0]
    for begin, where in zip(first, rows.where.values(), strict=False):
        total += effects[begin + where]
    return total


def _slope_and_curvature(rows: Rows, first: Ints, effects: Floats) -> tuple[Floats, Floats]:
    """Return the log-likelihood's gradient and (negative) second derivatives: sums over the cells, and over their pairs."""
    p = expit(_log_odds(rows, first, effects))
    left, curve = rows.weight * (rows.outcome - p), np.maximum(rows.weight * p * (1 - p), 1e-12)
    where = list(rows.where.values())
    counts = np.diff(first)
    slope, curvature = np.zeros(int(first[-1])), np.zeros((int(first[-1]), int(first[-1])))
    slope[0], curvature[0, 0] = left.sum(), curve.sum()
    for n, mine in enumerate(where):
        own = slice(first[n], first[n + 1])
        slope[own] = np.bincount(mine, left, minlength=counts[n])
        alone = np.bincount(mine, curve, minlength=counts[n])
        curvature[own, own] = np.diag(alone)
        curvature[0, own] = curvature[own, 0] = alone
        for m in range(n):
            both = np.bincount(mine * counts[m] + where[m], curve, minlength=counts[n] * counts[m])
            other = slice(first[m], first[m + 1])
            curvature[own, other] = both.reshape(counts[n], counts[m])
            curvature[other, own] = curvature[own, other].T
    return slope, curvature


def _stepped(rows: Rows, first: Ints, effects: Floats, step: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Return the effects after the step, halved until it makes nothing worse, and the step taken."""
    before = _penalised_loss(rows, first, effects, penalty)
    for _ in range(10):
        if _penalised_loss(rows, first, effects + step, penalty) <= before + 1e-9:
            break
        step = step / 2
    return effects + step, step


def _penalised_loss(rows: Rows, first: Ints, effects: Floats, penalty: Floats) -> float:
    z = _log_odds(rows, first, effects)
    return float(rows.weight @ (np.logaddexp(0.0, z) - rows.outcome * z) + effects @ penalty @ effects / 2)
