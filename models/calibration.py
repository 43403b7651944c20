"""Makes probabilities mean what they say: what models add to the rules is weighed, in log-odds, by what it was worth later.

The weights are fitted on later leads than the models were, and shrunk to nothing where the models hardly gained there: a
gain of few nats may be luck. The level is set so that the mean probability is the rate that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NATS_OF_LUCK = 2.0
"""The weights are multiplied by max(0, 1 - this / gain in nats)."""
NATS_BY_CHANCE = float(np.log(100.0))
"""A gain of so many nats, 4.6, comes by chance in one case of a hundred at most (Ville's inequality for a likelihood ratio)."""
LARGEST_WEIGHT = 2.0
JUMP = 4.0
"""The level follows the latest leads where they lie so many standard errors off."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight for each model, luck taken off, and what they gained with it (in nats, before luck was taken off)."""

    weights: Floats
    gain: float


def weighed(
    moved: Floats,
    start: Floats,
    outcome: Floats,
    weight: Floats,
    *,
    expected: Floats,
    spread: float,
    part: Ints | None = None,
) -> Weighed:
    """Return by what to multiply each model's part of the log-odds, on leads that none of them was fitted on.

    Parameters
    ----------
    moved
        What each model adds to each row's log-odds, rows x models.
    expected, spread
        Where the weights are expected, and within about how much of it.
    part
        The part of the rows that each row is of: 0, 1, ... Each part has a level of its own, since a market that rose is
        no fault of the models. A part in which all bought, or none, tells nothing.

    >>> rng = np.random.default_rng(0)
    >>> moved = rng.normal(size=(20_000, 2))
    >>> bought = (rng.random(20_000) < 1 / (1 + np.exp(2 - 0.5 * moved[:, 0]))).astype(float)
    >>> said = weighed(moved, np.full(20_000, -2.0), bought, np.ones(20_000), expected=np.full(2, 0.5), spread=0.3)
    >>> said.weights.round(1).tolist()
    [0.5, 0.0]
    """
    part = np.zeros(len(outcome), dtype=np.int64) if part is None else part
    telling = [
        n for n in np.unique(part).tolist() if 0 < outcome[part == n] @ weight[part == n] < weight[part == n].sum()
    ]
    if not telling:
        return Weighed(np.zeros(moved.shape[1]), 0.0)
    if len(telling) <= part.max():
        some = np.isin(part, telling)
        moved, start, outcome, weight = moved[some], start[some], outcome[some], weight[some]
        part = np.searchsorted(telling, part[some])
    parts, models = int(part.max()) + 1, moved.shape[1]

    def loss_and_slope(found: Floats) -> tuple[float, Floats]:
        weights, levels = found[:models], found[models:]
        z = start + moved @ weights + levels[part]
        off = weight * (expit(z) - outcome)
        away = weights - expected
        loss = -_nats(z, outcome, weight) + float(away @ away) / (2 * spread**2)
        return loss, np.concatenate([moved.T @ off + away / spread**2, np.bincount(part, off, minlength=parts)])

    without = np.array([level_for(start[part == n], outcome[part == n], weight[part == n]) for n in range(parts)])
    bounds = [(0.0, LARGEST_WEIGHT)] * models + [(None, None)] * parts
    found = minimize(loss_and_slope, np.concatenate([expected, without]), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights, levels = found[:models], found[models:]
    gain = _nats(start + moved @ weights + levels[part], outcome, weight) - _nats(
        start + without[part], outcome, weight
    )
    luck = max(0.0, 1.0 - NATS_OF_LUCK / gain) if gain > 0 else 0.0
    return Weighed(weights * luck, gain)


def believed(gain: float) -> float:
    """Return how much is believed of what gained so many nats where no later leads can judge it, from 0 to 1.

    Nothing as long as chance may have given as much, so that what predicts nothing says nothing; soon nearly all beyond.

    >>> [round(believed(nats), 2) for nats in (-3.0, 4.6, 6.0, 10.0, 50.0)]
    [0.0, 0.0, 0.41, 0.79, 0.99]
    """
    return 1.0 - (NATS_BY_CHANCE / gain) ** 2 if gain > NATS_BY_CHANCE else 0.0


def level_for(log_odds: Floats, outcome: Floats, weight: Floats) -> float:
    """Return what to add to log-odds so that the mean probability is the rate of the outcomes."""
    if not 0 < outcome @ weight < weight.sum():
        return 0.0
    level = 0.0
    for _ in range(100):
        p: Floats = expit(log_odds + level)
        step = float(weight @ (outcome - p) / (weight @ (p * (1 - p)) + 1e-12))
        level += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    return level


def jump_of(log_odds: Floats, outcome: Floats) -> float:
    """Return what to add so that the mean probability is the latest leads' rate, where chance alone does not part the two.

    >>> latest = np.full(1000, -2.0)  # expects 119 sales
    >>> jump_of(latest, np.arange(1000) < 130), round(jump_of(latest, np.arange(1000) < 250), 1)
    (0.0, 0.9)
    """
    p: Floats = expit(log_odds)
    error = float(np.sqrt((p * (1 - p)).sum()))
    if abs(float((outcome - p).sum())) <= JUMP * error:
        return 0.0
    return level_for(log_odds, np.asarray(outcome, dtype=np.float64), np.ones(len(p)))


def _nats(log_odds: Floats, outcome: Floats, weight: Floats) -> float:
    return float(weight @ (outcome * log_odds - np.logaddexp(0.0, log_odds)))
