"""The level that follows the market: by how much all leads buy more often, or less, than the model says, and how far apart.

All log-odds are moved by a shift, and drawn apart (or together) around their mean by a strength. Both are taken to wander by
small random steps with every lead whose outcome is seen. How far they wander differs from market to market, and changes
when a market jumps; so several sizes of the steps are followed side by side, each as a Kalman filter, and each weighs
by how well it has foretold the outcomes of late (a mixture of dynamic models: Raftery, Karny & Ettler 2010, "Online
prediction under model uncertainty via dynamic model averaging"). With the smallest steps both are held still by what was
seen before, so noise is not followed; with the largest a jump is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

Floats = npt.NDArray[np.float64]
SHIFT_STEPS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
STRENGTH_STEPS = (0.0, 1e-5, 1e-4, 1e-3)
"""Variances of the steps taken with a lead of which even odds are told; smaller with one that tells less."""
STEPS = tuple(itertools.product(SHIFT_STEPS, STRENGTH_STEPS))
FORGETTING = 0.998
"""How much of what a step's size foretold is remembered a lead later: half after some 350 leads."""
LESS_LIKELY = 0.7
"""Each larger step is believed less at first, by so many nats."""
FIRST_VARIANCE = 1e-4
MOST_ROUNDS = 20
LARGEST_MOVE = 1.0
WEAKEST = 0.1
LUCK = 0.5
"""What is believed is multiplied by max(0, 1 - this * variance / belief²): nothing is made of what may be chance."""


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


@dataclass(frozen=True, slots=True)
class Level:
    """What is believed of shift and strength: for each of ``STEPS`` their mean and covariance, and how much it is believed.

    ``centre`` are the log-odds around which the strength draws apart; a strength is kept as what it lies above 1.

    Examples
    --------
    >>> twice = np.arange(400) % 10 < 4  # four of ten buy, where two were expected
    >>> leads = Seen(np.full(400, -1.386), np.zeros(400), np.ones(400), twice)
    >>> level = unmoved(-1.386).after(leads)
    >>> round(level.shift, 1), round(level.strength, 1)
    (1.0, 1.0)
    """

    centre: float
    means: tuple[tuple[float, float], ...]
    covariances: tuple[tuple[float, float, float], ...]
    beliefs: tuple[float, ...]

    @property
    def shift(self) -> float:
        """Return what to add to every lead's log-odds: what is believed, shrunk to nothing where it may be luck."""
        return _without_luck(self.believed[0], self.variance)

    @property
    def strength(self) -> float:
        """Return by how much to multiply what a lead's log-odds differ from the centre, luck taken off likewise."""
        return max(1.0 + _without_luck(self.believed[1], self._spread()[1]), WEAKEST)

    @property
    def believed(self) -> tuple[float, float]:
        """Return the mean of what is believed of the shift, and of the strength above 1."""
        shift, strength = softmax(self.beliefs) @ np.array(self.means)
        return float(shift), float(strength)

    @property
    def variance(self) -> float:
        """Return how uncertain the shift is."""
        return self._spread()[0]

    def moved(self, log_odds: float) -> float:
        """Return a lead's log-odds at this level."""
        return self.centre + self.shift + self.strength * (log_odds - self.centre)

    def after(self, seen: Seen) -> Level:
        """Return what is believed once so much more was seen."""
        if not len(seen):
            return self
        means, covariances = np.array(self.means), _square(self.covariances)
        p = expit(seen.log_odds + self.believed[0])
        leads = float((4 * p * (1 - p)) @ (seen.now - seen.was))
        covariances[:, [0, 1], [0, 1]] += np.array(STEPS) * leads
        means, covariances, foretold = _moved(seen, self.centre, means, covariances)
        beliefs = np.array(self.beliefs) * FORGETTING**leads + foretold
        return _level(self.centre, means, covariances, beliefs - beliefs.max())

    def to_json(self) -> dict[str, Any]:
        """Return the level as plain values."""
        means, covariances = [list(one) for one in self.means], [list(one) for one in self.covariances]
        return {"centre": self.centre, "means": means, "covariances": covariances, "beliefs": list(self.beliefs)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Level:
        """Return the level that was saved; ``ValueError``, ``KeyError`` or ``TypeError`` where it is none."""
        means, covariances = np.array(said["means"], dtype=float), np.array(said["covariances"], dtype=float)
        beliefs = np.array(said["beliefs"], dtype=float)
        if (means.shape, covariances.shape, beliefs.shape) != ((len(STEPS), 2), (len(STEPS), 3), (len(STEPS),)):
            raise ValueError("as many means, covariances and beliefs as there are steps")
        return _level(float(said["centre"]), means, _square(covariances), beliefs)

    def _spread(self) -> tuple[float, float]:
        """Return the variances of shift and strength."""
        means, shares = np.array(self.means), softmax(self.beliefs)
        own = _square(self.covariances)[:, [0, 1], [0, 1]]
        shift, strength = shares @ (own + means**2) - np.array(self.believed) ** 2
        return float(shift), float(strength)


def unmoved(centre: float) -> Level:
    """Return the level of a market of which nothing was seen; ``centre`` are the log-odds of a middling lead."""
    beliefs = [
        -LESS_LIKELY * sum(place) for place in itertools.product(*map(range, (len(SHIFT_STEPS), len(STRENGTH_STEPS))))
    ]
    return Level(
        centre, ((0.0, 0.0),) * len(STEPS), ((FIRST_VARIANCE, 0.0, FIRST_VARIANCE),) * len(STEPS), tuple(beliefs)
    )


def _without_luck(believed: float, variance: float) -> float:
    return believed * max(0.0, 1.0 - LUCK * variance / believed**2) if believed else 0.0


def _level(centre: float, means: Floats, covariances: Floats, beliefs: Floats) -> Level:
    told = covariances[:, [0, 0, 1], [0, 1, 1]]
    return Level(
        centre,
        tuple((shift, strength) for shift, strength in means.tolist()),
        tuple((shift, both, strength) for shift, both, strength in told.tolist()),
        tuple(beliefs.tolist()),
    )


def _square(told: Any) -> Floats:
    """Return covariances as matrices: steps x 2 x 2."""
    square: Floats = np.array(told)[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    return square


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
