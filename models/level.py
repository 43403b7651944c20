"""The level at which a model serves: by how much all leads buy more often, or less, than it learned, and how far apart.

All log-odds are moved by a shift, and drawn apart (or together) around their mean by a strength. ``level_filter.py`` says how
both follow the market; this is what is believed of them, as a model keeps it and as what serves reads it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.log_odds import probability_of

SHIFT_STEPS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
STRENGTH_STEPS = (0.0, 1e-5, 1e-4, 1e-3)
"""Variances of the steps taken with a lead of which even odds are told; smaller with one that tells less."""
STEPS = tuple(itertools.product(SHIFT_STEPS, STRENGTH_STEPS))
LESS_LIKELY = 0.7
"""Each larger step is believed less at first, by so many nats."""
FIRST_VARIANCE = 1e-4
WEAKEST = 0.1
LEAST_GAIN, MOST_GAIN = -20.0, 100.0
"""However badly following did, or however well, so many nats are remembered of it: a market may change its ways."""


@dataclass(frozen=True, slots=True)
class Level:
    """What is believed of shift and strength: for each of ``STEPS`` their mean and covariance, and how much it is believed.

    ``centre`` are the log-odds around which the strength draws apart; a strength is kept as what it lies above 1. A
    covariance is (the shift's variance, what they share, the strength's); a belief is in nats, and so is ``gain``: by how
    much better than a level that stays each lead was foretold at what was believed when it came.

    >>> level = unmoved(-1.4)
    >>> level.shift, level.strength, level.moved(0.5)
    (0.0, 1.0, 0.5)
    """

    centre: float
    means: tuple[tuple[float, float], ...]
    covariances: tuple[tuple[float, float, float], ...]
    beliefs: tuple[float, ...]
    gain: float = 0.0

    @property
    def shift(self) -> float:
        """Return what to add to every lead's log-odds: what is believed, as far as following paid."""
        return self.paid * self.believed[0]

    @property
    def strength(self) -> float:
        """Return by how much to multiply what a lead's log-odds differ from the centre, likewise."""
        return max(1.0 + self.paid * self.believed[1], WEAKEST)

    @property
    def paid(self) -> float:
        """Return how far it is believed that following pays: at even odds at first, then by what it was worth; from 0 to 1."""
        return probability_of(self.gain)

    @property
    def believed(self) -> tuple[float, float]:
        """Return the mean of what is believed of the shift, and of the strength above 1.

        Nothing more is taken off it for luck: each step begins at no move at all and goes only as far as the leads press it,
        the smaller steps are believed first, and what following is not worth is taken off by ``paid``.
        """
        shares = self._shares()
        shift, strength = (math.fsum(s * one[n] for s, one in zip(shares, self.means, strict=True)) for n in (0, 1))
        return shift, strength

    @property
    def variance(self) -> float:
        """Return how uncertain the shift is."""
        return self._variance_of(0)

    def moved(self, log_odds: float) -> float:
        """Return a lead's log-odds at this level."""
        return self.centre + self.shift + self.strength * (log_odds - self.centre)

    def to_json(self) -> dict[str, Any]:
        """Return the level as plain values."""
        means, covariances = [list(one) for one in self.means], [list(one) for one in self.covariances]
        return {
            "centre": self.centre,
            "means": means,
            "covariances": covariances,
            "beliefs": list(self.beliefs),
            "gain": self.gain,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Level:
        """Return the level that was saved; ``ValueError``, ``KeyError`` or ``TypeError`` where it is none.

        One that was saved before gains were counted is taken for one whose following paid: then all were.
        """
        gain = float(said.get("gain", MOST_GAIN))
        return level_of(float(said["centre"]), said["means"], said["covariances"], said["beliefs"], gain)

    def _shares(self) -> list[float]:
        """Return how much each step is believed; together 1."""
        best = max(self.beliefs)
        grown = [math.exp(one - best) for one in self.beliefs]
        return [one / math.fsum(grown) for one in grown]

    def _variance_of(self, place: int) -> float:
        """Return the variance of the shift (0) or of the strength (1), all steps together."""
        mean = self.believed[place]
        told = zip(self._shares(), self.means, self.covariances, strict=True)
        return math.fsum(share * (own[2 * place] + (one[place] - mean) ** 2) for share, one, own in told)


def level_of(
    centre: float,
    means: Sequence[Sequence[float]],
    covariances: Sequence[Sequence[float]],
    beliefs: Sequence[float],
    gain: float = 0.0,
) -> Level:
    """Return the level of such beliefs; ``ValueError`` where there are not as many as steps, or one is no number."""
    if not len(means) == len(covariances) == len(beliefs) == len(STEPS):
        raise ValueError("as many means, covariances and beliefs as there are steps")
    level = Level(
        centre,
        tuple((float(shift), float(strength)) for shift, strength in means),
        tuple((float(shift), float(both), float(strength)) for shift, both, strength in covariances),
        tuple(map(float, beliefs)),
        min(max(gain, LEAST_GAIN), MOST_GAIN),
    )
    if not all(map(math.isfinite, (centre, gain, *itertools.chain(*level.means, *level.covariances), *level.beliefs))):
        raise ValueError("a level of numbers")
    return level


def unmoved(centre: float) -> Level:
    """Return the level of a market of which nothing was seen; ``centre`` are the log-odds of a middling lead."""
    places = itertools.product(range(len(SHIFT_STEPS)), range(len(STRENGTH_STEPS)))
    beliefs = [-LESS_LIKELY * sum(place) for place in places]
    return level_of(centre, [(0.0, 0.0)] * len(STEPS), [(FIRST_VARIANCE, 0.0, FIRST_VARIANCE)] * len(STEPS), beliefs)


def begun_from(learned: Level, before: Level, latest: float) -> Level:
    """Return where a fresher model's level begins: its own shift, and what the one before it had found of the market.

    A model foretells the leads it learned from too well, and so they say too little of its strength, of the steps that the
    market takes and of whether following pays; leads that came after ``before`` learned say it. ``latest`` are the mean
    log-odds of the latest leads by the fresher model: theirs stay as it learned them.

    >>> many = len(STEPS)
    >>> before = level_of(-2.0, [(0.3, -0.4)] * many, [(0.1, 0.0, 0.1)] * many, [0.0] * many)
    >>> level = begun_from(unmoved(-2.0), before, -1.0)
    >>> [round(one, 3) for one in level.believed]  # of the latest: 0.4 + (1 - 0.4) * 1 = 1, as without
    [0.4, -0.4]
    """
    told = list(zip(learned.means, before.means, strict=True))
    means = [(mine[0] + (mine[1] - its[1]) * (latest - learned.centre), its[1]) for mine, its in told]
    held = zip(learned.covariances, before.covariances, strict=True)
    return level_of(learned.centre, means, [(mine[0], 0.0, its[2]) for mine, its in held], before.beliefs, before.gain)
