"""How long the buyers of a training set took from when they were spoken to."""

from __future__ import annotations

import numpy as np

from models.delay import DelayCurve
from training.dataset import TrainingSet
from training.delay_by_channel import delay_by_channel


def delay_of_all(data: TrainingSet, window: float) -> DelayCurve | None:
    """Return how long the buyers of ``data`` took, each counted once; None with too few of them."""
    return delay_of(data.of(np.flatnonzero(data.at_arrival & np.isfinite(data.bought_after))), window)


def delay_of(buyers: TrainingSet, window: float) -> DelayCurve | None:
    """Return how long buyers take from when they were spoken to; None with too few of them."""
    waited = buyers.waited
    return delay_by_channel(buyers.bought_after - waited, buyers.age - waited, window, buyers.channel)
