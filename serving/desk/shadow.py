"""A challenger scores a share of the leads in the shadow of the champion: nobody is shown it, no queue is ordered by it.

Answers never wait for it. Whoever scored a lead puts it on a short line and goes on; a thread of its own takes from there a while
later, one lead at a time, and lets others run in between. Where more comes than it can score, what is too much is left out
and counted.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from pathlib import Path
from zlib import crc32

from sqlalchemy.exc import SQLAlchemyError

from features.errors import StoreUnreachable
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from models.artefact import MODEL_FILE, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.score import Score
from models.shadow_log import ShadowLog, ShadowScore
from models.shadow_pointer import CHALLENGER, Challenge, challenge_of
from models.since_report import SINCE, at_its_level, written_at
from serving.desk.champion import LOOK_EVERY_SECONDS, Trial

LONGEST_LINE = 1_000
GATHERED_FOR_SECONDS = 0.5
"""So long leads gather before they are scored and written together; their answers are long gone by then."""
LEFT_TO_OTHERS_SECONDS = 0.0005
"""After each score the thread sleeps so long, or it would hold answers up for the whole group."""
GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, fill the space between 0 and 1 evenly; so leads without an id are drawn."""
logger = logging.getLogger(__name__)
Seen = tuple[KnownLead, FeatureRow, Score]


class Shadow:
    """Scores in the shadow; ``left_out`` counts the leads for which the line was too long."""

    def __init__(self, home: Path, log: ShadowLog, trial: Trial) -> None:
        self._home, self._log, self._trial = home, log, trial
        self._line: queue.Queue[Seen] = queue.Queue(LONGEST_LINE)
        self._challenge: Challenge | None = None
        self._challenger: ModelScorer | None = None
        self._file: tuple[int, ...] = ()
        self._trouble = ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
        self._asked = 0
        self.left_out = 0

    @property
    def challenge(self) -> Challenge | None:
        """Return who scores of which share; None while nobody does."""
        return self._challenge if self._challenger else None

    def start(self) -> None:
        """Begin to look for a challenger, unless it has begun."""
        if self._thread.ident is None:
            self._thread.start()

    def see(self, known: KnownLead, row: FeatureRow, score: Score) -> None:
        """Put a lead that the champion scored on the line, where it is drawn; never waits."""
        challenge = self._challenge
        if challenge is None or score.model_version == challenge.version or not self._is_drawn(score, challenge.share):
            return
        try:
            self._line.put_nowait((known, row, score))
        except queue.Full:
            self.left_out += 1

    def close(self) -> None:
        """Score what stands on the line, then end."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _is_drawn(self, score: Score, share: float) -> bool:
        """Return whether a lead belongs to the share: a stored one always or never, those without an id in turn."""
        if score.lead_id:
            return crc32(score.lead_id.encode("utf-8", "surrogatepass")) < share * 2**32
        self._asked += 1
        return self._asked * GOLDEN % 1.0 < share

    def _work(self) -> None:
        looked_at, told = float("-inf"), 0
        while not self._closing.is_set():
            if time.monotonic() - looked_at >= LOOK_EVERY_SECONDS:
                looked_at = time.monotonic()
                self._look()
            self._closing.wait(GATHERED_FOR_SECONDS)
            self._score_line()
            if self.left_out != told:
                logger.warning(
                    "In the shadow %d leads were left out: more came than can be scored.", self.left_out - told
                )
                told = self.left_out
        self._score_line()  # what came while the line before was being written

    def _look(self) -> None:
        """Look who challenges now; a challenger that cannot be read or does not stand its trial scores nothing."""
        try:
            challenge = challenge_of(self._home)
            folder = model_folder(self._home, challenge.version) if challenge else None
            paths = [self._home / "models" / CHALLENGER, *([folder / MODEL_FILE, folder / SINCE] if folder else [])]
            file = tuple(written_at(one) for one in paths)
            if file == self._file:
                return
            self._file = file
            self._challenge, self._challenger = None, None
            if challenge and folder:
                found = ModelScorer(at_its_level(load_artefact(folder), folder))
                self._trial(found)
                self._challenger, self._challenge = found, challenge
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a challenger, answers go on
            self._challenge, self._challenger = None, None
            if str(error) != self._trouble:
                logger.error("Nothing is scored in the shadow: %s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""

    def _score_line(self) -> None:
        challenger = self._challenger
        pairs: list[ShadowScore] = []
        while not self._line.empty():
            known, row, score = self._line.get_nowait()
            if challenger is not None and challenger.version is not None:
                try:
                    other = challenger.score(known, row)
                except Exception as error:  # noqa: BLE001 - a lead that a challenger cannot score is told and left out
                    logger.error("A lead could not be scored in the shadow: %s", type(error).__name__)
                    continue
                pairs.append(_pair(score, other, challenger.version))
            time.sleep(LEFT_TO_OTHERS_SECONDS)
        try:
            self._log.remember(pairs)
        except (StoreUnreachable, SQLAlchemyError) as error:
            logger.error("%d scores of the shadow were not logged: %s", len(pairs), type(error).__name__)


def _pair(score: Score, other: Score, challenger: str) -> ShadowScore:
    return ShadowScore(
        score.lead_id or None, score.moment, score.model_version, challenger, score.probability, other.probability,
        score.refined_grade, other.refined_grade,
    )  # fmt: skip
