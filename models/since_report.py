"""How the model that serves does on the leads that came since it learned, before anybody knows how they end.

Written by whoever looks (``leadloop follow``, ``leadloop work``), beside the model; read by what serves, which takes the
level from it, and by the model's page.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from features.errors import ArtefactUnreadable
from features.log_odds import probability_of
from models.artefact import Artefact
from models.level import Level

SINCE = "since.json"
logger = logging.getLogger(__name__)
FEWEST_EXPECTED = 5.0
"""With fewer sales expected so far nothing is said of how many there were."""
Verdict = Literal["not_enough", "as_expected", "more", "fewer"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Worked leads of one week (None: all together): how many were seen to buy so far, and how many the model expected.

    With probabilities that hold, chance alone puts ``bought`` between ``low`` and ``high`` in 95 of 100 cases.
    ``unlike`` counts the leads that stand where the model had seen hardly any.
    """

    week: date | None
    leads: int
    bought: int
    expected: float
    low: int
    high: int
    unlike: int

    @property
    def verdict(self) -> Verdict:
        """Return whether more or fewer bought so far than chance explains."""
        return verdict_of(self.bought, self.expected, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Look:
    """What one day's last look came to: what was believed of the shift in log-odds, what was made of it.

    ``deviation`` is how uncertain the belief was; ``leads`` are those that had come since.
    """

    at: datetime
    believed: float
    shift: float
    deviation: float
    strength: float
    leads: int


@dataclass(frozen=True, slots=True)
class SinceReport:
    """All that was seen of the leads since, ``looked_at`` a moment.

    Sales are known up to ``told_until``: what came later was not asked about, as silence may only mean that no file came.
    ``together`` counts the leads of all cohorts. ``unlike_learned`` is the share of the
    leads it learned from that stand where hardly any did; ``level`` holds what is believed of the shift, as ``Level`` keeps it.
    """

    version: str
    looked_at: datetime
    told_until: datetime
    level: dict[str, Any]
    together: Cohort | None
    cohorts: tuple[Cohort, ...]
    unlike_learned: float
    looks: tuple[Look, ...]

    @property
    def held(self) -> tuple[int, int]:
        """Return in how many of the weeks with enough sales the model was right within chance, and of how many."""
        told = [one for one in self.cohorts if one.verdict != "not_enough"]
        return sum(one.verdict == "as_expected" for one in told), len(told)

    @property
    def example(self) -> tuple[float, float]:
        """Return a middling lead's probability as the model learned it, and at the level of the last look."""
        centre = self.followed().centre
        return probability_of(centre), probability_of(centre + self.looks[-1].shift)

    def followed(self) -> Level:
        """Return the level; ``ArtefactUnreadable`` where it is none."""
        try:
            return Level.from_json(self.level)
        except (KeyError, TypeError, ValueError):
            raise ArtefactUnreadable(f"{self.version}/{SINCE} holds no level; run `leadloop follow`.") from None


def verdict_of(bought: int, expected: float, low: int, high: int) -> Verdict:
    """Return whether more or fewer bought than chance explains.

    >>> verdict_of(3, 12.0, 8, 16), verdict_of(1, 2.0, 0, 4)
    ('fewer', 'not_enough')
    """
    if expected < FEWEST_EXPECTED:
        return "not_enough"
    return "as_expected" if low <= bought <= high else "more" if bought > high else "fewer"


_REPORT = TypeAdapter(SinceReport)


def save_since(report: SinceReport, folder: Path) -> None:
    """Write a report into its model's folder; a reader sees the old one or the new, never half of one."""
    with NamedTemporaryFile(dir=folder, prefix=SINCE, delete=False) as new:
        new.write(_REPORT.dump_json(report, indent=2))
    Path(new.name).replace(folder / SINCE)


def load_since(folder: Path) -> SinceReport | None:
    """Return the report in a model's folder; None where nobody looked yet.

    Raises
    ------
    ArtefactUnreadable
        Where it is damaged.
    """
    try:
        return _REPORT.validate_json((folder / SINCE).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise ArtefactUnreadable(f"{folder.name}/{SINCE} is damaged; `leadloop follow` writes it anew.") from None


def begin_level_anew(artefact: Artefact, folder: Path) -> None:
    """Let a model that is to serve again begin from the level it learned: what was followed long ago says nothing of now."""
    try:
        report = load_since(folder)
    except ArtefactUnreadable:
        return
    if report:
        save_since(replace(report, level=artefact.followed.to_json()), folder)


def at_its_level(artefact: Artefact, folder: Path) -> Artefact:
    """Return a model as it serves: at the level that was last followed, or else the one from which it began."""
    try:
        report = load_since(folder)
        level = report.followed() if report and report.version == artefact.version else artefact.followed
    except ArtefactUnreadable as error:
        logger.error("The level of model %s begins anew: %s", artefact.version, error)
        level = artefact.followed
    return artefact.at_level(level)


def written_at(path: Path) -> int:
    """Return when a file was last written, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
