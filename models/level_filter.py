"""How the level follows the market: each lead whose outcome is seen moves what is believed of it.

Shift and strength are taken to wander by small random steps with every lead whose outcome is seen. How far they wander
differs from market to market, and changes when a market jumps; so several sizes of the steps are followed side by side,
each as a Kalman filter, and each weighs by how well it has foretold the outcomes of late (a mixture of dynamic models: Raftery,
Karny & Ettler 2010, "Online prediction under model uncertainty via dynamic model averaging"). With the smallest steps both
are held still by what was seen before, so noise is not followed; with the largest a jump is.

A step's size foretells leads from what was known when they came: where outcomes are told months late, a wave that is over by
then speaks for no large step, however well it would have foretold the leads just before. So it is counted too what
following as a whole was worth: where it foretold leads no better than a level that stays, the level stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.level import STEPS, Level, level_of

Floats = npt.NDArray[np.float64]
FORGETTING = 0.998
"""How much of what a step's size foretold is remembered a lead later: half after some 350 leads."""
MOST_ROUNDS = 20
LARGEST_MOVE = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of leads between two looks: of each its log-odds as scored, and whether it was seen to buy.

    Of those that buy at all, a share of ``was`` would have been seen to by the look before, and ``now`` by this one; of a
    lead whose outcome is known at once these are 0 and 1. Leads that had bought before are not among them.
    """

    log_odds: Floats
    was: Floats
    now: Floats
    bought: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.log_odds)

    def of(self, some: slice) -> Seen:
        """Return what was seen of some of the leads."""
        return Seen(self.log_odds[some], self.was[some], self.now[some], self.bought[some])


def even_odds(level: Level, seen: Seen) -> float:
    """Return of how many leads of even odds so much would be told."""
    p = expit(seen.log_odds + level.believed[0])
    return float((4 * p * (1 - p)) @ (seen.now - seen.was))


def after(level: Level, seen: Seen, then: Level | None = None, ahead: float = 0.0) -> Level:
    """Return what is believed once so much more was seen.

    Parameters
    ----------
    then
        What was believed when these leads came; None where that is ``level``.
    ahead
        How many leads of even odds came after those of which ``then`` knew, and before these.

    >>> from models.level import unmoved
    >>> twice = np.arange(400) % 10 < 4  # four of ten buy, where two were expected
    >>> level = after(unmoved(-1.386), Seen(np.full(400, -1.386), np.zeros(400), np.ones(400), twice))
    >>> round(level.believed[0], 1), round(level.strength, 1)
    (1.0, 1.0)
    >>> round(level.shift, 1)  # no lead came yet that it could have foretold better: even odds that following pays
    0.5
    """
    if not len(seen):
        return level
    leads = even_odds(level, seen)
    means, covariances, foretold = _moved(seen, level.centre, *_wandered(level, leads))
    if then is not None and then is not level:
        *_, foretold = _moved(seen, level.centre, *_wandered(then, ahead + leads))
    beliefs = np.array(level.beliefs) * FORGETTING**leads + foretold
    told = covariances[:, [0, 0, 1], [0, 1, 1]]
    gain = level.gain + _gain(seen, level if then is None else then)
    return level_of(level.centre, means.tolist(), told.tolist(), (beliefs - beliefs.max()).tolist(), gain)


def _gain(seen: Seen, then: Level) -> float:
    """Return by how many nats leads were foretold better at what was believed as they came than by a level that stays."""
    served = np.array([then.believed, (0.0, 0.0)])
    at_it, without = _nats(seen, np.column_stack([np.ones(len(seen)), seen.log_odds - then.centre]), served)
    return float(at_it - without)


def _wandered(level: Level, leads: float) -> tuple[Floats, Floats]:
    """Return each step's mean and covariance so many leads of even odds later."""
    covariances = np.array(level.covariances)[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    covariances[:, [0, 1], [0, 1]] += np.array(STEPS) * leads
    return np.array(level.means), covariances


def _moved(seen: Seen, centre: float, means: Floats, covariances: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each step's most likely state after what was seen, its covariance, and how well it foretold that, in nats.

    All by Laplace's approximation.
    """
    by_state = np.column_stack([np.ones(len(seen)), seen.log_odds - centre])
    found, held = means.copy(), np.linalg.inv(covariances)
    for _ in range(MOST_ROUNDS):
        slope, information = _slope(seen, by_state, found)
        pull = np.einsum("kij,kj->ki", held, found - means)
        move = np.clip(
            np.linalg.solve(information + held, (slope - pull)[..., None])[..., 0], -LARGEST_MOVE, LARGEST_MOVE
        )
        found += move
        if np.abs(move).max() < 1e-7:
            break
    narrowed = np.linalg.inv(_slope(seen, by_state, found)[1] + held)
    away = found - means
    cost = np.einsum("ki,kij,kj->k", away, held, away) / 2
    gained = np.log(np.linalg.det(narrowed) * np.linalg.det(held)) / 2
    return found, narrowed, _nats(seen, by_state, found) - cost + gained


def _chance(seen: Seen, by_state: Floats, states: Floats) -> tuple[Floats, Floats]:
    """Return how likely each lead is seen to buy between the two looks, and the slope of that by its log-odds; leads x steps."""
    p = expit(seen.log_odds[:, None] + by_state @ states.T)
    left = 1.0 - p * seen.was[:, None]
    more = (seen.now - seen.was)[:, None]
    chance = np.clip(p * more / left, 1e-12, 1 - 1e-12)
    return chance, p * (1.0 - p) * more / left**2


def _slope(seen: Seen, by_state: Floats, states: Floats) -> tuple[Floats, Floats]:
    chance, slope = _chance(seen, by_state, states)
    certain = chance * (1.0 - chance)
    by_each: Floats = ((seen.bought[:, None] - chance) / certain * slope).T @ by_state
    information: Floats = np.einsum("ik,ia,ib->kab", slope**2 / certain, by_state, by_state)
    return by_each, information


def _nats(seen: Seen, by_state: Floats, states: Floats) -> Floats:
    chance, _ = _chance(seen, by_state, states)
    nats: Floats = np.where(seen.bought[:, None], np.log(chance), np.log1p(-chance)).sum(axis=0)
    return nats
