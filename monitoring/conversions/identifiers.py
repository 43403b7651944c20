"""How an ad system recognises a person again: its own click ids, or what is made from phone and e-mail.

What does not look like such an id is none, so that no cell of an upload holds whatever a link was spoiled with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from features.facts.contacts import Contact, normalised_email, normalised_phone
from features.facts.conversion_settings import ClickMarks

SHAPES = {
    "yclid": re.compile(r"\d{5,25}"),
    "client_id": re.compile(r"\d{8,25}"),
    "gclid": re.compile(r"[A-Za-z0-9_-]{10,500}"),
    "meta_lead_id": re.compile(r"\d{8,20}"),
}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Click ids, and the contact as it is written everywhere: e-mail in lower case, phone as +79001234567.

    The contact is there only where it may be used; its repr shows nothing of it.
    """

    yclid: str | None = None
    client_id: str | None = None
    gclid: str | None = None
    meta_lead_id: str | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)

    def with_contact(self, contact: Contact, region: str) -> Identifiers:
        """Return these with a contact, as far as it can be one."""
        return replace(self, email=normalised_email(contact.email), phone=normalised_phone(contact.phone, region))


def click_ids(marks: Mapping[str, str], names: ClickMarks) -> Identifiers:
    """Return the click ids among a lead's marks.

    >>> click_ids({"yclid": " 1234567890 ", "gclid": "=cmd()"}, ClickMarks())
    Identifiers(yclid='1234567890', client_id=None, gclid=None, meta_lead_id=None)
    """
    return Identifiers(
        _first(marks, names.yclid, "yclid"),
        _first(marks, names.client_id, "client_id"),
        _first(marks, names.gclid, "gclid"),
        _first(marks, names.meta_lead_id, "meta_lead_id"),
    )


def _first(marks: Mapping[str, str], names: tuple[str, ...], kind: str) -> str | None:
    for name in names:
        said = marks.get(name, "").strip()
        said = said.removeprefix("l:") if kind == "meta_lead_id" else said  # as Meta's own exports write it
        if SHAPES[kind].fullmatch(said):
            return said
    return None
