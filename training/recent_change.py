"""What the latest leads say differently from all leads: a form was changed, a channel sends others, a manager fills in more.

The scorecard is fitted once more, to the latest leads alone, starting from what all leads taught: what it then finds is
the change, held flat where there is none. A field that tells the time (an interest rate, a month's name) speaks here
alone: of the time that it is now. How late, and how much of it to believe, is chosen on the leads that came next.

How many leads that is, depends on how soon a model is made anew. One that will serve who knows how long is asked about
the next tenth of all leads. One that follows a champion is asked about as many as came since that one learned, several times
over; and beside what all leads taught stands a scorecard that knows the latest alone, which may take its place altogether.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.calibration import weighed
from training.cells import Rows
from training.scorecard import fit_scorecard
from training.tables import Tables, blended

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HALF_LIVES = (1 / 16, 1 / 64)
"""A lead weighs half as much as one that came later by this share of all leads."""
LEAST_WEIGHT = 1e-3
FOLDS = ((0.8, 0.9), (0.9, 0.95), (0.95, 1.0))
"""Fitted on the leads up to the first share of all, in order of time; judged on those from there to the second."""
TIMES_OVER, SHORTEST, LONGEST = 8, 0.01, 0.025
"""So many times as many leads are judged as come until the next training; a share of all that is no shorter, and no longer:
else by the folds above."""
EXPECTED_SHARE, SPREAD = 0.0, 0.5


@dataclass(frozen=True, slots=True)
class Following:
    """How far to follow the latest leads: how late they are (a half-life), and how much of their change to take over.

    ``anew`` is whether the change is all that parts a scorecard of the latest leads alone from what all leads taught: taken
    over in full, nothing is left of the latter.
    """

    half_life: float
    share: float
    anew: bool = False


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


def followed_by(
    tables: Tables, rows: Rows, age: Floats, following: Following, strengths: Mapping[str, float]
) -> Tables:
    """Return what all leads taught, moved as far as the latest leads are followed."""
    if following.share <= 0:
        return tables
    taught = np.zeros(len(rows)) if following.anew or not tables.cells else tables.at(rows.where)
    latest = change(rows, age, taught, following.half_life, strengths)
    kept = 1.0 - following.share if following.anew else 1.0
    return blended([tables, latest], [kept, following.share])


def folds_for(ahead: float | None) -> tuple[tuple[float, float], ...]:
    """Return the folds to judge by where a model is made anew after a share ``ahead`` of all leads; None: nobody knows.

    >>> folds_for(None) == FOLDS, folds_for(0.1) == FOLDS
    (True, True)
    >>> [(round(begin, 2), round(end, 2)) for begin, end in folds_for(0.02)][-2:]
    [(0.96, 0.98), (0.98, 1.0)]
    """
    if ahead is None or ahead > LONGEST:
        return FOLDS
    ends = 1.0 - max(ahead, SHORTEST) * np.arange(TIMES_OVER, -1, -1)
    return tuple(pairwise(ends.tolist()))


def chosen_following(
    rows: Rows,
    age: Floats,
    strengths: Mapping[str, float],
    *,
    telling: Collection[str],
    ahead: float | None = None,
) -> Following:
    """Return how far to follow, by what following was worth on the leads that came next.

    Parameters
    ----------
    telling
        The fields that tell the time.
    ahead
        The share of all leads that come until a model is made anew; None where nobody knows.
    """
    ends = folds_for(ahead)
    folds = [fold_of(age, *one) for one in ends]
    ways = [(half_life, anew) for anew in ((False,) if ends == FOLDS else (False, True)) for half_life in HALF_LIVES]
    judged_rows = np.concatenate([later for _, later in folds])
    each = [later for _, later in folds] if ends == FOLDS else [judged_rows]  # a short fold may well have no sale
    if min(rows.outcome[some] @ rows.weight[some] for some in (*(earlier for earlier, _ in folds), *each)) == 0:
        return NOT_FOLLOWING
    added = []
    start = rows.start.copy()
    for (earlier, later), (begin, _) in zip(folds, ends, strict=True):
        fit_on, judged = rows.of(earlier), rows.of(later)
        card = fit_scorecard(fit_on.without(telling), strengths).tables
        taught = card.at(judged.where)
        start[later] += taught
        older = (age[earlier] - (1 - begin)) / begin
        moved = [
            followed_by(card, fit_on, older, Following(half_life, 1.0, anew), strengths).at(judged.where)
            for half_life, anew in ways
        ]
        added.append(np.column_stack(moved) - taught[:, None])
    part = np.repeat(np.arange(len(folds)), [len(later) for _, later in folds])
    judged = rows.starting_from(start).of(judged_rows)
    found = [
        weighed(
            one[:, None], judged.start, judged.outcome, judged.weight,
            expected=np.array([EXPECTED_SHARE]), spread=SPREAD, part=part,
        )
        for one in np.concatenate(added).T
    ]  # fmt: skip
    best = max(range(len(ways)), key=lambda n: found[n].gain)
    (half_life, anew), share = ways[best], float(found[best].weights[0])
    return Following(half_life, min(share, 1.0) if anew else share, anew) if share > 0 else NOT_FOLLOWING


def fold_of(age: Floats, begin: float, end: float) -> tuple[Ints, Ints]:
    """Return the rows of the leads before ``begin`` (a share of all leads, in order of time), and of those up to ``end``."""
    return np.flatnonzero(age >= 1 - begin), np.flatnonzero((age < 1 - begin) & (age >= 1 - end))
