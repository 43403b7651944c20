"""Name, phone and e-mail, kept apart from everything that is learned from, and what may be known of them elsewhere.

What leaves this file is either the contact for the lead card, or words about it that identify nobody: keyed hashes by
which the same person is recognised, whether a number can exist, and what leaves all these persons out of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection, Engine, delete, func, insert, select

from features.facts.database import reading
from features.facts.phones import dialled, phone_number, phone_quality
from features.facts.store import seen_among
from features.facts.tables import CONTACTS, PERSONS
from features.facts.values import LeadId
from features.facts.without_persons import WithoutPersons

FREE_MAIL = frozenset({
    "gmail.com", "yandex.ru", "ya.ru", "mail.ru", "bk.ru", "list.ru", "inbox.ru", "rambler.ru", "outlook.com",
    "hotmail.com", "yahoo.com", "icloud.com", "proton.me", "live.com", "aol.com", "gmx.de",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person; its repr shows nothing of it."""

    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactOfLead:
    """A contact on its way into the book."""

    lead_id: LeadId
    contact: Contact


def normalised_phone(text: str | None, region: str) -> str | None:
    """Return a phone number as +79001234567, or None where it cannot exist.

    >>> normalised_phone("8 (912) 345-67-89", "RU")
    '+79123456789'
    """
    return dialled(phone_number(text, region))


def normalised_email(text: str | None) -> str | None:
    """Return an e-mail address in lower case, or None where it cannot be one.

    >>> normalised_email(" Anna@Example.COM "), normalised_email("anna")
    ('anna@example.com', None)
    """
    word = (text or "").strip().casefold()
    name, _, domain = word.rpartition("@")
    return word if name and "." in domain and " " not in word else None


@dataclass(frozen=True, slots=True)
class Traces:
    """What a contact leaves behind in facts: hashes of the person, and words about the contact's quality."""

    person_keys: tuple[str, ...]
    quality: dict[str, str]


def traces_of(contact: Contact, *, secret: bytes, region: str) -> Traces:
    """Return what may be known of a contact outside the contact book.

    >>> traces = traces_of(Contact("Анна", "8 912 345-67-89", None), secret=b"key", region="RU")
    >>> traces.quality["phone_kind"], len(traces.person_keys)
    ('mobile', 1)
    """
    quality = {"has_name": _yes(contact.name), "has_phone": _yes(contact.phone), "has_email": _yes(contact.email)}
    known = []
    if quality["has_phone"] == "yes":
        number = phone_number(contact.phone, region)
        quality |= phone_quality(number)
        known.append(dialled(number))
    if quality["has_email"] == "yes":
        email = normalised_email(contact.email)
        quality["email_kind"] = _email_kind(email)
        known.append(email)
    keys = tuple(blake2b(one.encode(), key=secret[:64], digest_size=16).hexdigest() for one in known if one)
    return Traces(keys, quality)


class ContactBook:
    """The contacts of leads, by lead."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine, self.secret = engine, secret
        self._persons: tuple[tuple[object, ...], tuple[tuple[str, ...], tuple[str, ...]], WithoutPersons] | None = None

    def contact(self, lead_id: LeadId) -> Contact:
        """Return a lead's contact; empty where none is kept."""
        with reading(self._engine) as connection:
            mine = select(CONTACTS).where(CONTACTS.c.lead_id == lead_id).order_by(CONTACTS.c.id.desc()).limit(1)
            row = connection.execute(mine).first()
        return Contact(row.name, row.phone, row.email) if row else Contact(None, None, None)

    def without_persons(self, also: Iterable[str] = (), *, keeps: Iterable[str] = ()) -> WithoutPersons:
        """Return what leaves everybody in the book, and the names of ``also`` (managers), out of a text.

        The book is read once until it changes; what is before the @ of an address counts as a name.
        """
        asked = tuple(also), tuple(keeps)
        with reading(self._engine) as connection:
            state = tuple(connection.execute(select(func.count(CONTACTS.c.id), func.max(CONTACTS.c.id))).one())
            if self._persons is None or self._persons[:2] != (state, asked):
                names = connection.execute(select(CONTACTS.c.name).distinct()).scalars()
                mails = connection.execute(select(CONTACTS.c.email).distinct()).scalars()
                told = [*(one for one in names if one), *(one.partition("@")[0] for one in mails if one)]
                self._persons = state, asked, WithoutPersons((*told, *asked[0]), keeps=asked[1])
        return self._persons[2]

    def contacts(self, lead_ids: Sequence[LeadId]) -> dict[LeadId, Contact]:
        """Return the contacts of many leads; a lead of which none is kept is left out."""
        found: dict[LeadId, Contact] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(lead_ids), 500):
                some = CONTACTS.c.lead_id.in_(lead_ids[start : start + 500])
                rows = connection.execute(select(CONTACTS).where(some).order_by(CONTACTS.c.id))
                found |= {LeadId(row.lead_id): Contact(row.name, row.phone, row.email) for row in rows}
        return found

    def same_person(self, keys: Iterable[str], *, before: LeadId) -> list[LeadId]:
        """Return the leads of the same person that came before the lead ``before``, the oldest first."""
        wanted = list(keys)
        if not wanted:
            return []
        with reading(self._engine) as connection:
            own = select(PERSONS.c.at_us).where(PERSONS.c.lead_id == before)
            since = connection.execute(own).scalars().first()
            asked = select(PERSONS.c.lead_id, PERSONS.c.at_us).distinct().where(PERSONS.c.person_key.in_(wanted))
            rows = connection.execute(asked.order_by(PERSONS.c.at_us, PERSONS.c.lead_id)).all()
            earlier = [row for row in rows if row.lead_id != before and (since is None or row.at_us <= since)]
            found = list(dict.fromkeys(LeadId(row.lead_id) for row in earlier))
            seen = seen_among(connection, found)
        return [one for one in found if one in seen]


def remember_in(connection: Connection, contacts: list[ContactOfLead], *, import_id: int | None = None) -> None:
    """Keep contacts inside a transaction of the caller's; a contact with nothing in it leaves the book as it is.

    Taking an import back brings the contact before; one that is told again stays as it was first kept, so that taking
    the later import back leaves it there.
    """
    rows = {
        one.lead_id: {
            "lead_id": one.lead_id,
            "name": one.contact.name,
            "phone": one.contact.phone,
            "email": one.contact.email,
            "import_id": import_id,
        }
        for one in contacts
        if one.contact.name or one.contact.phone or one.contact.email
    }
    ids = list(rows)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        kept = select(CONTACTS).where(CONTACTS.c.lead_id.in_(some)).order_by(CONTACTS.c.id)
        for row in {row.lead_id: row for row in connection.execute(kept)}.values():
            new = rows[row.lead_id]
            if (row.name, row.phone, row.email) == (new["name"], new["phone"], new["email"]):
                del rows[row.lead_id]
        if import_id is None:  # what came without an import can be taken back by none: it need not be kept
            replaced = CONTACTS.c.lead_id.in_([lead_id for lead_id in some if lead_id in rows])
            connection.execute(delete(CONTACTS).where(replaced, CONTACTS.c.import_id.is_(None)))
    if rows:
        connection.execute(insert(CONTACTS), list(rows.values()))


def _email_kind(email: str | None) -> str:
    if email is None:
        return "invalid"
    return "free" if email.rpartition("@")[2] in FREE_MAIL else "company"


def _yes(text: str | None) -> str:
    return "yes" if (text or "").strip() else "no"
