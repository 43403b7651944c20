"""The managers' own grades beside what the models had said: of one model, or of all that served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from models.score_log import ScoreLog
from monitoring.lead_book import LeadBook
from monitoring.manager_agreement import Agreement, ServedGrades, agreement


class ManagersBeside:
    """Looks the managers' grades up in the book of leads, and what was served before each in the score log."""

    def __init__(self, book: LeadBook, log: ScoreLog, now: Callable[[], datetime]) -> None:
        self._book, self._now = book, now
        self._served = ServedGrades(log)

    def of(self, version: str | None = None) -> Agreement:
        """Return how a model's grades agree with the managers', or where ``version`` is None those of all models."""
        moment = self._now()
        graded = self._book.graded(moment)
        return agreement(graded, self._served.of(graded), company=self._book.company, moment=moment, version=version)
