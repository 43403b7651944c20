"""Why a logged score is what it is, read anew from its row by the model that gave it, in the company's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.errors import ArtefactUnreadable, UnknownLead, UnknownModel
from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate, KnownLead
from models.artefact import load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.score_log import LoggedScore
from models.since_report import at_its_level
from serving.desk.reason_values import reason_values


class ReasonsOfScores:
    """Reads reasons; a model is loaded once."""

    def __init__(self, store: FactStore, company: Company, home: Path) -> None:
        self._store, self._company, self._home = store, company, home
        self._gate = Gate(company)
        self._scorers: dict[str, ModelScorer | None] = {}

    def __call__(self, one: LoggedScore) -> dict[str, Any]:
        """Return what speaks for and against; nothing where the rules alone scored, or the model is not there any more."""
        scorer, known = self._scorer(one.model_version), self._known(one)
        if scorer is None or known is None:
            return {"reasons_for": [], "reasons_against": []}
        score = scorer.score(known, one.row)
        return {
            "reasons_for": [reason_values(reason, self._company) for reason in score.reasons_for],
            "reasons_against": [reason_values(reason, self._company) for reason in score.reasons_against],
        }

    def _known(self, one: LoggedScore) -> KnownLead | None:
        """Return what was known as it was scored; None where its facts were taken back since."""
        try:
            return self._gate.as_of(self._store.history(one.lead_id or LeadId(""), up_to=one.number), one.at)
        except UnknownLead:
            return None

    def _scorer(self, version: str | None) -> ModelScorer | None:
        if version is None:
            return None
        if version not in self._scorers:
            folder = model_folder(self._home, version)
            try:
                self._scorers[version] = ModelScorer(at_its_level(load_artefact(folder), folder))
            except (ArtefactUnreadable, UnknownModel):
                self._scorers[version] = None
        return self._scorers[version]
