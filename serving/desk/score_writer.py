"""Writes scores to the log behind the answers, in groups, so that an answer never waits for the disk.

A score is no acknowledged fact: what a crash loses of the last moment can be scored again. Leads, calls and stages
never go this way.
"""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from models.score_log import LoggedScore, ScoreLog
from serving.telemetry.counts import Counts
from serving.written_behind import WrittenBehind

GROUP = 2_000
GATHERED_FOR_SECONDS = 0.1
"""Scores that come within so long are written together: a transaction costs as much as many rows. Of longer, answers stand still
while so many are written."""
logger = logging.getLogger(__name__)


class ScoreWriter(WrittenBehind[LoggedScore]):
    """Remembers the scores that were put."""

    def __init__(self, log: ScoreLog, counts: Counts | None = None) -> None:
        super().__init__(self._remember, name="score-writer", most=GROUP, gathered_seconds=GATHERED_FOR_SECONDS)
        self._log, self._counts = log, counts or Counts()

    def _remember(self, group: list[LoggedScore]) -> None:
        self._counts.scores((one.refined_grade, one.model_version) for one in group)
        try:
            self._log.remember(group)
        except (StoreUnreachable, SQLAlchemyError) as error:
            logger.error("%d scores were not logged: %s", len(group), type(error).__name__)
