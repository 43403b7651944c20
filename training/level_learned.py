"""Where the level stands when a model has learned: its own latest leads, followed as they came.

A model's mean is that of all its leads; how far the latest lie off, and how fast the market moves, is what the level that
follows it between trainings begins from. A fresher champion goes on with what was found of the market by the one before it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from features.facts.company import Company
from models.artefact import Artefact
from models.calibration import believed
from models.delay import DelayCurve
from models.level import Level, begun_from, unmoved
from models.outcomes_so_far import DAY, OutcomesSoFar, followed
from training.artefact_rows import artefact_log_odds
from training.dataset import TrainingSet, with_young
from training.recipe import Candidate
from training.sale_delays import delay_of

Floats = npt.NDArray[np.float64]
MOST_LEADS = 5_000
LATEST_LEADS = 100
WORKED_BY = 5.0
"""Where calls are recorded: by this age, in days, most leads were reached or given up, if they are at all."""
RIPE = 0.9
MOST_AT_ONCE = 0.05
"""More closings than this share known at one moment were not told as they happened: a file brought them all."""
FEWEST_CLOSINGS = 50


def delay_learned(data: TrainingSet, company: Company) -> DelayCurve | None:
    """Return how long buyers take; where too few bought, all are seen at the window's end. None without a window."""
    window = company.horizon_days
    if window is None:
        return None
    arrived = _arrived(data, company)
    found = delay_of(arrived.of(np.flatnonzero(np.isfinite(arrived.bought_after))), window)
    return found or DelayCurve(np.array([float(window)]), np.array([1.0]), window)


def ripe_after(data: TrainingSet, company: Company) -> float | None:
    """Return the age from which leads are asked how they ended; None where that cannot be told.

    With a window it is the age by which most were worked. Without one it is the age by which nine of ten are closed, read
    off the older half, as of the younger only those closed soon are known, and off closings that were told as they happened.
    """
    if company.horizon_days is not None:
        return WORKED_BY if company.calls_recorded else 0.0
    arrived = _arrived(data, company)
    _, place, count = np.unique(arrived.known_from, return_inverse=True, return_counts=True)
    told = count[place] <= max(MOST_AT_ONCE * len(arrived), 1)
    older = told & (arrived.created <= np.median(arrived.created[told])) if told.any() else told
    if older.sum() < FEWEST_CLOSINGS:
        return None
    return float(np.quantile((arrived.known_from - arrived.created)[older] / DAY, RIPE))


def level_learned(
    candidate: Candidate,
    data: TrainingSet,
    company: Company,
    delay: DelayCurve | None,
    ripe: float | None,
    cut_off: float,
    *,
    before: Artefact | None = None,
) -> Level:
    """Return what the latest leads, young ones among them, say of the level at ``cut_off`` (POSIX seconds).

    ``before`` is the champion of the same recipe (None: there is none): what it found of the market since it learned is kept,
    however few leads that was. Its own leads may speak against following, and never for it: the model knew how they ended.
    Where none came before, they move the level only as far as following them paid more than chance explains.
    """
    arrived = _arrived(data, company)
    leads = arrived.of(np.argsort(arrived.created, kind="stable")[-MOST_LEADS:])
    log_odds = candidate.log_odds(leads)
    level = unmoved(float(log_odds.mean()))
    if ripe is None:
        return level
    learned = followed(_outcomes(log_odds, leads, delay, ripe), level, -np.inf, cut_off)
    share = believed(learned.gain)
    learned = replace(learned, gain=min(learned.gain, 0.0))
    its = None if before is None else level_carried(before, data, company, cut_off)
    if its is None:
        return replace(learned, means=tuple([(share * shift, share * strength) for shift, strength in learned.means]))
    return begun_from(learned, its, float(log_odds[-LATEST_LEADS:].mean()))


def level_carried(before: Artefact, data: TrainingSet, company: Company, cut_off: float) -> Level | None:
    """Return the level at which a model serves at ``cut_off``, by leads of which it did not know; None where it follows none."""
    if before.ripe_after is None:
        return None
    arrived, learned_at = _arrived(data, company), before.data_cut_off.timestamp()
    asked_before = (arrived.created <= learned_at - before.ripe_after * DAY) & (arrived.known_from <= learned_at)
    leads = arrived.of(np.flatnonzero(~asked_before))
    if not len(leads):
        return before.followed
    delay = None if before.delay is None else DelayCurve.from_json(before.delay)
    outcomes = _outcomes(artefact_log_odds(before, leads), leads, delay, before.ripe_after)
    return followed(outcomes, before.followed, learned_at, cut_off)


def _outcomes(log_odds: Floats, leads: TrainingSet, delay: DelayCurve | None, ripe: float) -> OutcomesSoFar:
    closed = np.where(leads.outcome > 0, leads.known_from, np.nan)
    bought_at = closed if delay is None else leads.created + leads.bought_after * DAY
    longer = 1.0 if delay is None else delay.longer_of(leads.channel)
    return OutcomesSoFar(log_odds, leads.created, bought_at, leads.known_from, delay, ripe, longer, leads.waited)


def _arrived(data: TrainingSet, company: Company) -> TrainingSet:
    """Return the leads as they arrived, young ones among them where there is a window."""
    every = data if data.young is None or company.horizon_days is None else with_young(data, data.young)
    return every.of(np.flatnonzero(every.at_arrival))
