"""Until enough leads have lived through the company's window, those who bought soon teach already.

A company that counts sales for 90 days and has sold for 60 has no settled lead, and hundreds of sales. Where nearly all
buyers buy soon, a window as short as the history allows tells nearly as much, and the rules' guess need not serve so long.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.outcome_window import is_worked, sale_told_at
from features.rows.as_of import Gate
from models.delay import delay_curve
from training.dataset import Progress, TrainingSet, training_set

ENOUGH_SALES = 30
"""With as many settled sales the company's own window teaches."""
OLD_ENOUGH = 0.25
"""The share of the worked leads that have lived through the shorter window."""
NEARLY_ALL = 0.75
"""Of those who bought within the shorter window so many had bought by half of it. Of delays that die away evenly, more than nine of
ten buyers are seen within such a window: who takes longer is missing, and as few as that do no harm that a guess would not."""
DAY = timedelta(days=1)


def taught_by(
    store: FactStore,
    company: Company,
    *,
    cut_off: datetime,
    up_to: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[TrainingSet, Company]:
    """Return the training set, and the company with the window that it was made for: its own, or a shorter one.

    Raises
    ------
    NothingToLearn
        Where no lead is settled, and no shorter window tells enough.
    """
    settled: TrainingSet | NothingToLearn
    try:
        settled = training_set(store, company, cut_off=cut_off, up_to=up_to, seed=seed, progress=progress)
    except NothingToLearn as nothing:
        settled = nothing
    if isinstance(settled, NothingToLearn) or settled.sales < ENOUGH_SALES:
        days = shorter_window(store.histories(up_to=up_to), company, cut_off)
        if days is not None:
            sooner = company.model_copy(update={"horizon_days": days})
            return training_set(store, sooner, cut_off=cut_off, up_to=up_to, seed=seed, progress=progress), sooner
    if isinstance(settled, NothingToLearn):
        raise settled
    return settled, company


def shorter_window(histories: Iterable[LeadHistory], company: Company, cut_off: datetime) -> int | None:
    """Return the window, in whole days, that a quarter of the worked leads has lived through; None where it tells too little."""
    if company.horizon_days is None:
        return None
    gate, ages, bought_after = Gate(company), [], []
    for history in histories:
        known = gate.as_of(history, cut_off)
        if known is None or not is_worked(known):
            continue
        told = sale_told_at(history, company)
        ages.append((cut_off - known.created_at) / DAY)
        bought_after.append((told - known.created_at) / DAY if told and told <= cut_off else np.nan)
    if not ages:
        return None
    age, delay = np.array(ages), np.array(bought_after)
    days = int(np.quantile(age, 1 - OLD_ENOUGH))
    if not 1 <= days < company.horizon_days:
        return None
    curve = delay_curve(delay, age, days)
    return days if curve is not None and float(curve.bought_by(days / 2)) >= NEARLY_ALL else None


def said_of_window(taught: int | None, own: int | None) -> tuple[str, ...]:
    """Return what a model's card says of the window that taught it, where that is not the company's own."""
    if taught == own:
        return ()
    return (
        f"Too few leads have lived through the company's {own} days yet: it learned who buys within {taught} days, "
        "as most buyers so far did. Who takes longer is missing from its probabilities.",
    )
