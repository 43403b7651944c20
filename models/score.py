"""A score: how likely a lead buys, what the rules say, and why.

Two scorers keep the same promises: the rules alone (from the first lead), and the purchase model that refines them.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from features.facts.values import LeadId
from features.log_odds import log_odds, probability_of
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from models.abc_rules import Grading, RuleGrade, grade_by_rules, verdicts_of
from models.grade_starts import StartsByRules
from models.if_answered import IfAnswered, if_answered

if TYPE_CHECKING:
    from features.rows.feature_row import RowBuilder
    from models.purchase_model import FieldCells

FEWEST_LEADS = 20
"""A value that fewer training leads had is no reason that people should read."""
NOTICEABLE = 0.05
"""By which part of the average a reason's own rate lies above or below it at least."""
LEADS_OF_A_GUESS = 20.0
"""The company's guess of a grade's rate weighs as much as so many leads."""
NORMAL_80 = 1.2815515655446004
"""So many standard deviations to both sides hold 80 % of a normal distribution."""
LEAST_VARIANCE = 1e-4
Cell = str | tuple[float | None, float | None] | None
"""A value as a reason tells it: a level, a range with None for an open end, or None for missing.

A range of (10.0, 50.0) is above 10 up to 50; of whole numbers it is from 10 to 50.
"""


class Reason(NamedTuple):
    """One feature's part of the sum: what the lead has there, and how far that moves the log-odds from the average lead's.

    ``leads`` and ``sales`` count the training leads that had this value at some time.
    """

    feature: str
    cell: Cell
    contribution: float
    leads: int
    sales: int

    def is_borne_out(self, average: float) -> bool:
        """Return whether such leads bought noticeably more often than the average where this speaks for one, else less.

        What a feature adds to all others may point another way than its own rate; that is true, and confuses people.
        """
        if self.leads < FEWEST_LEADS:
            return False
        difference = self.sales / self.leads - average
        return difference * self.contribution > 0 and abs(difference) >= NOTICEABLE * average


class Score(NamedTuple):
    """A purchase probability with everything that a person needs to trust or dispute it.

    ``lead_id`` is None where the lead is not stored, and so has an empty one. The true probability lies between ``low`` and
    ``high`` in 80 of 100 cases. ``log_odds`` is ``start`` (the rules' own log-odds) plus the contributions of all features;
    ``reasons_for`` and ``reasons_against`` are the largest of them, the rules' grade among them; ``average`` is the share
    that bought of all leads that the model learned from. ``ask`` is the field whose answer matters most now. Without a model
    ``model_version`` and ``average`` are None, the probability is the company's own guess for the grade (or
    lies between those of the grades still open), and there are no reasons.

    A named tuple is as frozen as a dataclass, and made in a fifth of the time: a score is little more than a sum.
    """

    lead_id: LeadId | None
    moment: datetime
    probability: float
    low: float
    high: float
    log_odds: float
    start: float
    grading: Grading
    refined_grade: RuleGrade
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    average: float | None
    ask: str | None
    model_version: str | None
    data_cut_off: datetime | None

    @property
    def everything_else(self) -> float | None:
        """Return the log-odds by which all that is no told reason moves the lead: so the average and the reasons reach its chance.

        None where nothing says how many buy on average: the rules alone, or leads of whom none bought, or all.
        """
        if self.average is None or not 0.0 < self.average < 1.0:
            return None
        told = math.fsum([one.contribution for one in (*self.reasons_for, *self.reasons_against)])
        return self.log_odds - log_odds(self.average) - told


class Scorer(Protocol):
    """Scores a lead from what was known of it and the row built from that."""

    @property
    def version(self) -> str | None:
        """Return the model's version; None for the rules alone."""

    @property
    def data_cut_off(self) -> datetime | None:
        """Return the moment up to which facts were learned from; None for the rules alone."""

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the score of the lead at ``known.moment``."""

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the score's probability alone, for many leads at once."""

    def cells_of(self, feature: str) -> FieldCells | None:
        """Return the cells that tell a feature's values apart; None where nothing reads it."""

    def foreseen(self, field: str, known: KnownLead, row: FeatureRow, rows: RowBuilder) -> tuple[IfAnswered, ...]:
        """Return what each answer to an open question would make of the lead: what ``if_answered`` finds one by one."""


class RulesScorer:
    """The rules alone: the probability is the company's own guess for the grade, or between those of the grades still open."""

    version: str | None = None
    data_cut_off: datetime | None = None

    def __init__(self) -> None:
        self._starts = StartsByRules()

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the guess, marked as such by ``model_version`` None."""
        rules = known.company.abc_at(known.moment)
        grading = grade_by_rules(known.answers, rules)
        start = self._starts.under(rules).of(grading.verdicts)
        chance = _as_guessed(start)
        asked = rules.criteria[grading.ask].field if grading.ask else None
        ends = interval(start, doubt_of_guess(chance))
        return Score(
            known.lead_id or None, known.moment, chance, *ends, start, start, grading, grading.grade, (), (), None, asked,
            None, None,
        )  # fmt: skip

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the guess alone."""
        rules = known.company.abc_at(known.moment)
        return _as_guessed(self._starts.under(rules).of(verdicts_of(known.answers, rules)))

    def cells_of(self, feature: str) -> FieldCells | None:
        """Return None: the rules read answers, no features."""
        return None

    def foreseen(self, field: str, known: KnownLead, row: FeatureRow, rows: RowBuilder) -> tuple[IfAnswered, ...]:
        """Ask the rules once for each answer."""
        return if_answered(field, known, row, rows=rows, scorer=self)


def _as_guessed(start: float) -> float:
    """Return the rate whose log-odds are ``start``; a guess of 0.12 is told as 0.12 and not by its last digit."""
    return round(probability_of(start), 15)


def doubt_of_guess(rate: float) -> float:
    """Return the variance of a guessed rate's log-odds, which is worth so many leads as ``LEADS_OF_A_GUESS``."""
    return 1.0 / (LEADS_OF_A_GUESS * rate * (1.0 - rate))


def interval(log_odds: float, variance: float) -> tuple[float, float]:
    """Return the probabilities between which the true one lies in 80 of 100 cases.

    >>> [round(end, 3) for end in interval(-2.0, 0.16)]
    [0.075, 0.184]
    """
    reach = NORMAL_80 * math.sqrt(max(variance, LEAST_VARIANCE))
    return probability_of(log_odds - reach), probability_of(log_odds + reach)
