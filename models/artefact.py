"""What a saved model is: JSON that people can read and any process can load safely, the analyst's text, and a card.

``model.json`` holds all that scoring needs; ``lightgbm.txt`` and ``card.md`` are for people. Nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from features.errors import ArtefactUnreadable, UnknownModel
from features.facts.company import Company
from features.outcome_window import counting_within
from features.rows.feature_row import GRADE
from features.whole_file import write_whole
from models.abc_rules import GRADES, RuleGrade
from models.level import Level
from models.purchase_model import PurchaseModel
from models.refined_grades import GradeBorders
from models.score import Reason

FORMAT = 4
MODEL_FILE, TEXT_FILE, CARD_FILE, POINTER = "model.json", "lightgbm.txt", "card.md", "champion"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model and what is to be known of it.

    ``starts`` are the log-odds from which each grade's leads start, ``level`` what is added to every lead's, ``doubt`` the
    variance that every lead of a grade has; ``graded`` counts the training leads that had each grade at some time and the
    sales among them, ``average`` is the share that bought of all; ``about`` holds what the analyst sees (measures, counts,
    choices) as plain values. ``followed`` is by how much the latest leads lay off as it learned, ``delay`` how long buyers
    take (a ``DelayCurve`` as plain values, with ``window`` and ``longer`` where channels differ; None where the company had no
    window of ``horizon_days``), ``ripe_after`` the age in days from which a lead's outcome tells of the level (None where the
    level cannot be followed). ``horizon_days`` is the window that its probabilities mean; ``own_days`` is the company's own when
    it learned, where that was longer (None, as in every version before there were shorter ones: the same).
    """

    version: str
    data_cut_off: datetime
    company_hash: str
    starts: Mapping[RuleGrade, float]
    level: float
    model: PurchaseModel
    borders: GradeBorders
    about: Mapping[str, Any]
    graded: Mapping[RuleGrade, tuple[int, int]]
    average: float
    doubt: Mapping[RuleGrade, float]
    followed: Level
    horizon_days: int | None
    delay: Mapping[str, Any] | None
    ripe_after: float | None
    own_days: int | None = None

    @property
    def company_days(self) -> int | None:
        """Return the company's own window when it learned, in days; None where it had none."""
        return self.horizon_days if self.own_days is None else self.own_days

    def counts(self, company: Company) -> Company:
        """Return the company as this model counts its purchases: within the window that taught it."""
        return counting_within(company, self.horizon_days)

    def at_level(self, level: Level) -> Artefact:
        """Return the model as it serves at a level: every lead's log-odds are moved as the level says, and as uncertain besides.

        Starts and tables are drawn apart by the level's strength, so that reasons still add up to the log-odds. The borders of
        the refined grades are moved with the leads: how the market buys changes no grade, as it changes none of the rules'.
        """
        shift, strength = level.shift, level.strength
        return replace(
            self,
            starts={grade: strength * start for grade, start in self.starts.items()},
            level=level.centre + shift + strength * (self.level - level.centre),
            model=self.model.drawn_apart(strength),
            borders=self.borders.moved(level.moved),
            doubt={grade: strength**2 * variance + level.variance for grade, variance in self.doubt.items()},
        )

    def refined_grade(self, probability: float, rule: RuleGrade) -> RuleGrade:
        """Return the refined grade of a lead; the rules' own where the model says nothing beyond them."""
        return self.borders.grade(probability, rule) if self.model.parts else rule

    def grade_reason(self, grade: RuleGrade, start: float) -> Reason | None:
        """Return what a lead's grade, and the ``start`` it gives, contribute against the average grade of the training leads.

        None where no lead was graded so.
        """
        leads, sales = self.graded[grade]
        if not leads:
            return None
        every = sum(count for count, _ in self.graded.values())
        average = sum(self.starts[one] * count for one, (count, _) in self.graded.items()) / every
        return Reason(GRADE, grade, start - average, leads, sales)


def save_artefact(artefact: Artefact, folder: Path, *, text: str, card: str) -> None:
    """Write an artefact's three files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "format": FORMAT,
        "version": artefact.version,
        "data_cut_off": artefact.data_cut_off.isoformat(),
        "company_hash": artefact.company_hash,
        "starts": dict(artefact.starts),
        "level": artefact.level,
        "graded": dict(artefact.graded),
        "average": artefact.average,
        "doubt": dict(artefact.doubt),
        "followed": artefact.followed.to_json(),
        "horizon_days": artefact.horizon_days,
        "own_days": artefact.own_days,
        "delay": artefact.delay and dict(artefact.delay),
        "ripe_after": artefact.ripe_after,
        "borders": artefact.borders.to_json(),
        "about": dict(artefact.about),
        **artefact.model.to_json(),
    }
    (folder / MODEL_FILE).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    (folder / TEXT_FILE).write_text(text, encoding="utf-8")
    (folder / CARD_FILE).write_text(card, encoding="utf-8")


def load_artefact(folder: Path) -> Artefact:
    """Return the artefact in ``folder``.

    Raises
    ------
    UnknownModel
        Where there is none.
    ArtefactUnreadable
        Where it is damaged, or was written in another format.
    """
    try:
        said = orjson.loads((folder / MODEL_FILE).read_bytes())
    except FileNotFoundError:
        raise UnknownModel(folder.name) from None
    except OSError as error:
        raise ArtefactUnreadable(f"{folder.name}/{MODEL_FILE} cannot be read ({type(error).__name__}).") from None
    except orjson.JSONDecodeError:
        raise ArtefactUnreadable(f"{folder.name}/{MODEL_FILE} is damaged; promote another version.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ArtefactUnreadable(f"{folder.name}/{MODEL_FILE} has another format than {FORMAT}; train anew.")
    try:
        starts = {grade: float(said["starts"][grade]) for grade in GRADES}
        return Artefact(
            said["version"],
            datetime.fromisoformat(said["data_cut_off"]),
            said["company_hash"],
            starts,
            float(said["level"]),
            PurchaseModel.from_json(said),
            GradeBorders.from_json(said["borders"]),
            said["about"],
            {grade: (int(said["graded"][grade][0]), int(said["graded"][grade][1])) for grade in GRADES},
            float(said["average"]),
            {grade: float(said["doubt"][grade]) for grade in GRADES},
            Level.from_json(said["followed"]),
            None if said["horizon_days"] is None else int(said["horizon_days"]),
            said["delay"],
            None if said["ripe_after"] is None else float(said["ripe_after"]),
            None if said.get("own_days") is None else int(said["own_days"]),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ArtefactUnreadable(f"{folder.name}/{MODEL_FILE} lacks {error}; train anew.") from None


def model_folder(home: Path, version: str) -> Path:
    """Return where a version lies in a data folder."""
    return home / "models" / version


def champion_version(home: Path) -> str | None:
    """Return the version that serves; None while the rules do."""
    try:
        return (home / "models" / POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def set_champion(home: Path, version: str | None) -> None:
    """Let a version serve, or the rules where it is None; a reader sees the old pointer or the new, never half of one."""
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / POINTER, (version or "").encode())
