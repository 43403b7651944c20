"""The level that follows the market: by how much all leads buy more often, or less, than the model says.

The shift of all log-odds is taken to wander by a small random step with every lead whose outcome is seen. How far it
wanders differs from market to market, and changes when a market jumps; so several sizes of the step are followed side by
side, each as a Kalman filter, and each weighs by how well it has foretold the outcomes of late (a mixture of dynamic
models: Raftery, Karny & Ettler 2010, "Online prediction under model uncertainty via dynamic model averaging"). With
the smallest steps the shift is held still by what was seen before, so noise is not followed; with the largest a jump is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

Floats = npt.NDArray[np.float64]
STEPS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Variance of the step that the level takes with a lead of which even odds are told; less with one that tells less."""
FORGETTING = 0.998
"""How much of what a step's size foretold is remembered a lead later: half after some 350 leads."""
HALF_AS_LIKELY = 1
"""Each larger step is believed less at first, by so many nats."""
FIRST_VARIANCE = 1e-4
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


@dataclass(frozen=True, slots=True)
class Level:
    """What is believed of the shift: for each of ``STEPS`` its mean and variance, and how much that step is believed (nats).

    Examples
    --------
    >>> twice = np.arange(400) % 10 < 4  # four of ten buy, where two were expected
    >>> leads = Seen(np.full(400, -1.386), np.zeros(400), np.ones(400), twice)
    >>> level = UNMOVED.after(leads)
    >>> round(level.believed, 1), round(level.shift, 1), round(level.variance, 3)
    (1.0, 0.9, 0.011)
    """

    shifts: tuple[float, ...]
    variances: tuple[float, ...]
    beliefs: tuple[float, ...]

    @property
    def shift(self) -> float:
        """Return what to add to every lead's log-odds: what is believed, shrunk to nothing where it may be luck."""
        believed = self.believed
        return believed * max(0.0, 1.0 - self.variance / believed**2) if believed else 0.0

    @property
    def believed(self) -> float:
        """Return the mean of what is believed of the shift."""
        return float(softmax(self.beliefs) @ np.array(self.shifts))

    @property
    def variance(self) -> float:
        """Return how uncertain that is."""
        shifts, shares = np.array(self.shifts), softmax(self.beliefs)
        return float(shares @ (np.array(self.variances) + shifts**2) - self.believed**2)

    def after(self, seen: Seen) -> Level:
        """Return what is believed once so much more was seen."""
        if not len(seen):
            return self
        p = expit(seen.log_odds + self.believed)
        leads = float((4 * p * (1 - p)) @ (seen.now - seen.was))
        shifts, variances = np.array(self.shifts), np.array(self.variances) + np.array(STEPS) * leads
        shifts, variances, foretold = _moved(seen, shifts, variances)
        beliefs = np.array(self.beliefs) * FORGETTING**leads + foretold
        return Level(tuple(shifts.tolist()), tuple(variances.tolist()), tuple((beliefs - beliefs.max()).tolist()))

    def to_json(self) -> dict[str, Any]:
        """Return the level as plain values."""
        return {"shifts": list(self.shifts), "variances": list(self.variances), "beliefs": list(self.beliefs)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Level:
        """Return the level that was saved; ``ValueError``, ``KeyError`` or ``TypeError`` where it is none."""
        shifts, variances, beliefs = (tuple(map(float, said[name])) for name in ("shifts", "variances", "beliefs"))
        if not len(shifts) == len(variances) == len(beliefs) == len(STEPS) or min(variances) < 0:
            raise ValueError("as many shifts, variances and beliefs as there are steps")
        return cls(shifts, variances, beliefs)


UNMOVED = Level(
    (0.0,) * len(STEPS), (FIRST_VARIANCE,) * len(STEPS), tuple(-HALF_AS_LIKELY * n for n in range(len(STEPS)))
)


def _moved(seen: Seen, shifts: Floats, variances: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each step's most likely shift after what was seen, its variance, and how well it foretold that, in nats.

    All by Laplace's approximation.
    """
    found, held = shifts.copy(), 1.0 / np.maximum(variances, 1e-12)
    for _ in range(MOST_ROUNDS):
        slope, information = _slope(seen, found)
        move = np.clip((slope - held * (found - shifts)) / (information + held), -LARGEST_MOVE, LARGEST_MOVE)
        found += move
        if np.abs(move).max() < 1e-8:
            break
    narrowed = 1.0 / (_slope(seen, found)[1] + held)
    foretold = _nats(seen, found) - held * (found - shifts) ** 2 / 2 + np.log(narrowed * held) / 2
    return found, narrowed, foretold


def _chance(seen: Seen, shifts: Floats) -> tuple[Floats, Floats]:
    """Return how likely each lead is seen to buy between the two looks, and the slope of that by the shift; leads x steps."""
    p = expit(seen.log_odds[:, None] + shifts)
    left = 1.0 - p * seen.was[:, None]
    more = (seen.now - seen.was)[:, None]
    chance = np.clip(p * more / left, 1e-12, 1 - 1e-12)
    return chance, p * (1.0 - p) * more / left**2


def _slope(seen: Seen, shifts: Floats) -> tuple[Floats, Floats]:
    chance, by_shift = _chance(seen, shifts)
    off = (seen.bought[:, None] - chance) / (chance * (1.0 - chance))
    slope: Floats = (off * by_shift).sum(axis=0)
    information: Floats = (by_shift**2 / (chance * (1.0 - chance))).sum(axis=0)
    return slope, information


def _nats(seen: Seen, shifts: Floats) -> Floats:
    chance, _ = _chance(seen, shifts)
    nats: Floats = np.where(seen.bought[:, None], np.log(chance), np.log1p(-chance)).sum(axis=0)
    return nats
