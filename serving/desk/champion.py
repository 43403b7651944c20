"""The scorer in use: the champion that was promoted last, or the rules while there is none.

The pointer to the champion, and what was last seen of its level, are looked at every few seconds, so a promotion is served
without a restart and scores follow the market. What is found is loaded beside the scorer in use and tried; only then it takes
its place, so that no answer waits for it or fails. A model that cannot be read, or does not stand its trial, is refused and
the one before goes on, loudly; so it does where the folder of models is away. A level that cannot be read leaves the one from
which the model began.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from features.errors import LeadloopError
from models.artefact import MODEL_FILE, POINTER, champion_version, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.score import RulesScorer, Scorer
from models.since_report import SINCE, at_its_level, written_at

LOOK_EVERY_SECONDS = 2.0
LONGEST_WITHOUT_LOOK_SECONDS = 2 * LOOK_EVERY_SECONDS
"""Whoever asks looks himself where nobody looked for so long: a command, or a service whose watch has stopped."""
Trial = Callable[[ModelScorer], None]
"""Raises ``LeadloopError`` where a model may not serve."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which model was to serve and does not, and why."""

    version: str
    why: str


class Champion:
    """Holds the scorer in use for a data folder."""

    def __init__(self, home: Path, trial: Trial | None = None) -> None:
        self._home, self._trial = home, trial
        self._scorer: Scorer = RulesScorer()
        self._seen: tuple[str, int, int] | None = None
        self._looked_at = float("-inf")
        self._lock = threading.Lock()
        self.refusal: Refusal | None = None
        """What is pointed at and refused; None while what serves is what is pointed at."""

    @property
    def scorer(self) -> Scorer:
        """Return the scorer in use, after a look at the pointer where nobody looked for long and nobody is looking."""
        if time.monotonic() - self._looked_at >= LONGEST_WITHOUT_LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._scorer

    def look(self) -> None:
        """Look at the pointer now; one look at a time, or an older one might have the last word."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        try:
            version = champion_version(self._home)
            if version is None:
                self._take_away()
                return
            folder = model_folder(self._home, version)
            seen = version, written_at(folder / MODEL_FILE), written_at(folder / SINCE)
        except (OSError, ValueError) as error:  # the disk does not answer, or the pointer is no text
            self._refuse("the champion", f"its folder cannot be read ({type(error).__name__})")
            return
        if seen == self._seen:
            return
        self._seen = seen
        try:
            found = ModelScorer(at_its_level(load_artefact(folder), folder))
            if self._trial and version != self._scorer.version:
                self._trial(found)
        except LeadloopError as error:
            self._refuse(version, str(error))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the one before goes on
            self._refuse(version, f"it cannot be loaded ({type(error).__name__}: {error})")
        else:
            self._scorer, self.refusal = found, None

    def _take_away(self) -> None:
        """Let the rules serve where somebody said so; where there is no pointer any more, the model goes on from memory."""
        if self._scorer.version and not (self._home / "models" / POINTER).exists():
            self._refuse("the champion", "the data folder holds no pointer to it any more; promote a model again")
            return
        self._seen = self.refusal = None
        self._scorer = RulesScorer() if self._scorer.version else self._scorer

    def _refuse(self, version: str, why: str) -> None:
        """Say once that something is refused."""
        refusal = Refusal(version, why)
        if refusal != self.refusal:
            logger.error("Model %s is refused, %s goes on: %s", version, self._scorer.version or "the rules", why)
        self.refusal = refusal
