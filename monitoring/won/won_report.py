"""What won deals told, as it was worked out: time and calls to the contract, and what the managers' notes come to.

``leadloop won`` and ``leadloop work`` write it as JSON, the page reads it. Quotes were taken out of notes from which persons
had been left out before (``features/facts/without_persons.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from models.report_shelf import ReportShelf

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


WON = ReportShelf("won", FORMAT, TypeAdapter(WonReport))
"""Where they are kept."""
