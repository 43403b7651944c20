"""How a candidate is made, a ladder of rungs: the rules, a scorecard, shallow trees, and what the latest leads changed.

1. Each grade's rate from the leads at hand, shrunk to the company's guess: where the log-odds of a lead start.
2. A scorecard, trees of one field and trees of two, all sums of tables over the same cells, blended as later leads chose
   (``choices.py``).
3. What the latest leads say differently, as far as following it was worth on the leads that came next.
4. All rows together are fitted again with these choices, young leads among them: a lead that has not bought yet stands
   for the chance that it still will. The level is the rate that was seen, or that of the latest leads where it jumped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from features.facts.company import Abc
from models.abc_rules import RuleGrade
from models.calibration import jump_of, level_for
from training.answer_order import asked_by_rules, ordered
from training.boosting import Boosted, fit_boosted
from training.cells import Rows, cells_of, masses_of
from training.choices import Choices
from training.dataset import TrainingSet, with_young
from training.grade_rates import prior, starts_from_rates, starts_of
from training.ordered_scorecard import in_order
from training.recent_change import followed_by
from training.sale_delays import delay_of_all
from training.scorecard import Scorecard, fit_scorecard
from training.shared_rows import age_of, borders_named, cells_for, rows_in, telling_time
from training.tables import Tables, blended, simplified
from training.uncertainty import CERTAIN, Uncertainty, uncertainty_of
from training.unseen import cautious

Floats = npt.NDArray[np.float64]
LATEST = 0.05
"""So large a part of all leads are the latest, whose level is looked at for a jump."""
MOST_ROUNDS_WITH_YOUNG = 20
"""How often the young leads' chances are worked out anew at most from what was learned with them."""
SAME_CHANCE = 1e-3
"""Chances that move by no more, on average and of themselves, have settled."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted candidate: where each grade starts, the level on top, the tables, and LightGBM's text for the analyst."""

    starts: Mapping[RuleGrade, float]
    tables: Tables
    choices: Choices
    level: float = 0.0
    uncertainty: Uncertainty = CERTAIN
    text: str = ""

    def log_odds(self, data: TrainingSet) -> Floats:
        """Return each row's log-odds."""
        start = starts_of(data, self.starts) + self.level
        if not self.tables.cells:
            return start
        moved: Floats = start + self.tables.at(cells_of(data.columns, self.tables.cells))
        return moved

    def probability(self, data: TrainingSet) -> Floats:
        """Return each row's purchase probability."""
        return probability(self.log_odds(data))


def probability(log_odds_: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    p: Floats = expit(log_odds_)
    return p


def fitted(data: TrainingSet, rules: Abc, choices: Choices, *, window: float | None = None, seed: int = 0) -> Candidate:
    """Return the candidate that ``choices`` make of all rows of ``data``; of its young leads too where a window is known.

    ``window`` is the number of days within which a purchase counts.
    """
    starts = starts_from_rates(data, rules)
    if not choices.has_tables:
        return Candidate(starts, Tables({}), choices)
    every = data if data.young is None else with_young(data, data.young)
    cells = cells_for(every, rules)
    telling = telling_time(every, cells)
    mature = np.arange(len(every)) < len(data)
    rows = rows_in(every, cells, starts)
    curve = None if window is None or data.young is None else delay_of_all(every, window)
    card = seen = fit_scorecard(rows.of(np.flatnonzero(mature)).without(telling))
    if curve is None:
        rows, every = rows.of(np.flatnonzero(mature)), data
    else:
        longer, is_open = curve.longer_of(every.channel), ~mature & (every.outcome <= 0)
        before: Floats = np.zeros(len(every))
        for _ in range(MOST_ROUNDS_WITH_YOUNG if is_open.any() else 0):
            p: Floats = expit(rows.start + card.tables.at(rows.where))
            chance = curve.chance_left(p, every.asked_after, every.age, longer, every.waited)
            rows = rows.with_outcome(np.where(is_open, chance, every.outcome))
            card = fit_scorecard(rows.without(telling), card.strengths, card)
            if np.abs(chance - before)[is_open].sum() <= SAME_CHANCE * chance[is_open].sum():
                break
            before = chance
    return _finished(every, rows, rules, telling, starts, card, seen, choices, seed)


def _finished(
    data: TrainingSet,
    rows: Rows,
    rules: Abc,
    telling: Collection[str],
    starts: Mapping[RuleGrade, float],
    card: Scorecard,
    seen: Scorecard,
    choices: Choices,
    seed: int,
) -> Candidate:
    steady = rows.without(telling)
    trees = [
        fit_boosted(steady, None, fields_a_tree=fields, rounds=rounds, alone=asked_by_rules(rules), seed=seed)
        if weight
        else Boosted(Tables({}), 0, "")
        for fields, (rounds, weight) in enumerate(zip(choices.rounds, choices.weights[1:], strict=True), start=1)
    ]
    tables = blended([in_order(card, steady, rules), *(one.tables for one in trees)], choices.weights)
    tables = followed_by(tables, rows, age_of(data), choices.following, card.strengths)
    tables = _kept_true(simplified(tables, rows.where, rows.weight, borders_named(rules)), data, rules)
    where = cells_of(data.columns, tables.cells) if tables.cells else {}
    moved = tables.at(where) if where else np.zeros(len(data))
    level = level_for(rows.start + moved, _with_guesses(rows, rules), rows.weight)
    level += _jump(data, rows, rows.start + moved + level)
    counts = {name: one.count for name, one in tables.cells.items()}
    uncertainty = uncertainty_of(seen, steady, where, counts)
    return Candidate(starts, tables, choices, level, uncertainty, trees[-1].text or trees[0].text)


def _kept_true(tables: Tables, data: TrainingSet, rules: Abc) -> Tables:
    """Return the tables without what must not be said: much of unseen levels, or a yes that speaks against a lead."""
    tables = cautious(tables, data.columns)
    where = cells_of(data.columns, tables.cells)
    tables = ordered(tables, rules, masses_of(where, data.weight, tables.cells))
    tables.intercept = 0.0
    return tables


def _with_guesses(rows: Rows, rules: Abc) -> Floats:
    """Return the outcomes with what the rates were shrunk to among them: the level of few leads is not theirs alone."""
    leads = float(rows.weight.sum())
    guessed, half = prior(leads, is_said=bool(rules.rates.model_fields_set))
    made: Floats = (leads * rows.outcome + guessed * probability(rows.start) + half) / (leads + guessed + 2 * half)
    return made


def _jump(data: TrainingSet, rows: Rows, log_odds_: Floats) -> float:
    """Return by how much the latest leads' level lies off, each lead taken as it arrived."""
    latest = np.flatnonzero(data.at_arrival & (age_of(data) < LATEST))
    return jump_of(log_odds_[latest], rows.outcome[latest]) if len(latest) else 0.0
