"""The scorer in use: the champion that was promoted last, or the rules while there is none.

The pointer to the champion, and what was last seen of its level, are looked at every few seconds, so a promotion is served
without a restart and scores follow the market. A model that cannot be read is refused and the one before goes on, loudly;
a level that cannot be read leaves the one from which the model began.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from features.errors import ArtefactUnreadable, UnknownModel
from models.artefact import champion_version, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.score import RulesScorer, Scorer
from models.since_report import SINCE, at_its_level, written_at

LOOK_EVERY_SECONDS = 2.0
logger = logging.getLogger(__name__)


class Champion:
    """Holds the scorer in use for a data folder."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._scorer: Scorer = RulesScorer()
        self._refused: str | None = None
        self._followed_at = 0
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def scorer(self) -> Scorer:
        """Return the scorer in use, after a look at the pointer where the last one is a while ago."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY_SECONDS:
            self.look()
        return self._scorer

    def look(self) -> None:
        """Look at the pointer now; one look at a time, or an older one might have the last word."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        version = champion_version(self._home)
        if version == self._refused and version is not None:
            return
        self._refused = None
        if version is None:
            self._scorer = RulesScorer() if self._scorer.version else self._scorer
            return
        folder = model_folder(self._home, version)
        followed_at = written_at(folder / SINCE)
        if (version, followed_at) == (self._scorer.version, self._followed_at):
            return
        self._followed_at = followed_at
        try:
            self._scorer = ModelScorer(at_its_level(load_artefact(folder), folder))
        except (ArtefactUnreadable, UnknownModel) as error:
            self._refused = version
            logger.error("Model %s is refused, %s goes on: %s", version, self._scorer.version or "the rules", error)
