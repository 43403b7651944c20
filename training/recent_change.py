"""What the latest leads say differently from all leads: a form was changed, a channel sends others, a manager fills in more.

The scorecard is fitted once more, to the latest leads alone, starting from what all leads taught: what it then finds is
the change, held flat where there is none. A field that tells the time (an interest rate, a month's name) speaks here
alone: of the time that it is now. How late, and how much of it to believe, is chosen on the leads that came next.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calibration import weighed
from training.cells import Rows
from training.scorecard import fit_scorecard
from training.tables import Tables

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HALF_LIVES = (1 / 16, 1 / 64)
"""A lead weighs half as much as one that came later by this share of all leads."""
LEAST_WEIGHT = 1e-3
FOLDS = ((0.8, 0.9), (0.9, 0.95), (0.95, 1.0))
"""Fitted on the leads up to the first share of all, in order of time; judged on those from there to the second."""
EXPECTED_SHARE, SPREAD = 0.0, 0.5


@dataclass(frozen=True, slots=True)
class Following:
    """How far to follow the latest leads: how late they are (a half-life), and how much of their change to take over."""

    half_life: float
    share: float


NOT_FOLLOWING = Following(0.0, 0.0)


def change(rows: Rows, age: Floats, moved: Floats, half_life: float, strengths: Mapping[str, float]) -> Tables:
    """Return what the latest leads add to ``moved``, what all leads taught.

    ``age`` is the share of all leads that came later than the row's.
    """
    recency = 2.0 ** (-age / half_life)
    recent = np.flatnonzero(recency > LEAST_WEIGHT)
    latest = rows.of(recent).weighing(rows.weight[recent] * recency[recent])
    found = fit_scorecard(latest.starting_from(latest.start + moved[recent]), strengths).tables
    found.intercept = 0.0  # the level is another question
    return found


def chosen_following(rows: Rows, age: Floats, strengths: Mapping[str, float], *, telling: Collection[str]) -> Following:
    """Return how far to follow, by what following was worth on the leads that came next; ``telling`` fields tell the time."""
    folds = [fold_of(age, *ends) for ends in FOLDS]
    if min(rows.outcome[part] @ rows.weight[part] for fold in folds for part in fold) == 0:
        return NOT_FOLLOWING
    added = []
    start = rows.start.copy()
    for (earlier, later), (begin, _) in zip(folds, FOLDS, strict=True):
        fit_on, judged = rows.of(earlier), rows.of(later)
        card = fit_scorecard(fit_on.without(telling), strengths).tables
        start[later] += card.at(judged.where)
        moved, older = card.at(fit_on.where), (age[earlier] - (1 - begin)) / begin
        every = [change(fit_on, older, moved, half_life, strengths) for half_life in HALF_LIVES]
        added.append(np.column_stack([one.at(judged.where) for one in every]))
    judged_rows = np.concatenate([later for _, later in folds])
    part = np.repeat(np.arange(len(folds)), [len(later) for _, later in folds])
    judged = rows.starting_from(start).of(judged_rows)
    found = [
        weighed(
            one[:, None], judged.start, judged.outcome, judged.weight,
            expected=np.array([EXPECTED_SHARE]), spread=SPREAD, part=part,
        )
        for one in np.concatenate(added).T
    ]  # fmt: skip
    best = max(range(len(HALF_LIVES)), key=lambda n: found[n].gain)
    share = float(found[best].weights[0])
    return Following(HALF_LIVES[best], share) if share > 0 else NOT_FOLLOWING


def fold_of(age: Floats, begin: float, end: float) -> tuple[Ints, Ints]:
    """Return the rows of the leads before ``begin`` (a share of all leads, in order of time), and of those up to ``end``."""
    return np.flatnonzero(age >= 1 - begin), np.flatnonzero((age < 1 - begin) & (age >= 1 - end))
