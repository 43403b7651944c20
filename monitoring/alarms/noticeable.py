"""What a quiet stream would have shown by now: the smallest share of its latest leads that would have raised an alarm."""

from __future__ import annotations

from math import exp, log

from monitoring.alarms.detector import WEIGHTS, costs, gains, mark
from monitoring.alarms.episodes import FEWEST_SINCE

LATEST = 14
"""Days whose leads are asked about."""


def noticeable(leads: int, usual: float, threshold: float, dispersion: float = 1.0) -> float | None:
    """Return the share among the latest leads from which on there would be an alarm; None where no share would be enough.

    The change is taken to have begun with the first of them: one term of the detector's sum, which is never more than it.

    Parameters
    ----------
    leads, usual
        How many leads the last ``LATEST`` days had, and which share of them is usually bad.
    threshold
        The days that are to lie between two false alarms, as for ``detector.mark``.
    dispersion
        How many times as much the days scatter as independent leads would.

    Examples
    --------

    >>> round(noticeable(120, 0.20, 365.0), 2), noticeable(3, 0.20, 365.0)
    (0.34, None)
    """
    if leads < FEWEST_SINCE:
        return None
    cost, enough = costs(usual), log(mark(threshold))
    low, high = int(usual * leads) + 1, leads
    if _evidence(high / dispersion, leads / dispersion, cost) < enough:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _evidence(middle / dispersion, leads / dispersion, cost) >= enough else (middle + 1, high)
        )
    return low / leads


def _evidence(bad: float, leads: float, cost: tuple[float, ...]) -> float:
    gained = gains(bad, leads, cost)
    top = max(gained)
    return top + log(sum(weight * exp(max(gain - top, -700.0)) for weight, gain in zip(WEIGHTS, gained, strict=True)))
