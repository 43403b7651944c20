"""How well columns rank won leads before the others, alone and together, always on leads that they did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from features.drafting.leaks.auc import shares_below
from features.drafting.leaks.told_column import Codes, Flags
from features.wilsons_interval import Z95

Floats = NDArray[np.float64]
FOLDS = 5
WEIGHT_OF_ALL = 10.0
"""Leads' worth by which a level's rate is drawn towards the rate of all."""
RIDGE = 1.0
SURE = 3.0
"""Standard deviations: of forty columns without any news not one in ten files shows a false one."""
STEPS = 8


@dataclass(frozen=True, slots=True)
class Estimate:
    """An AUC, or a difference of two, with its standard deviation."""

    value: float
    deviation: float

    @property
    def interval(self) -> tuple[float, float]:
        """Return the ends of the 95 % interval."""
        return self.value - Z95 * self.deviation, self.value + Z95 * self.deviation

    def is_surely_above(self, limit: float) -> bool:
        """Return whether it lies above ``limit`` by more than chance makes of many columns."""
        return self.value - SURE * self.deviation > limit

    def __str__(self) -> str:
        """Return the figure as people read it.

        >>> str(Estimate(0.8, 0.01)), str(Estimate(0.953, 0.028))
        ('0.800 (0.780 to 0.820)', '0.953 (0.898 to 1.000)')
        """
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f} to {min(high, 1.0):.3f})"  # an AUC, or how much it gains: one is the most


def folds_of(leads: int) -> Codes:
    """Return the fold of each lead, by lot, so that whatever repeats along the file falls apart."""
    return np.random.default_rng(0).integers(0, FOLDS, leads)


def log_odds_of(codes: Codes, won: Flags, folds: Codes) -> Floats:
    """Return by how much what a column says moves the log-odds of a sale, each lead's by what the other folds taught."""
    made = np.zeros(len(codes))
    size = int(codes.max()) + 1 if len(codes) else 1
    for fold in range(FOLDS):
        other = folds != fold
        base = float(np.clip(won[other].mean(), 1e-6, 1 - 1e-6)) if other.any() else 0.5
        wins = np.bincount(codes[other], weights=won[other], minlength=size)
        leads = np.bincount(codes[other], minlength=size)
        rates = (wins + WEIGHT_OF_ALL * base) / (leads + WEIGHT_OF_ALL)
        made[~other] = (logit(rates) - logit(base))[codes[~other]]
    return made


def together(scores: Sequence[Floats], won: Flags, folds: Codes) -> Floats:
    """Return what several scores say together: a logistic regression on them, each lead's by the other folds."""
    if not scores:
        return np.zeros(len(won))
    table = np.column_stack(scores)
    spread = table.std(axis=0)
    table = np.column_stack([np.ones(len(won)), (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)])
    made = np.zeros(len(won))
    for fold in range(FOLDS):
        other = folds != fold
        made[~other] = table[~other, 1:] @ _fitted(table[other], won[other].astype(np.float64))[1:]
    return made


def auc_of(score: Floats, won: Flags) -> Estimate:
    """Return the AUC with DeLong's interval (DeLong and others 1988, Biometrics 44:837-845)."""
    of_won, of_others = _places(score, won)
    value = float(of_won.mean())
    return _estimate(value, of_won, of_others)


def gain_of(before: Floats, after: Floats, won: Flags) -> Estimate:
    """Return by how much the AUC grows from one score to the other, with DeLong's interval for paired scores."""
    won_before, others_before = _places(before, won)
    won_after, others_after = _places(after, won)
    of_won, of_others = won_after - won_before, others_after - others_before
    return _estimate(float(of_won.mean()), of_won, of_others)


def _estimate(value: float, of_won: Floats, of_others: Floats) -> Estimate:
    variance = of_won.var(ddof=1) / len(of_won) + of_others.var(ddof=1) / len(of_others)
    return Estimate(value, sqrt(float(variance)))


def _places(score: Floats, won: Flags) -> tuple[Floats, Floats]:
    """Return for each won lead the share of others below it, and for each other the share of won leads above it."""
    return shares_below(score, won), shares_below(-score, ~won)


def _fitted(table: Floats, won: Floats) -> Floats:
    """Return the weights of a logistic regression, by Newton's steps."""
    weights = np.zeros(table.shape[1])
    ridge = np.diag([1e-6, *[RIDGE] * (table.shape[1] - 1)])
    for _ in range(STEPS):
        chance = expit(np.clip(table @ weights, -30, 30))
        slope = table.T @ (won - chance) - ridge @ weights
        bend = (table * (chance * (1 - chance))[:, None]).T @ table + ridge
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights
