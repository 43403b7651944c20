"""Since when a share has risen: the likeliest day, and the days between which it lies 95 times of 100.

The evidence is a sum over the moments at which the change may have come; each one's part of it is how likely it is (a flat
prior over days, as in Shiryaev 1963, "On optimum methods in quickest detection problems", Theory of Probability and its
Applications 8:22-46). So the interval comes from the very terms that raised the alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from monitoring.alarms.detector import TILTS, WEIGHTS, Gains

OUTSIDE = 0.05
"""How much of the likelihood may lie outside of the interval."""


@dataclass(frozen=True, slots=True)
class Step:
    """Leads that were taken in: on which day (an ordinal, with its fraction), how long after those before, what they said."""

    day: float
    days: float
    gained: Gains


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The likeliest day of a change, the first and the last that it may have been."""

    day: int
    earliest: int
    latest: int
    evidence: float
    """Natural logarithm of the detector's evidence, in days."""


def change_point(steps: Sequence[Step], raised_on: float) -> ChangePoint:
    """Return the change that the steps tell of.

    Parameters
    ----------
    steps
        At least one of them of the day ``raised_on`` or before.
    raised_on
        The day of the alarm. What it was raised about had come by then: an odd day since, on which all was well, does not move
        the change to the day after itself.

    Examples
    --------
    >>> calm, risen = tuple(-0.5 for _ in TILTS), tuple(2.0 for _ in TILTS)
    >>> found = change_point([Step(day, 1.0, calm if day < 20 else risen) for day in range(25)], raised_on=24)
    >>> found.day, found.earliest, found.latest, round(found.evidence, 1)
    (20, 13, 21, 11.0)
    """
    summed = [0.0] * len(TILTS)
    logs: list[list[float]] = []
    for step in reversed(steps):
        summed = [one + gain for one, gain in zip(summed, step.gained, strict=True)]
        logs.append(summed)
    logs.reverse()
    by_then = sum(step.day <= raised_on for step in steps)
    _, by_day = _parts(steps[:by_then], logs[:by_then])
    whole, days = sum(by_day.values()), list(by_day)
    best = max(days, key=by_day.__getitem__)
    earliest = _reached(days, by_day, OUTSIDE / 2 * whole)
    latest = _reached(days[::-1], by_day, OUTSIDE / 2 * whole)
    top, every = _parts(steps, logs)
    evidence = top + log(max(sum(every.values()), 1e-300))
    return ChangePoint(best, min(earliest, best), max(latest, best), evidence)


def _parts(steps: Sequence[Step], logs: Sequence[Sequence[float]]) -> tuple[float, dict[int, float]]:
    """Return each day's part of the evidence as a multiple of the largest term, and that term's logarithm."""
    top = max(max(one) for one in logs)
    by_day: dict[int, float] = {}
    for step, since in zip(steps, logs, strict=True):
        terms = [weight * exp(max(one - top, -700.0)) for weight, one in zip(WEIGHTS, since, strict=True)]
        by_day[int(step.day)] = by_day.get(int(step.day), 0.0) + step.days * sum(terms)
    return top, by_day


def _reached(days: Sequence[int], by_day: dict[int, float], enough: float) -> int:
    so_far = 0.0
    for day in days:
        so_far += by_day[day]
        if so_far > enough:
            return day
    return days[-1]
