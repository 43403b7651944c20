"""Scores a lead by the purchase model: the rules' start, plus one entry of every table."""

from __future__ import annotations

from datetime import datetime

from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from models.abc_rules import grade_by_rules
from models.artefact import Artefact
from models.score import Score, probability

REASONS = 3
"""How many reasons for, and how many against, a score carries."""


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
        chance = probability(log_odds)
        up, down = self.artefact.model.most_telling(row, REASONS)
        refined = self.artefact.borders.grade(chance, grading.grade)
        return Score(
            known.lead_id, known.moment, chance, log_odds, start, grading, refined, up, down, self.version,
            self.data_cut_off,
        )  # fmt: skip
