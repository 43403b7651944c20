"""Scores a lead by the purchase model: the rules' start, plus one entry of every table.

The reasons are the contributions of the features, and of the grade from which the lead starts, that people can check:
what speaks for a lead is what leads had that bought more often than others.
"""

from __future__ import annotations

from datetime import datetime

from features.log_odds import probability_of
from features.rows.as_of import KnownLead
from features.rows.call_features import CALL_FEATURES, stage_reached
from features.rows.feature import FeatureRow
from models.abc_rules import RuleGrade, grade_by_rules, verdicts_of
from models.artefact import Artefact
from models.grade_starts import StartsByRules
from models.next_answer import field_to_ask
from models.score import Reason, Score, interval

REASONS = 3
"""How many reasons for, and how many against, a score carries."""
SMALLEST_REASON = 0.03
"""A contribution below this many log-odds is no reason that people should read."""
AFTER_CALLS = frozenset(one.name for one in CALL_FEATURES if one is not stage_reached) | {"seconds_to_first_call"}
"""Before the first call these only say that nobody has called yet: no reason that people should read."""


class ModelScorer:
    """The champion's tables, loaded and ready."""

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self.version: str | None = artefact.version
        self.data_cut_off: datetime | None = artefact.data_cut_off
        self._starts = StartsByRules(artefact.starts)

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the score of the lead at ``known.moment``."""
        rules = known.company.abc_at(known.moment)
        grading, starts = grade_by_rules(known.answers, rules), self._starts.under(rules)
        start = starts.of(grading.verdicts) + self.artefact.level
        at = self.artefact.model.places(row)
        reasons = self.artefact.model.reasons_at(at)
        log_odds = start + self.artefact.model.moved_at(at)
        chance = probability_of(log_odds)
        ends = interval(log_odds, self.artefact.doubt[grading.grade] + self.artefact.model.doubt(at))
        told = self._told(known, reasons, grading.grade, start - self.artefact.level)
        refined = self.artefact.borders.grade(chance, grading.grade)
        return Score(
            known.lead_id, known.moment, chance, *ends, log_odds, start, grading, refined,
            tuple(one for one in told if one.contribution > 0)[:REASONS],
            tuple(one for one in told if one.contribution < 0)[:REASONS],
            self.artefact.average,
            field_to_ask(known, row, grading, starts, self.artefact.level, self.artefact.model),
            self.version, self.data_cut_off,
        )  # fmt: skip

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the score's probability alone."""
        rules = known.company.abc_at(known.moment)
        start = self._starts.under(rules).of(verdicts_of(known.answers, rules)) + self.artefact.level
        return probability_of(start + self.artefact.model.moved(row))

    def _told(self, known: KnownLead, reasons: list[Reason], grade: RuleGrade, start: float) -> list[Reason]:
        """Return the reasons worth reading, the strongest first."""
        if grade != "ungraded" and (of_grade := self.artefact.grade_reason(grade, start)):
            reasons.append(of_grade)
        told = [one for one in reasons if self._is_worth_reading(one) and not _says_nothing_yet(one, known)]
        return sorted(told, key=lambda one: -abs(one.contribution))

    def _is_worth_reading(self, reason: Reason) -> bool:
        return abs(reason.contribution) >= SMALLEST_REASON and reason.is_borne_out(self.artefact.average)


def _says_nothing_yet(reason: Reason, known: KnownLead) -> bool:
    if reason.feature == stage_reached.name:
        return reason.cell is None
    return reason.feature in AFTER_CALLS and (reason.cell is None or not known.calls)
