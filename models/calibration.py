"""Makes probabilities mean what they say: what a model adds to the rules is stretched or shrunk, in log-odds.

The stretch is fitted on later leads than the model was, and shrunk to nothing where the model hardly gained there: a
gain of few nats may be luck. The level is set so that the mean probability is the rate that was seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NATS_OF_LUCK = 2.0
"""The stretch is multiplied by max(0, 1 - this / gain in nats)."""
PRIOR_SPREAD = 0.25
"""The stretch is expected within about this much of 1."""
STEEPEST = 2.0


def stretch_of(moved: Floats, start: Floats, outcome: Floats, weight: Floats) -> float:
    """Return by what to multiply ``moved``, the model's part of the log-odds, on leads it was not fitted on.

    >>> rng = np.random.default_rng(0)
    >>> moved = rng.normal(size=20_000)
    >>> bought = (rng.random(20_000) < 1 / (1 + np.exp(2 - 0.5 * moved))).astype(float)
    >>> round(stretch_of(moved, np.full(20_000, -2.0), bought, np.ones(20_000)), 1)
    0.5
    """
    stretch, level = 1.0, 0.0
    for _ in range(50):
        p = _probability(start + level + stretch * moved)
        curve = weight * p * (1 - p)
        gradient = np.array(
            [moved @ (weight * (outcome - p)) - (stretch - 1) / PRIOR_SPREAD**2, weight @ (outcome - p)]
        )
        cross = moved @ curve
        hessian = np.array([[(moved**2) @ curve + PRIOR_SPREAD**-2, cross], [cross, curve.sum() + 1e-9]])
        step = np.clip(np.linalg.solve(hessian, gradient), -0.5, 0.5)
        stretch, level = stretch + step[0], level + step[1]
        if np.abs(step).max() < 1e-9:
            break
    without = level_for(start, outcome, weight)
    gain = _nats(start + level + stretch * moved, outcome, weight) - _nats(start + without, outcome, weight)
    luck = max(0.0, 1.0 - NATS_OF_LUCK / gain) if gain > 0 else 0.0
    return float(np.clip(stretch, 0.0, STEEPEST)) * luck


def level_for(log_odds: Floats, outcome: Floats, weight: Floats) -> float:
    """Return what to add to log-odds so that the mean probability is the rate of the outcomes."""
    if not 0 < outcome @ weight < weight.sum():
        return 0.0
    level = 0.0
    for _ in range(100):
        p = _probability(log_odds + level)
        step = float(weight @ (outcome - p) / (weight @ (p * (1 - p)) + 1e-12))
        level += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    return level


def _probability(log_odds: Floats) -> Floats:
    p: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -35, 35)))
    return p


def _nats(log_odds: Floats, outcome: Floats, weight: Floats) -> float:
    return float(weight @ (outcome * log_odds - np.logaddexp(0.0, log_odds)))
