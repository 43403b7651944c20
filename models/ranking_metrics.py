"""How good probabilities are: do they rank, are they right in level, how soon does the queue find the sales.

Every measure comes with an interval from resampling whole leads (all rows of a lead together), so that a lead's many
calls do not look like many leads. Ties are shared evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from models.measured import Measured

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RESAMPLES = 200
BLOCK = 25
SMALLEST = 1e-6
"""Probabilities are clipped to this before their logarithm is taken."""
MEASURES = (
    "auc", "average_precision", "log_loss", "brier", "ece", "lift_10", "sales_in_first_30", "slope", "level",
)  # fmt: skip


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

    def resampled(self, seed: int = 0, resamples: int = RESAMPLES) -> Iterator[Floats]:
        """Yield weights (rows x some resamples) in blocks that fit in memory; the first column is the sample itself."""
        rng = np.random.default_rng(seed)
        count = int(self.lead.max()) + 1 if len(self.lead) else 0
        yield self.weight[:, None]
        for start in range(0, resamples if count else 0, BLOCK):
            size = min(BLOCK, resamples - start)
            drawn = np.column_stack([
                np.bincount(rng.integers(0, count, count), minlength=count).astype(np.float64) for _ in range(size)
            ])  # fmt: skip
            yield self.weight[:, None] * drawn[self.lead]


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
    rows = _Rows.of(np.asarray(probability, dtype=np.float64), judged)
    blocks = [_all_measures(rows, weights) for weights in judged.resampled(seed)]
    found = {name: interval_of(np.concatenate([block[name] for block in blocks])) for name in MEASURES}
    return found | {"ece": _holding_itself(found["ece"])}


def log_loss_difference(mine: Floats, other: Floats, judged: Judged, *, seed: int = 0) -> Measured:
    """Return mine minus the other's log-loss on the same resamples; below 0 mine is better."""
    gain = losses(mine, judged.outcome) - losses(other, judged.outcome)
    with np.errstate(divide="ignore", invalid="ignore"):  # of very few leads a resample may draw none with a weight
        found = [gain @ weights / weights.sum(0) for weights in judged.resampled(seed)]
    return interval_of(np.concatenate(found))


def log_loss_ratio(mine: Floats, other: Floats, judged: Judged, *, seed: int = 0) -> Measured:
    """Return my log-loss over the other's on the same resamples; below 1 mine is better."""
    ours, theirs = losses(mine, judged.outcome), losses(other, judged.outcome)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [(ours @ weights) / (theirs @ weights) for weights in judged.resampled(seed)]
    return interval_of(np.concatenate(found))


def mean_log_loss(probability: Floats, judged: Judged) -> float:
    """Return the weighted mean of the losses, in nats."""
    return float(losses(probability, judged.outcome) @ judged.weight / judged.weight.sum())


def losses(probability: Floats, outcome: Floats) -> Floats:
    """Return each row's log-loss, in nats."""
    clipped = np.clip(probability, SMALLEST, 1 - SMALLEST)
    losses: Floats = -(outcome * np.log(clipped) + (1 - outcome) * np.log1p(-clipped))
    return losses


def interval_of(values: Floats) -> Measured:
    """Return the first value with the 95 % interval of the others, which are its resamples."""
    resampled = values[1:][np.isfinite(values[1:])]
    if not len(resampled):
        return Measured(float(values[0]), float("nan"), float("nan"))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Measured(float(values[0]), float(low), float(high))


def _holding_itself(one: Measured) -> Measured:
    """Return an interval that holds its own value: resampling adds noise to every bin, so a resampled ECE is larger."""
    return Measured(one.value, float(np.fmin(one.low, one.value)), float(np.fmax(one.high, one.value)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What every resample shares: the order from the best down, groups of equal ones, bins, and the log-odds."""

    p: Floats
    y: Floats
    best_first: Ints
    starts: Ints
    bins: Ints
    x: Floats
    line: tuple[float, float]
    """Slope and level of the logistic regression on all rows, from which each resample's own is looked for."""

    @classmethod
    def of(cls, p: Floats, judged: Judged) -> _Rows:
        order = np.argsort(-p, kind="stable").astype(np.int64)
        starts = np.concatenate([[0], np.flatnonzero(np.diff(p[order])) + 1]).astype(np.int64)
        x = logit(np.clip(p, SMALLEST, 1 - SMALLEST))
        centre = float(x.mean())
        line = _lines(x - centre, judged.outcome, judged.weight[:, None], (1.0, centre))
        bins = _bins(p, judged.weight)
        return cls(p, judged.outcome, order, starts, bins, x - centre, (float(line[0][0]), float(line[1][0])))


def _all_measures(rows: _Rows, weights: Floats) -> Mapping[str, Floats]:
    p, y = rows.p, rows.y
    with np.errstate(divide="ignore", invalid="ignore"):
        mass, sales = weights.sum(0), y @ weights
        curves = _Curves.of(rows, weights)
        return {
            "auc": curves.auc(),
            "average_precision": curves.average_precision(),
            "log_loss": losses(p, y) @ weights / mass,
            "brier": (p - y) ** 2 @ weights / mass,
            "ece": _ece(rows, weights),
            "lift_10": curves.share_found(0.1) / 0.1,
            "sales_in_first_30": curves.share_found(0.3),
            "slope": _lines(rows.x, y, weights, rows.line)[0],
            "level": (p @ weights) / sales,
        }


@dataclass(frozen=True, slots=True)
class _Curves:
    """Sales and leads by group of equal probabilities, best first; groups x resamples."""

    sales: Floats
    leads: Floats

    @classmethod
    def of(cls, rows: _Rows, weights: Floats) -> _Curves:
        w = weights[rows.best_first]
        sold = w * rows.y[rows.best_first, None]
        return cls(np.add.reduceat(sold, rows.starts, 0), np.add.reduceat(w, rows.starts, 0))

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


def _bins(p: Floats, weight: Floats) -> Ints:
    """Return each row's bin of ten of equal mass; equal probabilities share one."""
    order = np.argsort(p, kind="stable")
    reached = weight[order].cumsum() / weight.sum()
    places = np.minimum(np.searchsorted(reached, np.arange(1, 10) / 10), len(p) - 1)
    return np.searchsorted(np.unique(p[order][places]), p, side="left").astype(np.int64)


def _ece(rows: _Rows, weights: Floats) -> Floats:
    total = np.zeros(weights.shape[1])
    for one in range(int(rows.bins.max()) + 1):
        inside = rows.bins == one
        total += np.abs((rows.p - rows.y)[inside] @ weights[inside])
    result: Floats = total / weights.sum(0)
    return result


def _lines(x: Floats, y: Floats, weights: Floats, start: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return slope and level of the logistic regression on ``x`` for each resample, by Newton's method for all at once."""
    count = weights.shape[1]
    a, b = np.full(count, start[0]), np.full(count, start[1])
    if np.ptp(x) < 1e-9 or not 0 < y.sum() < len(y):
        return np.full(count, np.nan), b
    for _ in range(25):
        q = expit(np.clip(np.outer(x, a) + b, -30, 30))
        error, curve = weights * (y[:, None] - q), weights * q * (1 - q)
        ga, gb = x @ error, error.sum(0)
        haa, hab, hbb = (x * x) @ curve, x @ curve, curve.sum(0)
        det = haa * hbb - hab * hab + 1e-12
        step_a, step_b = (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det
        a, b = a + np.clip(step_a, -1, 1), b + np.clip(step_b, -2, 2)
        if max(np.abs(step_a).max(), np.abs(step_b).max()) < 1e-6:
            break
    return a, b
