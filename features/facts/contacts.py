"""Name, phone and e-mail, kept apart from everything that is learned from, and what may be known of them elsewhere.

What leaves this file is either the contact for the lead card, or words about it that identify nobody: keyed hashes by
which the same person is recognised, whether a number can exist, and what leaves all these persons out of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from features.facts.database import in_parts, reading
from features.facts.forgotten import forgotten_among
from features.facts.keyring import Keyring, Sealed, keyring_of
from features.facts.phones import told_by_phone
from features.facts.tables import CONTACTS, FORGOTTEN, HELD, NO_CONTACT
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
    return told_by_phone(text or "", region)[0]


def normalised_email(text: str | None) -> str | None:
    """Return an e-mail address in lower case, or None where it cannot be one.

    >>> normalised_email(" Anna@Example.COM "), normalised_email("anna")
    ('anna@example.com', None)
    """
    word = (text or "").strip().casefold()
    name, _, domain = word.rpartition("@")
    return word if name and "." in domain and " " not in word else None


class Traces(NamedTuple):
    """What a contact leaves behind in facts: hashes of the person, and words about the contact's quality."""

    person_keys: tuple[str, ...]
    quality: dict[str, str]


class Parts(Protocol):
    """The parts of a contact, however it was read."""

    @property
    def name(self) -> str | None: ...  # noqa: D102
    @property
    def phone(self) -> str | None: ...  # noqa: D102
    @property
    def email(self) -> str | None: ...  # noqa: D102


def traces_of(contact: Parts, *, secret: bytes | None, region: str) -> Traces:
    """Return what may be known of a contact outside the contact book; without a secret nobody is recognised by it.

    ``region`` is the country (ISO 3166, such as RU) by which a number without a country code is read.

    >>> traces = traces_of(Contact("Анна", "8 912 345-67-89", None), secret=b"key", region="RU")
    >>> traces.quality["phone_kind"], len(traces.person_keys)
    ('mobile', 1)
    """
    phone, email = (contact.phone or "").strip(), (contact.email or "").strip()
    quality = {
        "has_name": _yes(contact.name), "has_phone": "yes" if phone else "no", "has_email": "yes" if email else "no",
    }  # fmt: skip
    dialled = address = None
    if phone:
        dialled, told = told_by_phone(phone, region)
        quality.update(told)
    if email:
        address = normalised_email(email)
        quality["email_kind"] = _email_kind(address)
    if secret is None:
        return Traces((), quality)
    return Traces(tuple([_hashed(one, secret) for one in (dialled, address) if one]), quality)


def _hashed(word: str, secret: bytes) -> str:
    return blake2b(word.encode(), key=secret[:64], digest_size=16).hexdigest()


class ContactBook:
    """The contacts of leads, by lead."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine, self.secret = engine, secret
        self._persons: tuple[tuple[object, ...], tuple[tuple[str, ...], tuple[str, ...]], WithoutPersons] | None = None

    def contact(self, lead_id: LeadId) -> Contact:
        """Return a lead's contact; empty where none is kept."""
        with reading(self._engine) as connection:
            mine = select(CONTACTS).where(CONTACTS.c.lead_id == lead_id, HELD).order_by(CONTACTS.c.id.desc()).limit(1)
            row = connection.execute(mine).first()
        return told_contacts([row], keyring_of(self._engine))[0] if row else Contact(None, None, None)

    def without_persons(self, also: Iterable[str] = (), *, keeps: Iterable[str] = ()) -> WithoutPersons:
        """Return what leaves everybody in the book, and the names of ``also`` (managers), out of a text.

        The book is read once until it changes; what is before the @ of an address counts as a name.
        """
        asked = tuple(also), tuple(keeps)
        with reading(self._engine) as connection:
            counted = func.count(CONTACTS.c.id), func.count(CONTACTS.c.sealed), func.max(CONTACTS.c.id)
            state = tuple(connection.execute(select(*counted)).one())
            if self._persons is None or self._persons[:2] != (state, asked):
                every = told_contacts(connection.execute(select(CONTACTS)).all(), keyring_of(self._engine))
                names = {one.name for one in every if one.name}
                mails = {one.email.partition("@")[0] for one in every if one.email}
                self._persons = (
                    state,
                    asked,
                    WithoutPersons((*sorted(names), *sorted(mails), *asked[0]), keeps=asked[1]),
                )
        return self._persons[2]

    def contacts(self, lead_ids: Sequence[LeadId]) -> dict[LeadId, Contact]:
        """Return the contacts of many leads; a lead of which none is kept is left out."""
        found: dict[LeadId, Contact] = {}
        with reading(self._engine) as connection:
            for some in in_parts(lead_ids):
                asked = select(CONTACTS).where(CONTACTS.c.lead_id.in_(some), HELD)
                rows = connection.execute(asked.order_by(CONTACTS.c.id)).all()
                latest = {LeadId(row.lead_id): row for row in rows}
                found |= zip(latest, told_contacts(list(latest.values()), keyring_of(self._engine)), strict=True)
        return found

    def changed_since(self, row: int) -> tuple[set[LeadId], int]:
        """Return the leads that were given a contact after a row of the book, and the last row there is."""
        with reading(self._engine) as connection:
            newer = select(CONTACTS.c.lead_id, CONTACTS.c.id).where(CONTACTS.c.id > row)
            rows = connection.execute(newer).all()
        return {LeadId(one.lead_id) for one in rows}, max((one.id for one in rows), default=row)

    def last_row(self) -> int:
        """Return the last row of the book; 0 where it is empty."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.coalesce(func.max(CONTACTS.c.id), 0))).scalar_one())

    def forgotten(self) -> frozenset[LeadId]:
        """Return the leads of whoever asked to be forgotten."""
        with reading(self._engine) as connection:
            return frozenset(LeadId(one) for one in connection.execute(select(FORGOTTEN.c.lead_id)).scalars())


def remember_in(connection: Connection, contacts: list[ContactOfLead], *, import_id: int | None = None) -> None:
    """Keep contacts inside a transaction of the caller's; a contact with nothing in it leaves the book as it is.

    ``import_id`` is the import that brings them, None where a sender tells them now.

    Taking an import back brings the contact before; one that is told again stays as it was first kept, so that taking
    the later import back leaves it there. Whoever was forgotten stays so, whatever old file brings him again. Of a contact
    that is replaced the row stays, empty: it names the key under which older backups hold it.
    """
    keyring = keyring_of(connection)
    new = {one.lead_id: one.contact for one in contacts if one.contact.name or one.contact.phone or one.contact.email}
    for some in in_parts(list(new)):
        for gone in forgotten_among(connection, some):
            del new[gone]
        kept = select(CONTACTS).where(CONTACTS.c.lead_id.in_(some), HELD).order_by(CONTACTS.c.id)
        latest = list({row.lead_id: row for row in connection.execute(kept)}.values())
        for row, contact in zip(latest, told_contacts(latest, keyring), strict=True):
            if new.get(LeadId(row.lead_id)) == contact:
                del new[LeadId(row.lead_id)]
        if import_id is None:  # what came without an import can be taken back by none: it need not be kept
            replaced = CONTACTS.c.lead_id.in_([lead_id for lead_id in some if lead_id in new])
            connection.execute(
                update(CONTACTS).where(replaced, HELD, CONTACTS.c.import_id.is_(None)).values(NO_CONTACT)
            )
    rows = [
        {"lead_id": lead_id, "import_id": import_id, "key_id": key_id, "sealed": sealed}
        for lead_id, (key_id, sealed) in ((one, sealed_contact(one, contact, keyring)) for one, contact in new.items())
    ]
    if rows:
        connection.execute(insert(CONTACTS), rows)


def seal_plain_contacts(connection: Connection) -> int:
    """Seal the contacts that an earlier version wrote in plain; return how many there were."""
    keyring, done = keyring_of(connection), 0
    plain = select(CONTACTS).where(CONTACTS.c.key_id.is_(None)).order_by(CONTACTS.c.id).limit(500)
    while rows := connection.execute(plain).all():
        for row in rows:
            key_id, sealed = sealed_contact(LeadId(row.lead_id), Contact(row.name, row.phone, row.email), keyring)
            kept = {**NO_CONTACT, "key_id": key_id, "sealed": sealed}
            connection.execute(update(CONTACTS).where(CONTACTS.c.id == row.id).values(kept))
        done += len(rows)
    return done


def open_sealed_contacts(connection: Connection) -> None:
    """Write the contacts in plain again, as the version before kept them."""
    sealed = select(CONTACTS).where(CONTACTS.c.key_id.is_not(None)).order_by(CONTACTS.c.id).limit(500)
    while rows := connection.execute(sealed).all():
        for row, told in zip(rows, told_contacts(list(rows), keyring_of(connection)), strict=True):
            plain = {"name": told.name, "phone": told.phone, "email": told.email, "key_id": None, "sealed": None}
            connection.execute(update(CONTACTS).where(CONTACTS.c.id == row.id).values(plain))


def contacts_in(connection: Connection, lead_ids: Iterable[LeadId]) -> tuple[list[Contact], list[int]]:
    """Return every contact that some leads ever had, and the data keys under which they lie."""
    rows = list(connection.execute(select(CONTACTS).where(CONTACTS.c.lead_id.in_(list(lead_ids)))))
    return told_contacts(rows, keyring_of(connection)), [row.key_id for row in rows if row.key_id is not None]


def sealed_contact(lead_id: LeadId, contact: Contact, keyring: Keyring) -> Sealed:
    """Return what is kept of a contact: its data key's number, and what that seals."""
    return keyring.seal(orjson.dumps([contact.name, contact.phone, contact.email]), lead_id)


def told_contacts(rows: Sequence[Row[Any]], keyring: Keyring) -> list[Contact]:
    """Return the contacts of rows; an empty one where it was replaced, or its key is destroyed, as in a backup of before."""
    sealed = [(row.key_id, row.sealed, row.lead_id) for row in rows if row.sealed is not None]
    opened = iter(keyring.open_all(sealed))
    contacts = []
    for row in rows:
        if row.sealed is None:
            contacts.append(Contact(row.name, row.phone, row.email))
        else:
            plain = next(opened)
            contacts.append(Contact(*orjson.loads(plain)) if plain else Contact(None, None, None))
    return contacts


def _email_kind(email: str | None) -> str:
    if email is None:
        return "invalid"
    return "free" if email.rpartition("@")[2] in FREE_MAIL else "company"


def _yes(text: str | None) -> str:
    return "yes" if text and text.strip() else "no"
