"""How a candidate is made: the rules' rates to start from, tables fitted, stopped, stretched, and levelled.

1. Each grade's rate from the leads at hand, shrunk to the company's guess: where the log-odds of a lead start.
2. Tables of one field, or of two where later leads show that they pay; rounds chosen on later leads.
3. What the tables add is stretched by how much it held on those later leads, and shrunk where that may be luck.
4. All rows together are fitted again with these choices, and the level set to the rate that was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from models.abc_rules import GRADES, RuleGrade, guessed_rate, log_odds
from models.calibration import level_for, stretch_of
from training.additive_fit import AdditiveFit, Rows, fit_additive
from training.dataset import TrainingSet

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STOPPING_SHARE = 0.25
LEADS_OF_A_GUESS = 20.0
"""The company's guess of a grade's rate weighs as much as so many leads."""
FEWEST_SALES_FOR_TABLES = 15


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen on later leads: fields a tree, rounds, and the stretch of what the tables add."""

    fields_a_tree: int
    rounds: int
    stretch: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted candidate: where each grade starts (level included), the tables, and the stretch on them."""

    starts: Mapping[RuleGrade, float]
    fit: AdditiveFit
    choices: Choices

    def log_odds(self, data: TrainingSet) -> Floats:
        """Return each row's log-odds."""
        start = np.array([self.starts[grade] for grade in GRADES])[data.grade]
        if self.choices.stretch == 0.0:
            return start
        moved: Floats = start + self.choices.stretch * (self.fit.moved(data.columns) - self.fit.tables.intercept)
        return moved

    def probability(self, data: TrainingSet) -> Floats:
        """Return each row's purchase probability."""
        p: Floats = 1.0 / (1.0 + np.exp(-self.log_odds(data)))
        return p


def grade_rates(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    """Return the share of each grade's leads that bought, shrunk to the company's guess."""
    rates: dict[RuleGrade, float] = {}
    for place, grade in enumerate(GRADES):
        mine = data.grade == place
        leads, sales = data.weight[mine].sum(), (data.weight * data.outcome)[mine].sum()
        guess = guessed_rate(grade, rules)
        rates[grade] = float((sales + LEADS_OF_A_GUESS * guess) / (leads + LEADS_OF_A_GUESS))
    return rates


def chosen(data: TrainingSet, rules: Abc, *, seed: int = 0) -> Choices:
    """Return what later leads of ``data`` choose, having fitted on its earlier ones."""
    earlier, later = _earlier_and_later(data)
    if min(_sales(data, earlier), _sales(data, later)) < FEWEST_SALES_FOR_TABLES:
        return Choices(1, 0, 0.0)
    starts = _starts(data.of(earlier), rules)
    fit_on, stop_on = _rows(data.of(earlier), starts), _levelled(_rows(data.of(later), starts))
    tried = [fit_additive(fit_on, stop_on, fields_a_tree=fields, seed=seed) for fields in (1, 2)]
    losses = [_loss(stop_on, fit.moved(stop_on.columns)) for fit in tried]
    best = 1 if losses[1] < losses[0] else 0
    moved = tried[best].moved(stop_on.columns)
    stretch = stretch_of(moved, stop_on.start, stop_on.outcome, stop_on.weight)
    return Choices(best + 1, tried[best].rounds, stretch)


def fitted(data: TrainingSet, rules: Abc, choices: Choices, *, seed: int = 0) -> Candidate:
    """Return the candidate that ``choices`` make of all rows of ``data``."""
    starts = _starts(data, rules)
    rows = _rows(data, starts)
    if choices.stretch == 0.0:
        fit = fit_additive(Rows({}, rows.outcome, rows.weight, rows.start), None, fields_a_tree=1, rounds=1)
        return Candidate(starts, fit, choices)
    fit = fit_additive(rows, None, fields_a_tree=choices.fields_a_tree, rounds=choices.rounds, seed=seed)
    moved = choices.stretch * (fit.moved(data.columns) - fit.tables.intercept)
    level = level_for(rows.start + moved, rows.outcome, rows.weight)
    return Candidate({grade: start + level for grade, start in starts.items()}, fit, choices)


def _starts(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    return {grade: log_odds(rate) for grade, rate in grade_rates(data, rules).items()}


def _rows(data: TrainingSet, starts: Mapping[RuleGrade, float]) -> Rows:
    start = np.array([starts[grade] for grade in GRADES])[data.grade]
    return Rows(data.columns, data.outcome, data.weight, start)


def _levelled(rows: Rows) -> Rows:
    """Return rows that start from their own rate: a market that rose or fell must not stop what ranks well."""
    level = level_for(rows.start, rows.outcome, rows.weight)
    return Rows(rows.columns, rows.outcome, rows.weight, rows.start + level)


def _earlier_and_later(data: TrainingSet) -> tuple[Ints, Ints]:
    by_lead = np.sort(data.created[np.unique(data.lead, return_index=True)[1]])
    border = by_lead[min(int(len(by_lead) * (1 - STOPPING_SHARE)), len(by_lead) - 1)]
    return np.flatnonzero(data.created < border), np.flatnonzero(data.created >= border)


def _sales(data: TrainingSet, rows: Ints) -> int:
    return len(np.unique(data.lead[rows[data.outcome[rows] > 0]]))


def _loss(rows: Rows, moved: Floats) -> float:
    z = rows.start + moved
    return float(rows.weight @ (np.logaddexp(0, z) - rows.outcome * z) / rows.weight.sum())
