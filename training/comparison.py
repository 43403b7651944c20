"""Two models on the same later leads: those that came, and were settled, only after both had learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.stage_news import stage_news
from features.facts.store import FactStore
from models.any_look import log_loss_difference_at_any_look
from models.artefact import Artefact
from models.measured import Measured
from models.ranking_metrics import Judged, measured
from training.artefact_rows import artefact_probability
from training.card_values import slice_of
from training.dataset import Progress, TrainingSet, training_set
from training.evaluation import FEWEST_LEADS, FEWEST_SALES


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two models did on the leads that came and were settled after ``since``, when the later of them learned.

    ``seen_young`` leads were settled since too, but had come before: a model may have learned from what was known of them as
    young leads, so they are left out. ``came`` says from when to when the requests of the others came; None where there are
    none. ``measures`` (version -> measure) and ``difference`` (the first's log-loss minus the second's, with an interval that
    holds however often one looks) are None where there is not enough data. ``window`` is within how many days a purchase counts
    for both (None: in the end); a model that means another one is then held to what it never promised.
    """

    since: datetime
    leads: int
    sales: int
    seen_young: int
    came: tuple[datetime, datetime] | None
    measures: Mapping[str, Mapping[str, Measured]] | None
    difference: Measured | None
    window: int | None = None


def compared(
    first: Artefact,
    second: Artefact,
    *,
    store: FactStore,
    company: Company,
    at: datetime,
    seed: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Return two models side by side on what is settled ``at`` a moment and had not come when either of them learned.

    Where outcomes are told up to an earlier day only, what is settled then.
    """
    since, at = max(first.data_cut_off, second.data_cut_off), stage_news(store, company, at).told_until
    window = _window(first, second, company)
    settled = _settled_since(since, store, company, at, seed, progress, window)
    if settled is None:
        return Comparison(since, 0, 0, 0, None, None, None, window)
    is_new = settled.created > since.timestamp()
    new, seen_young = settled.of(np.flatnonzero(is_new)), settled.of(np.flatnonzero(~is_new)).leads
    if not len(new):
        return Comparison(since, 0, 0, seen_young, None, None, None, window)
    span = slice_of(new)
    came = span.first, span.last
    if span.leads < FEWEST_LEADS or span.sales < FEWEST_SALES:
        return Comparison(since, span.leads, span.sales, seen_young, came, None, None, window)
    judged = Judged(new.outcome, new.weight, new.lead).of(np.arange(len(new)))
    mine, other = (artefact_probability(one.at_level(one.followed), new) for one in (first, second))
    measures = {
        first.version: measured(mine, judged, seed=seed),
        second.version: measured(other, judged, seed=seed),
    }
    difference = log_loss_difference_at_any_look(mine, other, judged)
    return Comparison(since, span.leads, span.sales, seen_young, came, measures, difference, window)


def _window(first: Artefact, second: Artefact, company: Company) -> int | None:
    """Return by which window both are judged: the one that taught both, while the company is young, else the company's own.

    One that was the company's own once taught how sources sold, which rows of a shorter window do not tell.
    """
    taught = {(one.horizon_days, one.company_days) for one in (first, second)}
    return first.horizon_days if taught == {(first.horizon_days, company.horizon_days)} else company.horizon_days


def _settled_since(
    since: datetime,
    store: FactStore,
    company: Company,
    at: datetime,
    seed: int,
    progress: Progress | None,
    window: int | None,
) -> TrainingSet | None:
    """Return the rows of leads whose outcome was not yet settled at ``since``; None where there are none."""
    try:
        data = training_set(store, company, cut_off=at, seed=seed, progress=progress, window=window)
    except NothingToLearn:
        return None
    rows = np.flatnonzero(data.known_from > since.timestamp())
    return data.of(rows) if len(rows) else None
