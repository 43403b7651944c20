"""What a scorecard of few leads is worth on leads that it has not seen, without setting any aside.

Each lead is left out in turn, with all of its rows, and the scorecard's answer without it is worked out from the fit with
it (one Newton step back: Rad & Maleki 2020, "A scalable estimate of the out-of-sample prediction error via approximate
leave-one-out cross-validation"). Leads left out this way are not later ones; where there are enough sales to judge by
later leads, that is done instead.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.calibration import level_for
from training.cells import Rows
from training.scorecard import Scorecard, places_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def log_odds_left_out(rows: Rows, card: Scorecard, lead: Ints) -> Floats:
    """Return each row's log-odds by the scorecard as it would be without the row's lead."""
    first = places_of(rows)
    effects = np.column_stack([np.zeros(len(rows), dtype=np.int64), *(first[:-1] + _together(rows)).T])
    z: Floats = rows.start + card.effects[effects].sum(1)
    p = expit(z)
    left, curve = rows.weight * (rows.outcome - p), rows.weight * p * (1 - p)
    order = np.argsort(lead, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(lead[order])) + 1):
        spread = card.covariance[effects[mine]].sum(1)[:, effects[mine]].sum(2)
        without = np.linalg.solve(np.eye(len(mine)) - spread * curve[mine], spread @ left[mine])
        z[mine] -= without
    return z


def gain_left_out(rows: Rows, card: Scorecard, lead: Ints) -> float:
    """Return by how many nats the scorecard beats its rows' start, moved to the rate that was seen.

    Each lead is left out in turn of the scorecard; the rate that was seen may know it, so that the gain is rather too small.
    """
    level = level_for(rows.start, rows.outcome, rows.weight)
    with_it, without_it = log_odds_left_out(rows, card, lead), rows.start + level
    nats = [float(rows.weight @ (rows.outcome * z - np.logaddexp(0.0, z))) for z in (with_it, without_it)]
    return nats[0] - nats[1]


def _together(rows: Rows) -> Ints:
    return np.column_stack(list(rows.where.values()))
