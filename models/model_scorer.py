"""Scores a lead by the purchase model: the rules' start, plus one entry of every table.

The reasons are the contributions of the features, and of the grade from which the lead starts, that people can check:
what speaks for a lead is what leads had that bought more often than others. What the answers make of the rules
(``by_rules.py``) and what its cells add up to (``quick_sum.py``) stands ready, so that a score is little more than a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from features.log_odds import probability_of
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder
from models.artefact import Artefact
from models.by_rules import ByRules, Ruled
from models.foreseen import foreseen, prospects
from models.if_answered import IfAnswered, as_told
from models.purchase_model import FieldCells
from models.quick_sum import Cells, QuickSum, Told
from models.score import Reason, Score, interval

REASONS = 3
"""How many reasons for, and how many against, a score carries."""


class ModelScorer:
    """The champion's tables, loaded and ready."""

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self.version: str | None = artefact.version
        self.data_cut_off: datetime | None = artefact.data_cut_off
        self._sum = QuickSum(artefact.model, artefact.average)
        self._by_rules: dict[int, ByRules] = {}
        self._latest: ByRules | None = None
        self._last: tuple[FeatureRow, Ruled, Cells, Sequence[float]] | None = None

    def score(self, known: KnownLead, row: FeatureRow) -> Score:
        """Return the score of the lead at ``known.moment``."""
        artefact, rules = self.artefact, self._rules_of(known)
        ruled, cells = rules.of(known.answers), self._sum.cells(row)
        adds, doubt, speak_for, against = self._sum.summed(cells, called=bool(known.calls))
        self._last = row, ruled, cells, adds
        start = ruled.start + artefact.level
        log_odds = start + sum(adds, 0.0)
        chance = probability_of(log_odds)
        low, high = interval(log_odds, ruled.doubt + doubt)
        speak_for += ruled.speaks_for
        against += ruled.against
        return Score(
            known.lead_id or None, known.moment, chance, low, high, log_odds, start, ruled.grading,
            artefact.refined_grade(chance, ruled.grading.grade), _strongest(speak_for), _strongest(against), artefact.average,
            rules.next_answer.field_to_ask(ruled.questions, ruled.grading, known.answers, cells, log_odds),
            self.version, self.data_cut_off,
        )  # fmt: skip

    def probability(self, known: KnownLead, row: FeatureRow) -> float:
        """Return the score's probability alone."""
        start = self._rules_of(known).of(known.answers).start + self.artefact.level
        return probability_of(start + self._sum.moved(self._sum.cells(row)))

    def foreseen(self, field: str, known: KnownLead, row: FeatureRow, rows: RowBuilder) -> tuple[IfAnswered, ...]:
        """Return what each answer to an open question would make of the lead."""
        ruled, cells, adds = self._at_hand(known, row)
        found = ruled.prospects.get(field)
        if found is None:
            by_rules, level = self._rules_of(known), self.artefact.level
            found = ruled.prospects[field] = prospects(
                field, known, row, rows=rows, model=self.artefact.model, quick=self._sum,
                start_of=lambda told: by_rules.of(told.answers).start + level,
            )  # fmt: skip
        return as_told(foreseen(found, cells, adds, self._sum), known.company.fields[field])

    def cells_of(self, feature: str) -> FieldCells | None:
        """Return the cells that tell a feature's values apart; None where no table reads it."""
        return self.artefact.model.cells_of(feature)

    def _at_hand(self, known: KnownLead, row: FeatureRow) -> tuple[Ruled, Cells, Sequence[float]]:
        """Return what the rules say of a lead, its cells, and what its blocks add; for the row that was scored last it is kept."""
        last = self._last
        if last is not None and last[0] is row:
            return last[1:]
        cells = self._sum.cells(row)
        return self._rules_of(known).of(known.answers), cells, self._sum.adds(cells)

    def _rules_of(self, known: KnownLead) -> ByRules:
        """Return the rules that held at the moment, as this model reads them."""
        company = known.company
        if (latest := self._latest) and latest.company is company and len(company.abc) == 1:
            return latest
        rules = company.abc_at(known.moment)
        found = self._by_rules.get(id(rules))
        if found is None or found.rules is not rules or found.company is not company:
            found = self._by_rules[id(rules)] = ByRules(company, rules, self.artefact)
        self._latest = found
        return found


def _strongest(told: list[Told]) -> tuple[Reason, ...]:
    """Return the strongest of these reasons."""
    told.sort()
    return tuple([one[2] for one in told[:REASONS]])
