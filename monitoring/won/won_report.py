"""What won deals told, as it was worked out: time and calls to the contract, and what the managers' notes come to.

``leadloop won`` and ``leadloop work`` write it as JSON, the page reads it. Quotes were taken out of notes from which persons
had been left out before (``features/facts/without_persons.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson
from pydantic import TypeAdapter, ValidationError

from features.errors import ArtefactUnreadable

FORMAT = 1
NoteKind = Literal["attracts", "ideal_product", "comment"]
NOTE_KINDS: tuple[NoteKind, ...] = ("attracts", "ideal_product", "comment")


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of some counts or days, with the 95 % interval of the true one; None where there are too few for one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Deals:
    """Settled leads of one channel or offer: how many were won, and the days and calls that those took.

    ``lost_calls`` are the calls that were made to those which did not buy. None where nothing was won (or lost).
    """

    name: str
    settled: int
    won: int
    days: Middle | None
    calls: Middle | None
    lost_calls: Middle | None


@dataclass(frozen=True, slots=True)
class Theme:
    """Notes that say about the same: in whose words, and how many won and lost leads have one, of all with a note.

    ``p_value`` is adjusted for all themes; ``is_sure`` says whether it is surely more frequent on one side.
    """

    quote: str
    other_quotes: tuple[str, ...]
    won: int
    lost: int
    of_won: int
    of_lost: int
    p_value: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """What the notes of one kind come to: the themes, and how many leads said something else."""

    kind: NoteKind
    of_won: int
    of_lost: int
    themes: tuple[Theme, ...]
    other_won: int
    other_lost: int


@dataclass(frozen=True, slots=True)
class WonReport:
    """What won deals told as of ``moment``, from facts up to a storage number."""

    format: int
    moment: datetime
    number: int
    horizon_days: int | None
    whole: Deals
    by_channel: tuple[Deals, ...]
    by_offer: tuple[Deals, ...]
    notes: tuple[Notes, ...]
    fewest: int


_READER = TypeAdapter(WonReport)


def write_won(report: WonReport, home: Path) -> Path:
    """Write a report into the data folder, under its moment; return the file."""
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    new = path.with_suffix(".new")
    new.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    new.replace(path)
    return path


def latest_won(home: Path) -> WonReport | None:
    """Return the report that was written last; None where none was.

    Raises
    ------
    ArtefactUnreadable
        Where it is damaged, or was written in another format.
    """
    path = max(_folder(home).glob("*.json"), default=None)
    if path is None:
        return None
    try:
        report = _READER.validate_json(path.read_bytes())
    except ValidationError:
        raise ArtefactUnreadable(f"{path.name} is damaged or of another format; run `leadloop won` again.") from None
    if report.format != FORMAT:
        raise ArtefactUnreadable(f"{path.name} has another format than {FORMAT}; run `leadloop won` again.")
    return report


def _folder(home: Path) -> Path:
    return home / "reports" / "won"
