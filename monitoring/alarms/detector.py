"""Whether a share has risen above its usual one: evidence that may be looked at after every lead, at no price for looking.

For each of a few sizes of change runs the Shiryaev-Roberts sum over all moments at which the change may have come, and their
average is the evidence. It is an e-detector (Shin, Ramdas & Rinaldo 2023, "E-detectors: a nonparametric framework for
sequential change detection", New England Journal of Statistics in Data Science 2:229-260; the sum is Shiryaev's 1963 and
Roberts's 1966): while nothing changes, its mean is at most the time that it has run. So whoever alarms at ``threshold``
waits at least that long on average for a false one, and alarms falsely at most once in that time, however often one looks. It is
in truth rarer, and the mark is set lower by as much (``mark``).
The time is counted in days, not in leads: what is promised is a number of false alarms a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log1p

ODDS = (1.6, 2.5, 4.0, 8.0)
"""How many times the odds of the share may have become; a change in between is found nearly as fast by its neighbours."""
WEIGHTS = (0.35, 0.35, 0.2, 0.1)
"""How much of the evidence each size is given: small changes need the most leads, and lose the most by sharing."""
TILTS = tuple((log(odds), odds - 1.0) for odds in ODDS)
EARNED = 0.65
"""At this part of the days that are promised between two false alarms the promise is kept already, as was measured (``mark``)."""
MOST, LARGEST = 300.0, 1e150
"""Logarithm of what a step may multiply the evidence by, and the largest evidence that is told apart from a larger one."""
Gains = tuple[float, ...]
"""The log-likelihood ratio that some leads give to each size of change."""


def mark(days: float) -> float:
    """Return the evidence at which an alarm is raised, so that false ones are at least ``days`` days apart on average.

    The bound of e-detectors would be ``days`` itself. It is never reached: evidence jumps over its mark, the further the more
    leads are looked at together (Siegmund 1985, "Sequential Analysis", chapter 8), and the usual share is taken with care. The
    part that is left was set by simulation, with streams of 1 to 200 leads a day and shares of 3 to 70 %, looked at day by day
    and lead by lead; ``benchmarks/README.md`` tells how many false alarms there are now.

    >>> mark(365.0)
    237.25
    """
    return days * EARNED


def costs(usual: float) -> Gains:
    """Return what a lead, bad or not, costs each size of change at a usual share ``p``: log(1 - p + p c), as in ``gains``."""
    return tuple([log1p(usual * more) for _, more in TILTS])


def gains(bad: float, of: float, cost: Gains) -> Gains:
    """Return what ``bad`` of ``of`` leads say for each size of change, against the usual share.

    With odds ``c`` times the usual ones, a lead's likelihood ratio is c / (1 - p + p c) if it is bad, 1 / (1 - p + p c) if not.

    Parameters
    ----------
    cost
        ``costs`` of the share expected of these leads while nothing has changed.

    Examples
    --------
    >>> [round(one, 3) for one in gains(1, 1, costs(0.2))]  # log(0.286 / 0.2), ...: a bad lead speaks for a rise
    [0.357, 0.654, 0.916, 1.204]
    >>> [round(one, 3) for one in gains(0, 1, costs(0.2))]
    [-0.113, -0.262, -0.47, -0.875]
    """
    return tuple([bad * tilt - of * one for (tilt, _), one in zip(TILTS, cost, strict=True)])


class Detector:
    """The sums for every size of change, over one stream of leads.

    >>> detector = Detector()
    >>> [round(detector.step(gains(bad, 1, costs(0.2)), days=0.05), 2) for bad in (0, 1, 1, 1, 1, 1)]
    [0.04, 0.17, 0.46, 1.15, 2.91, 7.67]
    """

    def __init__(self) -> None:
        self._sums: Sequence[float] = (0.0,) * len(TILTS)

    @property
    def evidence(self) -> float:
        """Return the evidence so far, in days."""
        return sum([weight * one for weight, one in zip(WEIGHTS, self._sums, strict=True)])

    def step(self, gained: Gains, days: float) -> float:
        """Take in the next leads, ``days`` after those before, and return the evidence so far, in days."""
        self._sums = [
            min((one + days) * exp(min(gain, MOST)), LARGEST) for one, gain in zip(self._sums, gained, strict=True)
        ]
        return self.evidence
