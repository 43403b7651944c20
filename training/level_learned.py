"""Where the level stands when a model has learned: its own latest leads, followed as they came.

A model's mean is that of all its leads; how far the latest lie off, and how fast the market moves, is what the level that
follows it between trainings begins from.
"""

from __future__ import annotations

import numpy as np

from models.delay import DelayCurve, delay_curve
from models.level import Level, unmoved
from models.outcomes_so_far import DAY, OutcomesSoFar, followed
from training.dataset import TrainingSet, with_young
from training.recipe import Candidate

MOST_LEADS = 5_000
RIPE = 0.9


def delay_learned(data: TrainingSet, window: float | None) -> DelayCurve:
    """Return how long buyers take; where too few bought, all are seen at the window's end.

    Without a window it is one step, at the age by which nine of ten leads are closed: read off the older half, as of the
    younger only those that were closed soon are known.
    """
    every = data if data.young is None or window is None else with_young(data, data.young)
    arrived = every.of(np.flatnonzero(every.at_arrival))
    if window is None:
        older = arrived.created <= np.median(arrived.created)
        closed_after = (arrived.known_from - arrived.created)[older] / DAY
        return DelayCurve(np.array([np.quantile(closed_after, RIPE)]), np.array([1.0]))
    bought = np.flatnonzero(np.isfinite(arrived.bought_after))
    found = delay_curve(arrived.bought_after[bought], arrived.age[bought], window)
    return found or DelayCurve(np.array([float(window)]), np.array([1.0]))


def level_learned(
    candidate: Candidate, data: TrainingSet, delay: DelayCurve, window: float | None, cut_off: float
) -> Level:
    """Return what the latest leads, young ones among them, say of the level at ``cut_off`` (POSIX seconds)."""
    every = data if data.young is None or window is None else with_young(data, data.young)
    arrived = np.flatnonzero(every.at_arrival)
    leads = every.of(arrived[np.argsort(every.created[arrived], kind="stable")[-MOST_LEADS:]])
    log_odds = candidate.log_odds(leads)
    if window is None:
        outcomes = OutcomesSoFar.of_closed(log_odds, leads.created, leads.outcome > 0, leads.known_from, delay)
    else:
        bought_at = leads.created + leads.bought_after * DAY
        outcomes = OutcomesSoFar(log_odds, leads.created, bought_at, np.full(len(leads), np.nan), delay)
    return followed(outcomes, unmoved(float(log_odds.mean())), -np.inf, cut_off)
