"""What would have scored the leads of a period: the ladder as it was chosen then, and each of its rungs alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from features.log_odds import log_odds
from models.abc_rules import GRADES, RuleGrade, guessed_rate
from models.backtest_report import BASE_RATE, MODEL, RULES
from training.choices import RULES_ALONE, RUNGS, Choices, chosen
from training.dataset import TrainingSet
from training.grade_rates import grade_rates, starts_of
from training.recent_change import NOT_FOLLOWING
from training.recipe import Candidate, fitted, probability

Floats = npt.NDArray[np.float64]
SETTLED_ALONE = "without young leads"
"""The ladder without what young leads teach; the rungs alone are fitted so too, which makes them comparable with it."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was known at one moment: rates by grade and of all, the ladder, and each rung alone (None: too little)."""

    rates: Mapping[RuleGrade, float]
    base_rate: float
    leads: int = 0
    sales: int = 0
    ladder: Candidate | None = None
    rungs: Mapping[str, Candidate] | None = None

    def probabilities(self, data: TrainingSet) -> dict[str, Floats]:
        """Return what each contender says of every row."""
        rules = probability(starts_of(data, {grade: log_odds(rate) for grade, rate in self.rates.items()}))
        model = self.ladder.probability(data) if self.ladder else rules
        said = {MODEL: model, RULES: rules, BASE_RATE: np.full(len(data), self.base_rate)}
        return said | {name: one.probability(data) for name, one in (self.rungs or {}).items()}


def counted(data: TrainingSet, rules: Abc) -> Learned:
    """Return the rates that ``data`` shows, with no model; where no lead is settled, the company's own guesses."""
    base_rate = (data.sales + 0.5) / (data.leads + 1.0)
    if not len(data):
        return Learned({grade: guessed_rate(grade, rules) for grade in GRADES}, base_rate)
    return Learned(grade_rates(data, rules), base_rate, data.leads, data.sales)


def learned(
    data: TrainingSet, rules: Abc, *, window: float | None, seed: int = 0, ahead: float | None = None
) -> Learned:
    """Return what ``data`` taught, the models included where it is enough to learn from; ``ahead`` as in ``chosen``."""
    rates = counted(data, rules)
    if not rates.leads:
        return rates
    choices = chosen(data, rules, window=window, seed=seed, ahead=ahead)
    settled = replace(data, young=None)
    by_settled = choices if data.young is None else chosen(settled, rules, seed=seed, ahead=ahead)
    alone = {SETTLED_ALONE: by_settled, **_alone(by_settled)}
    rungs = {name: fitted(settled, rules, one, seed=seed) for name, one in alone.items()}
    return replace(rates, ladder=fitted(data, rules, choices, window=window, seed=seed), rungs=rungs)


def _alone(choices: Choices) -> dict[str, Choices]:
    """Return the choices under which one rung stands alone, believed in full; where no trees were grown the rules do."""
    card, *trees = RUNGS
    made = {card: replace(choices, weights=(1.0, 0.0, 0.0), following=NOT_FOLLOWING)}
    for name, rounds, weights in zip(trees, choices.rounds, ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), strict=True):
        made[name] = replace(choices, weights=weights, following=NOT_FOLLOWING) if rounds else RULES_ALONE
    return made
