"""What a sender said of a lead, telling by telling: the lead is what all of them say together, the one told later having the word.

A CRM tells a lead in pieces: the form now, a mended answer tomorrow; what a telling leaves out stays as it was. Deliveries
come twice, late and out of order, so tellings are kept as they were told and put together in the order in which the sender
told them (``sent_at``, else when we got them): any order of arrival ends in the same lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from features.facts.channels import tidied
from features.facts.codec import instant, microseconds
from features.facts.values import Answer, Lead, LeadId, Source

TELLING = "telling"
"""The kind under which the store keeps tellings; no feature and no report reads it."""
MANAGER = "manager"
PARTS_OF_CONTACT = ("name", "phone", "email")


@dataclass(frozen=True, slots=True)
class Telling:
    """One piece of what a sender said of a lead: what it names counts from then on, what it leaves out stays."""

    told_at: datetime  # UTC, by the sender's clock
    answers: Mapping[str, Answer | None] = field(default_factory=dict)  # None clears
    marks: Mapping[str, str] = field(default_factory=dict)  # an empty text clears
    created_at: datetime | None = None
    manager: str | None = None
    contact: tuple[str, ...] = ()  # which parts of the contact it brought; what they are stands in the contact book
    is_whole: bool = False  # a row of an export: what it leaves out is empty
    cleared: tuple[str, ...] = ()  # which parts of the contact it cleared, and the manager where it cleared that


@dataclass(slots=True)
class Together:
    """What tellings say together."""

    created_at: datetime | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    manager: str | None = None


def together(tellings: Iterable[Telling]) -> Together:
    """Return what tellings say together, whatever order they are given in.

    Another source is another origin: of the marks told before it nothing stays.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> first = Telling(noon, {"area": 40.0, "role": "owner"}, {"source": "vk", "ad": "17"})
    >>> mended = Telling(noon + timedelta(hours=1), {"area": 50.0, "role": None}, {"source": "yandex"})
    >>> said = together([mended, first])
    >>> said.answers, said.marks
    ({'area': 50.0}, {'source': 'yandex'})
    """
    ordered = sorted(tellings, key=_order)
    said = Together(created_at=ordered[0].told_at if ordered else None)
    for one in ordered:
        if one.is_whole:
            said = Together(said.created_at, manager=said.manager)
        said.created_at = one.created_at or said.created_at
        said.manager = None if MANAGER in one.cleared else one.manager or said.manager
        said.answers.update({name: answer for name, answer in one.answers.items() if answer is not None})
        for name in [name for name, answer in one.answers.items() if answer is None]:
            said.answers.pop(name, None)
        _mark(said, one.marks)
    return said


def _mark(said: Together, marks: Mapping[str, str]) -> None:
    came_from = marks.get("source")
    if came_from and tidied(came_from) != tidied(said.marks.get("source", "")):
        said.marks = {}
    said.marks.update(marks)
    said.marks = {name: word for name, word in said.marks.items() if word}


def last_told(part: str, tellings: Iterable[Telling]) -> tuple[datetime, bool] | None:
    """Return when a part of the contact was told last, and whether it was told and not cleared; None where none names it."""
    named = [(one.told_at, part in one.contact) for one in tellings if part in one.contact or part in one.cleared]
    return max(named, default=None)


def telling_of(lead: Lead, source: Source | None, *, is_whole: bool) -> Telling:
    """Return as a telling what a version of a lead says that was stored without one: an import's, or a first plain one's."""
    parts = tuple([part for part in PARTS_OF_CONTACT if lead.contact_quality.get(f"has_{part}") == "yes"])
    created = None if lead.at == lead.known_at else lead.at
    marks = source.marks if source else {}
    return Telling(lead.known_at, lead.answers, marks, created, lead.manager, parts, is_whole)


def telling_payload(telling: Telling) -> bytes:
    """Return as JSON what a telling says besides when."""
    said = {
        "answers": dict(sorted(telling.answers.items())),
        "marks": dict(sorted(telling.marks.items())),
        "created_us": None if telling.created_at is None else microseconds(telling.created_at),
        "manager": telling.manager,
        "contact": sorted(telling.contact),
        "cleared": sorted(telling.cleared),
    }
    return orjson.dumps({name: value for name, value in said.items() if value})


def stored_telling(told_us: int, payload: str) -> Telling:
    """Return the telling that was stored as these columns."""
    said: dict[str, Any] = orjson.loads(payload)
    answers = {name: tuple(one) if isinstance(one, list) else one for name, one in said.get("answers", {}).items()}
    created = said.get("created_us")
    return Telling(
        instant(told_us), answers, said.get("marks", {}), None if created is None else instant(created), said.get("manager"),
        tuple(said.get("contact", ())), cleared=tuple(said.get("cleared", ())),
    )  # fmt: skip


def telling_key(lead_id: LeadId, telling: Telling) -> bytes:
    """Return in 16 bytes what tells a telling from every other: the lead, the moment, and what it says."""
    said = (TELLING, lead_id, microseconds(telling.told_at), telling_payload(telling))
    return blake2b(repr(said).encode(), digest_size=16).digest()


def untold(versions: Sequence[tuple[Lead, Source | None, bool]], kept: Mapping[datetime, Telling]) -> list[Telling]:
    """Return as tellings the versions of a lead that no kept telling made; ``kept`` is by when each became known."""
    return [telling_of(lead, source, is_whole=whole) for lead, source, whole in versions if lead.known_at not in kept]


def _order(telling: Telling) -> tuple[datetime, bytes]:
    return telling.told_at, telling_payload(telling)
