"""How good probabilities are: do they rank, are they right in level, how soon does the queue find the sales.

Every measure comes with an interval from resampling whole leads (all rows of a lead together), so that a lead's many
calls do not look like many leads. Ties are shared evenly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RESAMPLES = 200
SMALLEST = 1e-6
"""Probabilities are clipped to this before their logarithm is taken."""
MEASURES = (
    "auc", "average_precision", "log_loss", "brier", "ece", "lift_10", "sales_in_first_30", "slope", "level",
)  # fmt: skip
HIGHER_IS_BETTER = frozenset({"auc", "average_precision", "lift_10", "sales_in_first_30"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its 95 % interval; nan where the leads cannot say."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows to judge by: outcomes 0/1, weights (one per lead in sum), and each row's lead as a number from 0."""

    outcome: Floats
    weight: Floats
    lead: Ints

    def of(self, rows: Ints) -> Judged:
        """Return some of the rows."""
        _, leads = np.unique(self.lead[rows], return_inverse=True)
        return Judged(self.outcome[rows], self.weight[rows], leads.astype(np.int64))

    @property
    def leads(self) -> int:
        """Return how many leads there are."""
        return len(np.unique(self.lead))

    @property
    def sales(self) -> int:
        """Return how many of the leads bought."""
        return len(np.unique(self.lead[self.outcome > 0]))

    def resampled(self, seed: int = 0, resamples: int = RESAMPLES) -> Floats:
        """Return weights (rows x resamples + 1); the first column is the sample itself."""
        rng = np.random.default_rng(seed)
        count = int(self.lead.max()) + 1 if len(self.lead) else 0
        drawn = rng.multinomial(count, np.full(count, 1.0 / count), size=resamples).T if count else np.zeros((0, 0))
        return np.column_stack([self.weight, self.weight[:, None] * drawn[self.lead]]).astype(np.float64)


def measured(probability: Floats, judged: Judged, *, seed: int = 0) -> dict[str, Measured]:
    """Return every measure of ``MEASURES``.

    ``ece`` has ten bins of equal mass, ties kept together; ``lift_10`` is the rate of the best tenth over the rate of
    all; ``slope`` is the coefficient of a logistic regression of the outcome on the log-odds (1 is right, less is
    over-confident); ``level`` is the mean probability over the observed rate (1 is right).

    >>> outcome = np.array([0.0, 0.0, 1.0, 1.0])
    >>> found = measured(np.array([0.1, 0.4, 0.35, 0.8]), Judged(outcome, np.ones(4), np.arange(4)))
    >>> round(found["auc"].value, 2)
    0.75
    """
    weights = judged.resampled(seed)
    table = _all_measures(np.asarray(probability, dtype=np.float64), judged.outcome, weights)
    return {name: _with_interval(values) for name, values in table.items()}


def log_loss_difference(mine: Floats, other: Floats, judged: Judged, *, seed: int = 0) -> Measured:
    """Return mine minus the other's log-loss on the same resamples; below 0 mine is better."""
    gain = _losses(mine, judged.outcome) - _losses(other, judged.outcome)
    weights = judged.resampled(seed)
    return _with_interval(gain @ weights / weights.sum(0))


def _losses(probability: Floats, outcome: Floats) -> Floats:
    clipped = np.clip(probability, SMALLEST, 1 - SMALLEST)
    losses: Floats = -(outcome * np.log(clipped) + (1 - outcome) * np.log1p(-clipped))
    return losses


def _with_interval(values: Floats) -> Measured:
    resampled = values[1:][np.isfinite(values[1:])]
    if not len(resampled):
        return Measured(float(values[0]), float("nan"), float("nan"))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Measured(float(values[0]), float(low), float(high))


def _all_measures(p: Floats, y: Floats, weights: Floats) -> Mapping[str, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mass = weights.sum(0)
        sales = y @ weights
        curves = _Curves.of(p, y, weights)
        return {
            "auc": curves.auc(),
            "average_precision": curves.average_precision(),
            "log_loss": _losses(p, y) @ weights / mass,
            "brier": (p - y) ** 2 @ weights / mass,
            "ece": _ece(p, y, weights),
            "lift_10": curves.share_found(0.1) / 0.1,
            "sales_in_first_30": curves.share_found(0.3),
            "slope": _slopes(p, y, weights),
            "level": (p @ weights) / sales,
        }


@dataclass(frozen=True, slots=True)
class _Curves:
    """Sales and leads by group of equal probabilities, best first; groups x resamples."""

    sales: Floats
    leads: Floats

    @classmethod
    def of(cls, p: Floats, y: Floats, weights: Floats) -> _Curves:
        order = np.argsort(-p, kind="stable")
        starts = np.concatenate([[0], np.flatnonzero(np.diff(p[order])) + 1])
        w = weights[order]
        return cls(np.add.reduceat(w * y[order, None], starts, 0), np.add.reduceat(w, starts, 0))

    def auc(self) -> Floats:
        lost = self.leads - self.sales
        worse = lost.sum(0) - lost.cumsum(0)
        pairs = (self.sales * (worse + lost / 2)).sum(0)
        result: Floats = pairs / (self.sales.sum(0) * lost.sum(0))
        return result

    def average_precision(self) -> Floats:
        precision = self.sales.cumsum(0) / self.leads.cumsum(0)
        result: Floats = np.nansum(precision * self.sales, 0) / self.sales.sum(0)
        return result

    def share_found(self, share: float) -> Floats:
        leads, sales = self.leads.cumsum(0), self.sales.cumsum(0)
        found = [np.interp(share * n[-1], np.r_[0, n], np.r_[0, s]) for n, s in zip(leads.T, sales.T, strict=True)]
        result: Floats = np.array(found) / sales[-1]
        return result


def _ece(p: Floats, y: Floats, weights: Floats) -> Floats:
    order = np.argsort(p, kind="stable")
    reached = weights[order, 0].cumsum() / weights[:, 0].sum()
    places = np.minimum(np.searchsorted(reached, np.arange(1, 10) / 10), len(p) - 1)
    borders = np.unique(p[order][places])
    bins = np.searchsorted(borders, p, side="left")
    total = np.zeros(weights.shape[1])
    for one in range(len(borders) + 1):
        inside = bins == one
        total += np.abs((p - y)[inside] @ weights[inside])
    result: Floats = total / weights.sum(0)
    return result


def _slopes(p: Floats, y: Floats, weights: Floats) -> Floats:
    """Return the logistic regression's slope for each resample, by Newton's method for all at once."""
    x = np.log(np.clip(p, SMALLEST, 1 - SMALLEST) / (1 - np.clip(p, SMALLEST, 1 - SMALLEST)))
    if np.ptp(x) < 1e-9 or not 0 < y.sum() < len(y):
        return np.full(weights.shape[1], np.nan)
    centre = float(np.average(x, weights=weights[:, 0]))
    x = x - centre
    a, b = np.ones(weights.shape[1]), np.full(weights.shape[1], centre)
    for _ in range(25):
        z = np.clip(np.outer(x, a) + b, -30, 30)
        q = 1 / (1 + np.exp(-z))
        error, curve = weights * (y[:, None] - q), weights * q * (1 - q)
        ga, gb = x @ error, error.sum(0)
        haa, hab, hbb = (x * x) @ curve, x @ curve, curve.sum(0)
        det = haa * hbb - hab * hab + 1e-12
        step_a, step_b = (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det
        a, b = a + np.clip(step_a, -1, 1), b + np.clip(step_b, -2, 2)
        if max(np.abs(step_a[0]), np.abs(step_b[0])) < 1e-8:
            break
    return a
