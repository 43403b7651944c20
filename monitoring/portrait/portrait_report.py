"""The buyers' portrait as it was drawn: the segments that stand out, the audience beside them, and what changed since.

``leadloop portrait`` and ``leadloop work`` write it as JSON, the page reads it; every one is kept. A field of a company and
its levels are data: the words around them are made where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from models.report_shelf import ReportShelf

FORMAT = 1
KnownBy = Literal["arrival", "talk"]
"""What a portrait may know of a lead: what it came with, or what the first talk told as well."""


Verdict = Literal["more", "rarer", "no_difference", "not_enough"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a lead has in one field: a level, an item of a list, a range (``low`` in it, ``high`` not), or nothing at all.

    ``whole`` says that the field's numbers are whole ones; ``is_item`` that a list holds ``level``.

    >>> Condition("area", low=50.0, high=100.0).kind, Condition("role", level="owner").kind, Condition("area").kind
    ('range', 'level', 'missing')
    """

    field: str
    level: str | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False
    is_item: bool = False

    @property
    def kind(self) -> Literal["level", "item", "range", "missing"]:
        """Return which of the four it is."""
        if self.level is not None:
            return "item" if self.is_item else "level"
        return "missing" if self.low is None and self.high is None else "range"


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``, with the 95 % interval of the true share; a count may hold parts of leads that are still open."""

    count: float
    of: float
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """Return the share, or None where there is nothing to count of."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Segment:
    """Leads that are alike in one, two or three fields, and how they stand out among buyers.

    Parameters
    ----------
    of_leads
        Their share among the leads that were worked, settled or open.
    of_sales
        Their share among sales: settled buyers, and open leads by their chance. The interval is as wide as the settled sales
        alone make it: a model's opinion adds no certainty.
    of_settled_sales
        Their share among the settled buyers alone, on which the test rests.
    buys, others_buy
        How many of the settled leads inside, and outside, bought.
    p_value
        Adjusted for all segments looked at.
    """

    conditions: tuple[Condition, ...]
    of_leads: Share
    of_sales: Share
    of_settled_sales: Share
    buys: Share
    others_buy: Share
    p_value: float

    @property
    def is_more(self) -> bool:
        """Return whether it is larger among buyers than among leads."""
        return (self.buys.value or 0.0) > (self.others_buy.value or 0.0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A portrait drawn from what was known at arrival, or after the first talk.

    ``looked_at`` counts the segments that were tested, ``stood_out`` those of them whose share surely differs, ``segments``
    are the few that explain the others. ``left_out`` counts segments that there was no room to look at. ``state`` is
    ``too_few`` where fewer buyers or non-buyers than ``fewest`` are settled: then nothing was looked at.
    """

    known_by: KnownBy
    state: Literal["drawn", "too_few"]
    settled: int
    bought: int
    open: int
    open_sales: float
    never_called: int
    fewest: int
    looked_at: int
    left_out: int
    stood_out: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class AimedPart:
    """A level or range of a field of the audience: aimed at or not, and the share that was ``declared`` for it, if one was.

    ``verdict`` is ``rarer`` or ``more`` where its share among buyers surely differs from the share declared, or (where none
    was) from that among leads; ``no_difference`` where it does not surely.
    """

    condition: Condition
    aimed_at: bool
    declared: float | None
    of_leads: Share
    of_sales: Share
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AimedField:
    """A field of the audience: the share of leads and of sales inside what the ads aim at, and its parts."""

    field: str
    inside_leads: Share
    inside_sales: Share
    parts: tuple[AimedPart, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """The ads' audience beside the buyers: field by field, and together where all fields are inside at once."""

    fields: tuple[AimedField, ...]
    together_leads: Share
    together_sales: Share
    compared: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A segment's share among the sales settled since the portrait before, and among the sales until then."""

    conditions: tuple[Condition, ...]
    was: Share
    now: Share
    is_sure: bool
    p_value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different from an earlier portrait: sales settled since then beside those settled until then.

    ``state`` is ``too_few`` where fewer than ``fewest`` sales were settled since (or before): then nothing was compared.
    ``segments`` are those shown now or then, and any other that surely changed.
    """

    since: datetime
    state: Literal["compared", "too_few"]
    before_sales: int
    new_sales: int
    fewest: int
    looked_at: int
    segments: tuple[Changed, ...]

    @property
    def is_sure(self) -> bool:
        """Return whether any share surely changed."""
        return any(one.is_sure for one in self.segments)


@dataclass(frozen=True, slots=True)
class PortraitReport:
    """A refresh of the portrait, as of ``moment``, from facts up to a storage number."""

    format: int
    moment: datetime
    number: int
    company_hash: str
    model_version: str | None
    seed: int
    most_fields: int
    level: float
    arrival: Drawn
    talk: Drawn | None
    audience: Audience | None
    difference: Difference | None

    def drawn(self, known_by: KnownBy) -> Drawn | None:
        """Return the portrait by what was known at arrival, or after the talk; None where no calls are recorded."""
        return self.arrival if known_by == "arrival" else self.talk


PORTRAITS = ReportShelf("portrait", FORMAT, TypeAdapter(PortraitReport))
"""Where they are kept."""
