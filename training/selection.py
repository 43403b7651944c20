"""Leads that were worked are not like all that came; each weighs the more, the less likely its like was to be worked.

Only worked leads have an outcome, and whom managers called was nobody's dice. How likely a lead was to be worked is
learned from what was known as it arrived: a scorecard of worked leads against those that were passed over, fields that
tell the time left aside (they would weigh months, not kinds of lead). Its shrinkage keeps a chance near the mean where
the leads do not say otherwise. Where the queue drew at random, the draws alone gave every lead a chance, and none is
taken to be smaller. A weight is the mean chance over the lead's own (Horvitz & Thompson 1952, "A generalization of
sampling without replacement from a finite universe"), cut to a fifth and to five times: a few leads must not outvote
all others. What no weight can mend is a kind of lead of which none was worked: that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from models.card import NotLookedAt
from models.hand_out_log import DRAWN_FOR, HandOut
from training.cells import Rows, cells_of, shared_cells
from training.columns import Column, LevelColumn, joined, taken
from training.period_fields import period_fields
from training.scorecard import fit_scorecard

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PASSED_OVER_AFTER = DRAWN_FOR
"""A lead that came later than this before the cut-off may still be called: nobody passed it over yet."""
FEWEST_LEADS = 30
"""With fewer worked leads, or fewer passed over, nothing is weighed."""
LEAST_PASSED_OVER = 0.05
"""Where fewer than this share were passed over, those worked are as good as all: weights would only add noise."""
MOST_FITTED = 20_000
"""Of the worked leads and of those passed over, so many are enough to learn who is worked."""
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 5.0
FEWEST_DRAWS = 20
"""With fewer leads handed out at random the draws tell no floor."""
FEWEST_NOT_LOOKED_AT = 30
MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Leads as they arrived, each standing for ``stands_for`` leads; ``created`` is in POSIX seconds."""

    columns: Mapping[str, Column]
    created: Floats
    stands_for: Floats

    def __len__(self) -> int:
        return len(self.created)

    def of(self, leads: Ints, every: int = 1) -> Arrivals:
        """Return some of the leads; each stands for ``every`` times as many where the others were left out."""
        return Arrivals(taken(self.columns, leads), self.created[leads], self.stands_for[leads] * every)

    def and_those(self, others: Arrivals) -> Arrivals:
        """Return these leads and, after them, others."""
        columns = {name: joined(column, others.columns[name]) for name, column in self.columns.items()}
        created, stands_for = (
            np.concatenate(pair) for pair in ((self.created, others.created), (self.stands_for, others.stands_for))
        )
        return Arrivals(columns, created, stands_for)


@dataclass(frozen=True, slots=True)
class Selection:
    """What became of the weighing: ``effective_leads`` is (sum of weights)^2 / sum of their squares, None without weights."""

    effective_leads: float | None
    not_looked_at: tuple[NotLookedAt, ...]


class DrawnChance:
    """The chance that the queue's draws alone gave a lead of being worked.

    A place drawn from n leads gives each of them 1 / n; a lead takes part for ``DRAWN_FOR`` from its arrival. Not all
    that are called are reached, so it is multiplied by the share of drawn leads that were worked.
    """

    def __init__(self, hand_outs: Iterable[HandOut], worked: Sequence[str] | set[str]) -> None:
        drawn = sorted((one for one in hand_outs if one.arm == "at_random"), key=lambda one: one.at)
        self._at = np.array([one.at.timestamp() for one in drawn])
        self._sum = np.concatenate([[0.0], np.cumsum([1.0 / one.drawn_from for one in drawn])])
        enough = len(drawn) >= FEWEST_DRAWS
        self._reached = sum(one.lead_id in worked for one in drawn) / len(drawn) if enough else 0.0

    def of(self, created: Floats) -> Floats:
        """Return the chance of leads by when they came."""
        first = np.searchsorted(self._at, created, side="left")
        last = np.searchsorted(self._at, created + DRAWN_FOR / timedelta(seconds=1), side="right")
        chance: Floats = self._reached * -np.expm1(self._sum[first] - self._sum[last])
        return chance


def weights_against_selection(worked: Arrivals, passed_over: Arrivals, floor: Floats) -> Floats | None:
    """Return a weight for every worked lead, 1 on average; None where there is nothing to weigh against.

    ``floor`` is the least chance of each worked lead.
    """
    if min(len(worked), len(passed_over)) < FEWEST_LEADS or _share_worked(worked, passed_over) > 1 - LEAST_PASSED_OVER:
        return None
    chance = _chance_of_being_worked(worked, passed_over)
    if chance is None:
        return None
    weight = np.clip(_share_worked(worked, passed_over) / np.maximum(chance, floor), LEAST_WEIGHT, MOST_WEIGHT)
    levelled: Floats = weight / weight.mean()
    return levelled


def not_looked_at(worked: Sequence[Mapping[str, Column]], passed_over: Arrivals) -> tuple[NotLookedAt, ...]:
    """Return the values of which many leads were passed over and none was worked, those with most leads first.

    A value that only such leads have is not told again: a campaign of a channel that nobody called. ``worked`` are the columns
    of all that were worked, in as many parts as they came.
    """
    found: list[tuple[NotLookedAt, npt.NDArray[np.int32], int]] = []
    for name, column in passed_over.columns.items():
        if isinstance(column, LevelColumn):
            seen = {level for columns in worked for level in _levels_seen(columns.get(name))}
            is_told = column.codes >= 0
            counts = np.bincount(column.codes[is_told], passed_over.stands_for[is_told], minlength=len(column.levels))
            many = [(code, level, round(n)) for code, (level, n) in enumerate(zip(column.levels, counts, strict=True))]
            found += [
                (NotLookedAt(name, level, n), column.codes, code)
                for code, level, n in many
                if level not in seen and n >= FEWEST_NOT_LOOKED_AT
            ]
    told: list[NotLookedAt] = []
    told_of = np.zeros((0, len(passed_over)), dtype=bool)
    for one, codes, code in sorted(found, key=lambda each: -each[0].leads):
        who = codes == code
        if not told_of[:, who].all(axis=1).any():
            told.append(one)
            told_of = np.vstack([told_of, who])
        if len(told) == MOST_TOLD:
            break
    return tuple(told)


def effective_leads(weight: Floats) -> float:
    """Return as how many leads of equal weight these leads tell (Kish 1965, "Survey sampling").

    >>> effective_leads(np.array([1.0, 1.0])), effective_leads(np.array([0.5, 1.5]))
    (2.0, 1.6)
    """
    return float(weight.sum() ** 2 / np.sum(weight**2))


def _chance_of_being_worked(worked: Arrivals, passed_over: Arrivals) -> Floats | None:
    """Return each worked lead's chance; None where nothing that is known at arrival tells leads apart."""
    some = [_thinned(worked), _thinned(passed_over)]
    every = some[0].and_those(some[1])
    columns, created = every.columns, every.created
    outcome = np.repeat([1.0, 0.0], [len(one) for one in some])
    weight: Floats = every.stands_for / every.stands_for.mean()
    cells = shared_cells(columns, weight)
    where = cells_of(columns, cells)
    telling = period_fields(cells, where, created)
    steady = {name: one for name, one in cells.items() if name not in telling}
    if not steady:
        return None
    share = float(weight @ outcome / weight.sum())
    start = float(logit(share))
    rows = Rows(cells, where, outcome, weight, np.full(len(outcome), start)).without(telling)
    log_odds = start + fit_scorecard(rows).tables.at(cells_of(worked.columns, steady))
    chance: Floats = expit(log_odds)
    return chance


def _thinned(leads: Arrivals) -> Arrivals:
    """Return every n-th of the leads, so many that they are few enough to fit on."""
    every = max(-(-len(leads) // MOST_FITTED), 1)
    return leads.of(np.arange(0, len(leads), every), every)


def _share_worked(worked: Arrivals, passed_over: Arrivals) -> float:
    called, not_called = float(worked.stands_for.sum()), float(passed_over.stands_for.sum())
    return called / (called + not_called)


def _levels_seen(column: Column | None) -> set[str]:
    if not isinstance(column, LevelColumn):
        return set()
    return {column.levels[code] for code in np.unique(column.codes) if code >= 0}
