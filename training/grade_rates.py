"""How often each grade of the rules buys, from the leads at hand, shrunk to the company's guess; where log-odds start."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from features.log_odds import log_odds
from models.abc_rules import GRADES, RuleGrade, guessed_rate
from models.grade_starts import in_order
from models.score import LEADS_OF_A_GUESS
from training.dataset import TrainingSet

Floats = npt.NDArray[np.float64]


def grade_rates(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    """Return the share of each grade's leads that bought, shrunk to the company's guess where it made one.

    Counted as leads arrive and after their calls, when a grade is given, and only where no open answer can change the
    grade: what stands in between tells how leads age. Shrunk to the guess as ``prior`` says.
    """
    told = np.array([_place(one.told) for one in data.qualifications.known], dtype=np.int64)[data.qualification]
    counted = np.where(data.at_arrival | data.at_call, data.weight, 0.0)
    counted *= data.leads / counted.sum()
    rates: dict[RuleGrade, float] = {}
    for place, grade in enumerate(GRADES):
        mine = told == place
        leads, sales = float(counted[mine].sum()), float((counted * data.outcome)[mine].sum())
        guessed, half = prior(leads, is_said=grade in rules.rates.model_fields_set)
        rates[grade] = (sales + guessed * guessed_rate(grade, rules) + half) / (leads + guessed + 2 * half)
    return rates


def prior(leads: float, *, is_said: bool) -> tuple[float, float]:
    """Return by how many leads the guess counts beside so many, and how much of a sale and of a loss is added.

    A guess that nobody made gives way as leads settle, one for one, until half a sale and half a loss are left (Jeffreys'
    prior).
    """
    if is_said:
        return LEADS_OF_A_GUESS, 0.0
    guessed = max(LEADS_OF_A_GUESS - leads, 0.0)
    return guessed, 0.5 * (1.0 - guessed / LEADS_OF_A_GUESS)


def _place(grade: RuleGrade | None) -> int:
    return -1 if grade is None else GRADES.index(grade)


def starts_of(data: TrainingSet, starts: Mapping[RuleGrade, float] | None) -> Floats:
    """Return the log-odds from which each row starts, given those of each grade (None: as the company guesses)."""
    return data.qualifications.starts(starts)[data.qualification]


def starts_from_rates(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    """Return the log-odds from which each grade's leads start, at the rates that ``data`` shows; a better grade never lower."""
    starts = {grade: log_odds(rate) for grade, rate in grade_rates(data, rules).items()}
    return in_order(starts) if rules.criteria else starts
