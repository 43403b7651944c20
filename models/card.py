"""What is to be told of a model, as plain values: training writes them once, pages and commands read them.

What it learned from, on which later leads it was judged, what it promised them and what happened, and how its grades did
beside the rules'. Every measure with its interval is in ``evaluation.json`` beside it (``judgement.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from features.errors import ArtefactUnreadable
from features.outcome_window import OutcomeKind
from models.abc_rules import RuleGrade
from models.artefact import load_artefact
from models.own_window import OwnWindow

CARD_VALUES = "card.json"


@dataclass(frozen=True, slots=True)
class Slice:
    """Leads whose requests came from ``first`` to ``last``, and how many of them bought."""

    leads: int
    sales: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Promised:
    """Later leads that were promised about the same chance on arrival: the mean of it, and how many bought."""

    chance: float
    leads: int
    sales: int


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """A kind of lead of which none was worked: the field, its value, and how many came."""

    field: str
    value: str
    leads: int


GradeCounts = Mapping[RuleGrade, tuple[int, int]]
"""Leads of each grade, and the sales among them."""


@dataclass(frozen=True, slots=True)
class GradesSideBySide:
    """The same later leads by the rules' grade and by the refined one, each lead once.

    A lead stands as it was when the rules could first grade it; where they graded none, as it arrived. ``left_out`` are
    the later leads that they never graded. ``refined`` is empty where nothing that had not seen the leads could grade them.
    ``others_set_borders`` is whether these are the half of the later leads that had no part in setting the borders; only
    then do they show anything of a model with tables.
    """

    moment: Literal["first_graded", "arrival"]
    rules: GradeCounts
    refined: GradeCounts
    left_out: int
    others_set_borders: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A model's card.

    ``learned`` are the leads behind its tables, ``drawn_from`` how many there were to draw from, ``young`` those that are
    still young (leads, bought already), ``counts`` what had become of all leads at ``cut_off``. ``judged`` are the later
    leads that its recipe was judged on after it had learned from earlier ones alone; ``by_creation`` is set where hardly a
    label was known when they began. ``has_tables`` is whether it says more than the rules at the rates that were seen;
    ``champion`` served when it was trained. ``promised`` goes from the best leads down and is empty where there are too few.
    ``by_gain`` is whether it beats the rules only on all checks together, as the judged leads alone cannot tell;
    ``as_before`` whether it was made as ``champion`` was, of more leads. ``horizon_days`` is the window that taught it,
    ``own_window`` the company's own where that is longer, ``other_days`` the champion's where the two were not compared for it
    (``is_other_window``; None: it had none), and ``champion_company_days`` the company's own when that learned.
    ``effective_leads`` is as how many leads of equal weight those behind its tables tell, where they were weighed against
    selection (else None), ``not_looked_at`` the kinds of lead of which none was worked.
    """

    version: str
    trained_at: datetime
    cut_off: datetime
    horizon_days: int | None
    learned: Slice
    drawn_from: int
    young: tuple[int, int]
    counts: Mapping[OutcomeKind, int]
    judged: Slice
    by_creation: bool
    has_tables: bool
    promote: bool
    reasons: tuple[str, ...]
    champion: str | None
    weights: Mapping[str, float]
    promised: tuple[Promised, ...]
    grades: GradesSideBySide
    by_gain: bool = False
    as_before: bool = False
    own_window: OwnWindow | None = None
    other_days: int | None = None
    is_other_window: bool = False
    champion_company_days: int | None = None
    effective_leads: float | None = None
    not_looked_at: tuple[NotLookedAt, ...] = ()


_CARD = TypeAdapter(Card)


def save_card(card: Card, folder: Path) -> None:
    """Write a card's values into a model's folder."""
    (folder / CARD_VALUES).write_bytes(_CARD.dump_json(card, indent=2))


def trained_at(folder: Path) -> datetime:
    """Return when the model in a folder was trained; where nobody kept that, up to when it learned. Raises as loading does."""
    card = load_card(folder)
    return card.trained_at if card else load_artefact(folder).data_cut_off


def load_card(folder: Path) -> Card | None:
    """Return the card's values in a model's folder; None where it was trained before they were kept.

    Raises
    ------
    ArtefactUnreadable
        Where they are damaged.
    """
    try:
        return _CARD.validate_json((folder / CARD_VALUES).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise ArtefactUnreadable(f"{folder.name}/{CARD_VALUES} is damaged; train anew.") from None
