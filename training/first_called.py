"""How many of the buyers stand among the leads that would have been called first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.ranking_metrics import Judged

Floats = npt.NDArray[np.float64]


def sales_found_first(probability: Floats, judged: Judged, share: float, *, seed: int = 0) -> tuple[Floats, Floats]:
    """Return the sales among the first ``share`` of the leads, best first, and all sales: of the leads, then of each resample.

    Leads of equal probability share their places evenly, so that one probability for all finds ``share`` of the sales. With
    the same leads and seed the resamples are the same, whatever the probability: differences may be taken one by one.

    >>> judged = Judged(np.array([1.0, 0.0, 0.0, 1.0, 0.0]), np.ones(5), np.arange(5))
    >>> float(sales_found_first(np.array([0.9, 0.1, 0.2, 0.3, 0.1]), judged, 0.2)[0][0])
    1.0
    >>> float(sales_found_first(np.full(5, 0.4), judged, 0.2)[0][0])
    0.4
    """
    order = np.argsort(-probability, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(probability[order])) + 1])
    found, every = [], []
    for weights in judged.resampled(seed):
        leads = np.add.reduceat(weights[order], starts, axis=0).cumsum(0)
        sales = np.add.reduceat((weights * judged.outcome[:, None])[order], starts, axis=0).cumsum(0)
        found += [np.interp(share * n[-1], np.r_[0.0, n], np.r_[0.0, s]) for n, s in zip(leads.T, sales.T, strict=True)]
        every.append(sales[-1])
    return np.array(found), np.concatenate(every)
