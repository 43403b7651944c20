"""The scorer in use: the champion that was promoted last, or the rules while there is none.

The pointer to the champion is looked at every few seconds, so a promotion is served without a restart. A model that
cannot be read is refused and the one before goes on, loudly.
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

LOOK_EVERY_SECONDS = 2.0
logger = logging.getLogger(__name__)


class Champion:
    """Holds the scorer in use for a data folder."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._scorer: Scorer = RulesScorer()
        self._refused: str | None = None
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
        if version == self._scorer.version:
            return
        if version is None:
            self._scorer = RulesScorer()
            return
        try:
            self._scorer = ModelScorer(load_artefact(model_folder(self._home, version)))
        except (ArtefactUnreadable, UnknownModel) as error:
            self._refused = version
            logger.error("Model %s is refused, %s goes on: %s", version, self._scorer.version or "the rules", error)
