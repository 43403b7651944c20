"""Scores a lead by the purchase model: the rules' start, plus one entry of every table."""

from __future__ import annotations

from datetime import datetime

from features.rows.as_of import KnownLead
from features.rows.call_features import CALL_FEATURES
from features.rows.feature import FeatureRow
from models.abc_rules import grade_by_rules, rule_grade
from models.artefact import Artefact
from models.next_answer import field_to_ask
from models.score import Reason, Score, probability_of

REASONS = 3
"""How many reasons for, and how many against, a score carries."""
CANDIDATES = 12
"""Among how many of the strongest parts the reasons are looked for."""
NOT_YET = frozenset(one.name for one in CALL_FEATURES) | {"seconds_to_first_call"}
"""What is missing of these only says that nobody has called yet: no reason that people should read."""


class ModelScorer:
    """The champion's tables, loaded and ready."""

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self.version: str | None = artefact.version
        self.data_cut_off: datetime | None = artefact.data_cut_off

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the score of the lead at ``known.moment``."""
        grading = grade_by_rules(known.answers, known.company.abc_at(known.moment))
        start = self.artefact.starts[grading.grade]
        log_odds = start + self.artefact.model.moved(row)
        chance = probability_of(log_odds)
        up, down = self.artefact.model.most_telling(row, CANDIDATES)
        refined = self.artefact.borders.grade(chance, grading.grade)
        return Score(
            known.lead_id, known.moment, chance, log_odds, start, grading, refined, _worth_reading(up),
            _worth_reading(down), field_to_ask(known, row, grading, self.artefact.starts, self.artefact.model),
            self.version, self.data_cut_off,
        )  # fmt: skip

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the score's probability alone."""
        grade = rule_grade(known.answers, known.company.abc_at(known.moment))
        return probability_of(self.artefact.starts[grade] + self.artefact.model.moved(row))


def _worth_reading(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the first reasons that say something of the lead."""
    told = [one for one in reasons if not (set(one.features) & NOT_YET and all(cell is None for cell in one.cell))]
    return tuple(told[:REASONS])
