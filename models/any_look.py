"""Two models on leads that keep coming: an interval that holds however often one looks at it.

Of an ordinary 95 % interval that is looked at every week one is sooner or later wrong by chance. This one is a confidence
sequence: that it ever leaves out the truth, at whichever look, happens in one case of twenty (asymptotically; Waudby-Smith,
Arbour, Sinha, Kennedy & Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence sequences", theorem 2.2).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from models.measured import Measured
from models.ranking_metrics import Judged, losses

Floats = npt.NDArray[np.float64]
ALPHA = 0.05
TIGHTEST_AT = 500
"""The sequence is tightest, compared with an ordinary interval, after about so many leads."""
RHO_SQUARED = (-2 * math.log(ALPHA) + math.log(-2 * math.log(ALPHA)) + 1) / TIGHTEST_AT
"""What makes it so (the same paper's appendix on tuning)."""


def log_loss_difference_at_any_look(mine: Floats, other: Floats, judged: Judged) -> Measured:
    """Return mine minus the other's log-loss, in nats a lead; below 0 mine is better. nan ends with fewer than two leads.

    A lead's rows count together, once.

    >>> outcome = np.tile([0.0, 0.0, 0.0, 1.0], 250)
    >>> leads = Judged(outcome, np.ones(1000), np.arange(1000))
    >>> better, flat = np.where(outcome > 0, 0.4, 0.2), np.full(1000, 0.25)
    >>> difference = log_loss_difference_at_any_look(better, flat, leads)
    >>> difference.high < 0
    True
    """
    gain = (losses(mine, judged.outcome) - losses(other, judged.outcome)) * judged.weight
    weight = np.bincount(judged.lead, judged.weight)
    some = weight > 0
    mass, of_each = weight[some], np.bincount(judged.lead, gain)[some]
    value = float(of_each.sum() / mass.sum())
    leads = len(mass)
    if leads < 2:
        return Measured(value, math.nan, math.nan)
    deviation = float(np.std((of_each - value * mass) / mass.mean(), ddof=1))
    half = deviation * half_width(leads)
    return Measured(value, value - half, value + half)


def half_width(leads: int, *, rho_squared: float = RHO_SQUARED) -> float:
    """Return how far to both sides the mean of so many leads is sure, in standard deviations of one lead.

    >>> round(half_width(500) * 500**0.5, 2)  # an ordinary interval: 1.96
    3.04
    """
    spread = leads * rho_squared + 1
    return math.sqrt(2 * spread / (leads**2 * rho_squared) * math.log(math.sqrt(spread) / ALPHA))
