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
LEAST_LEFT = 1e-300
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
    shown: Floats | None = None,
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
    shown
        Of those that buy, the share that would have been seen to by now, row by row: an ``outcome`` of 0 means "not yet" as
        far as this is below 1. None where it is known how every row ended.

    >>> rng = np.random.default_rng(0)
    >>> moved = rng.normal(size=(20_000, 2))
    >>> bought = (rng.random(20_000) < 1 / (1 + np.exp(2 - 0.5 * moved[:, 0]))).astype(float)
    >>> said = weighed(moved, np.full(20_000, -2.0), bought, np.ones(20_000), expected=np.full(2, 0.5), spread=0.3)
    >>> said.weights.round(1).tolist()
    [0.5, 0.0]
    """
    part = np.zeros(len(outcome), dtype=np.int64) if part is None else part
    shown = np.ones(len(outcome)) if shown is None else shown
    telling = [
        n for n in np.unique(part).tolist() if 0 < outcome[part == n] @ weight[part == n] < weight[part == n].sum()
    ]
    if not telling:
        return Weighed(np.zeros(moved.shape[1]), 0.0)
    if len(telling) <= part.max():
        some = np.isin(part, telling)
        moved, start, outcome, weight, shown = moved[some], start[some], outcome[some], weight[some], shown[some]
        part = np.searchsorted(telling, part[some])
    parts, models = int(part.max()) + 1, moved.shape[1]

    def loss_and_slope(found: Floats) -> tuple[float, Floats]:
        weights, levels = found[:models], found[models:]
        z = start + moved @ weights + levels[part]
        off = weight * (expit(z) - _became(z, outcome, shown))
        away = weights - expected
        loss = -_nats(z, outcome, weight, shown) + float(away @ away) / (2 * spread**2)
        return loss, np.concatenate([moved.T @ off + away / spread**2, np.bincount(part, off, minlength=parts)])

    each = [part == n for n in range(parts)]
    without = np.array([level_for(start[own], outcome[own], weight[own], shown[own]) for own in each])
    bounds = [(0.0, LARGEST_WEIGHT)] * models + [(None, None)] * parts
    found = minimize(loss_and_slope, np.concatenate([expected, without]), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights, levels = found[:models], found[models:]
    with_them, without_them = start + moved @ weights + levels[part], start + without[part]
    gain = _nats(with_them, outcome, weight, shown) - _nats(without_them, outcome, weight, shown)
    luck = max(0.0, 1.0 - NATS_OF_LUCK / gain) if gain > 0 else 0.0
    return Weighed(weights * luck, gain)


def believed(gain: float) -> float:
    """Return how much is believed of what gained so many nats where no later leads can judge it, from 0 to 1.

    Nothing as long as chance may have given as much, so that what predicts nothing says nothing; soon nearly all beyond.

    >>> [round(believed(nats), 2) for nats in (-3.0, 4.6, 6.0, 10.0, 50.0)]
    [0.0, 0.0, 0.41, 0.79, 0.99]
    """
    return 1.0 - (NATS_BY_CHANCE / gain) ** 2 if gain > NATS_BY_CHANCE else 0.0


def level_for(log_odds: Floats, outcome: Floats, weight: Floats, shown: Floats | float = 1.0) -> float:
    """Return what to add to log-odds so that the mean probability is the rate of the outcomes; ``shown`` as for ``weighed``.

    >>> seen, unseen = np.ones(10), np.zeros(90)  # half of the buyers are seen by now, so 20 of 100 buy
    >>> round(float(expit(level_for(np.zeros(100), np.concatenate([seen, unseen]), np.ones(100), 0.5))), 3)
    0.2
    """
    if not 0 < outcome @ weight < weight.sum():
        return 0.0
    level = 0.0
    for _ in range(100):
        z = log_odds + level
        p: Floats = expit(z)
        told = p * (1 - p) * shown * (1 - p) / np.maximum(1 - p * shown, 1e-12)
        step = float(weight @ (_became(z, outcome, shown) - p) / (weight @ told + 1e-12))
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


def _became(log_odds: Floats, outcome: Floats, shown: Floats | float) -> Floats:
    """Return the outcomes; of rows that were not seen to buy, how likely they still do."""
    became: Floats = outcome + (1 - outcome) * expit(_not_yet(log_odds, shown))
    return became


def _nats(log_odds: Floats, outcome: Floats, weight: Floats, shown: Floats | float = 1.0) -> float:
    """Return the logarithm of how likely it was to see what was seen, but for what no log-odds change."""
    seen = outcome * log_odds + (1 - outcome) * np.logaddexp(0.0, _not_yet(log_odds, shown))
    return float(weight @ (seen - np.logaddexp(0.0, log_odds)))


def _not_yet(log_odds: Floats, shown: Floats | float) -> Floats:
    """Return the log-odds that a row still buys, of whose buyers a share ``shown`` had been seen to, and it had not."""
    left: Floats = log_odds + np.log(np.maximum(1.0 - shown, LEAST_LEFT))
    return left
