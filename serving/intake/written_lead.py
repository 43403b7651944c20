"""A lead's body as most of them are written, read at once into the lead that the framework's models would have made of it.

``sent_lead.py`` and ``sent_facts.py`` say what a body may be, and tell the API's schema and its errors. Read here are those in
which nothing is wrong, in half the time; whatever this does not read, they judge. What both read, they read alike
(``tests/serving/intake/test_written_lead.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import Decoder
from pydantic import TypeAdapter

from features.facts.contacts import Contact
from features.facts.tellings import MANAGER, PARTS_OF_CONTACT
from serving.intake.sent_ids import is_as_kept
from serving.intake.sent_lead import Moment
from serving.intake.utm_marks import with_our_names

LONGEST_NAME, LONGEST_WORD, LONGEST_MARK, LONGEST_TEXT = 300, 300, 2_000, 5_000
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Word = Annotated[str, Meta(max_length=LONGEST_WORD)]
Answer = float | bool | Annotated[str, Meta(max_length=LONGEST_TEXT)] | list[Word] | None
Answers = Annotated[dict[Name, Answer], Meta(max_length=500)]
Marks = Annotated[dict[Name, Annotated[str, Meta(max_length=LONGEST_MARK)]], Meta(max_length=100)]
Body = TypeVar("Body", bound="_Body")
ZERO = rb"\u0000"
"""How JSON writes a zero character."""


class WrittenContact(Struct, forbid_unknown_fields=True):
    """Personal data, as ``ContactIn`` holds it."""

    name: Annotated[str, Meta(max_length=300)] | None = None
    phone: Annotated[str, Meta(max_length=100)] | None = None
    email: Annotated[str, Meta(max_length=320)] | None = None


class _Body(Struct, forbid_unknown_fields=True, kw_only=True):
    created_at: Any = None
    answers: Answers = msgspec.field(default_factory=dict)
    marks: Marks = msgspec.field(default_factory=dict)


class WrittenLead(_Body, forbid_unknown_fields=True, kw_only=True):
    """A lead that is only asked about, as ``LeadBody`` holds it."""

    contact: WrittenContact | None = None


class _ToldContact(Struct, forbid_unknown_fields=True):
    """A contact of which is seen what it names as null, and what it leaves out."""

    name: Annotated[str, Meta(max_length=300)] | UnsetType | None = UNSET
    phone: Annotated[str, Meta(max_length=100)] | UnsetType | None = UNSET
    email: Annotated[str, Meta(max_length=320)] | UnsetType | None = UNSET


class _ToldLead(_Body, forbid_unknown_fields=True, kw_only=True):
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    contact: _ToldContact | None = None
    manager: Word | UnsetType | None = UNSET
    sent_at: Any = None


class WrittenNewLead(Struct):
    """A lead to store, as ``LeadIn`` holds it."""

    id: str
    created_at: datetime | None
    answers: Answers
    marks: Marks
    contact: Contact | None
    manager: str | None
    sent_at: datetime | None
    cleared: tuple[str, ...]


def read_lead(body: bytes) -> WrittenLead | None:
    """Return the lead that a body asks about; None where ``LeadBody`` has to judge.

    >>> read_lead(b'{"answers": {"area": 120}}').answers, read_lead(b'{"answer": {}}')
    ({'area': 120.0}, None)
    """
    return _read(_ASKED, body)


def read_new_lead(body: bytes) -> WrittenNewLead | None:
    """Return the lead that a body tells of; None where ``LeadIn`` has to judge."""
    told = _read(_NEW, body)
    if told is None or not is_as_kept(told.id):
        return None
    try:
        sent_at = _moment(told.sent_at)
    except ValueError:
        return None
    cleared: tuple[str, ...] = ()
    manager, contact = told.manager, None
    if manager is UNSET:
        manager = None
    elif manager is None:
        cleared = (MANAGER,)
    if told.contact is not None:
        name, phone, email = parts = told.contact.name, told.contact.phone, told.contact.email
        if None in parts:
            cleared += tuple([one for one, part in zip(PARTS_OF_CONTACT, parts, strict=True) if part is None])
        contact = Contact(
            None if name is UNSET else name, None if phone is UNSET else phone, None if email is UNSET else email
        )
    return WrittenNewLead(told.id, told.created_at, told.answers, told.marks, contact, manager, sent_at, cleared)


def _read(reader: Decoder[Body], body: bytes) -> Body | None:
    if any_zero(body):
        return None
    try:
        lead = reader.decode(body)
        lead.marks = with_our_names(lead.marks)
        lead.created_at = _moment(lead.created_at)
    except ValueError:  # every complaint of either reader is one
        return None
    return lead


def any_zero(body: bytes) -> bool:
    r"""Return whether a zero character may stand in a body, which no database takes: where it may, the models look at which.

    >>> any_zero(b'{"id": "7"}'), any_zero(rb'{"id": "\u0000"}')
    (False, True)
    """
    return ZERO in body or b"\0" in body


def _moment(sent: Any) -> datetime | None:
    """Return a moment as the models read it; ``ValueError`` where it is no text, or no moment."""
    if sent is None:
        return None
    if not isinstance(sent, str):
        raise ValueError
    return _MOMENT(sent)


_ASKED, _NEW = Decoder(WrittenLead), Decoder(_ToldLead)
_MOMENT: Callable[[str], datetime] = TypeAdapter(Moment).validate_python
