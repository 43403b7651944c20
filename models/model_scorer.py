"""Scores a lead by the purchase model: the rules' start, plus one entry of every table.

The reasons are the contributions of the features, and of the grade from which the lead starts, that people can check:
what speaks for a lead is what leads had that bought more often than others. What the answers make of the rules
(``by_rules.py``) and what each cell adds (``entries.py``) stands ready, so that a score is little more than a sum.
"""

from __future__ import annotations

from datetime import datetime

from features.facts.company import Abc, Company
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from models.artefact import Artefact
from models.by_rules import ByRules
from models.entries import Entries
from models.score import Score, interval, probability_of

REASONS = 3
"""How many reasons for, and how many against, a score carries."""


class ModelScorer:
    """The champion's tables, loaded and ready."""

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self.version: str | None = artefact.version
        self.data_cut_off: datetime | None = artefact.data_cut_off
        self._entries = Entries(artefact.model, artefact.average)
        self._by_rules: dict[tuple[int, int], ByRules] = {}

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the score of the lead at ``known.moment``."""
        artefact, rules = self.artefact, self._rules_of(known)
        ruled, at = rules.of(known.answers), self._entries.at(row)
        moved, doubt, told = self._entries.summed(at, called=bool(known.calls))
        if ruled.told is not None:
            told.append(ruled.told)
        told.sort()
        start = ruled.start + artefact.level
        log_odds = start + moved
        chance = probability_of(log_odds)
        low, high = interval(log_odds, ruled.doubt + doubt)
        return Score(
            known.lead_id, known.moment, chance, low, high, log_odds, start, ruled.grading,
            artefact.borders.grade(chance, ruled.grading.grade),
            tuple([one for _, _, one in told if one.contribution > 0][:REASONS]),
            tuple([one for _, _, one in told if one.contribution < 0][:REASONS]),
            artefact.average,
            rules.next_answer.field_to_ask(ruled.questions, ruled.grading, known.answers, at, artefact.level + moved),
            self.version, self.data_cut_off,
        )  # fmt: skip

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the score's probability alone."""
        start = self._rules_of(known).of(known.answers).start + self.artefact.level
        return probability_of(start + self._entries.moved(self._entries.at(row)))

    def _rules_of(self, known: KnownLead) -> ByRules:
        """Return the rules that held at the moment, as this model reads them."""
        company, rules = known.company, known.company.abc_at(known.moment)
        found = self._by_rules.get((id(company), id(rules)))
        if found is None or found.company is not company or found.rules is not rules:
            found = self._by_rules[id(company), id(rules)] = ByRules(company, rules, self.artefact, self._entries)
        return found
