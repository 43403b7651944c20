"""Several leads' facts inside one writing transaction: read in one go, added to by many requests, stored in one go.

Each request sees what those before it in the group added, as if each had had a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeGuard, TypeVar

from sqlalchemy import Connection, Select, Update, null, select, update

from features.errors import UnknownLead
from features.facts.codec import KIND_OF, encoded, instant, lead_fact, microseconds, payload_of
from features.facts.contacts import Contact, ContactOfLead, sealed_contact, told_contacts
from features.facts.history import LeadHistory
from features.facts.identity import digest_of, key_of
from features.facts.kept_of_forgotten import KeptOfForgotten, OfCompany
from features.facts.keyring import keyring_of
from features.facts.person_signs import signs_of
from features.facts.quick_rows import add_rows, among, carry_out, found, given
from features.facts.sealed_texts import opened_texts, sealed_payload
from features.facts.seen_facts import LAST_NUMBER, seen_facts
from features.facts.tables import CONTACTS, FACTS, FORGOTTEN, HELD, NO_CONTACT, PERSONS
from features.facts.tellings import TELLING, Telling, stored_telling, telling_key, telling_payload, untold
from features.facts.values import Lead, LeadFact, LeadId, Source, Stored

MICROSECOND = timedelta(microseconds=1)
COLUMNS = (
    FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload, FACTS.c.key,
    FACTS.c.digest, FACTS.c.import_id,
)  # fmt: skip
ADDED = ("number", "kind", "lead_id", "key", "digest", "at_us", "known_us", "payload")
PERSON = ("person_key", "lead_id", "at_us")
CONTACT = ("lead_id", "key_id", "sealed")
NOBODY = Contact(None, None, None)
AnyFact = TypeVar("AnyFact", bound=LeadFact)


@dataclass(slots=True)
class _Gathered:
    """What is known of one lead, and what the group adds."""

    facts: list[Stored] = field(default_factory=list)
    digests: dict[bytes, bytes] = field(default_factory=dict)
    tellings: dict[datetime, Telling] = field(default_factory=dict)
    telling_keys: set[bytes] = field(default_factory=set)
    imported: set[int] = field(default_factory=set)
    contact: Contact = NOBODY
    is_contact_imported: bool = False
    is_stored: bool = False
    is_known: bool = False


class GatheredFacts:
    """The facts of some leads inside a transaction that is alone in appending."""

    def __init__(self, connection: Connection, lead_ids: Iterable[LeadId]) -> None:
        self._connection, self._keyring = connection, keyring_of(connection)
        self._leads: dict[LeadId, _Gathered] = {lead_id: _Gathered() for lead_id in lead_ids}
        self.number = 0
        """The storage number given last."""
        self._rows: list[tuple[Any, ...]] = []
        self._persons: list[tuple[str, LeadId, int]] = []
        self._contacts: dict[LeadId, ContactOfLead] = {}
        self._forgotten: dict[LeadId, KeptOfForgotten] = {}
        self._read()

    def is_known(self, lead_id: LeadId) -> bool:
        """Return whether the lead itself is stored, or was added."""
        return self._leads[lead_id].is_known

    def is_forgotten(self, lead_id: LeadId) -> bool:
        """Return whether the lead's person asked to be forgotten: of him no contact is kept."""
        return lead_id in self._forgotten

    def history(self, lead_id: LeadId) -> LeadHistory:
        """Return a lead's facts, those added among them; ``UnknownLead`` where the lead itself is none of them."""
        if not self.is_known(lead_id):
            raise UnknownLead(lead_id)
        return LeadHistory(lead_id, tuple(self._leads[lead_id].facts), self.number)

    def moment(self, lead_id: LeadId, now: datetime) -> datetime:
        """Return the moment at which something new of a lead is known: now, but after all that is known of it already.

        A clock that was put back must not make a correction older than what it corrects.
        """
        facts = self._leads[lead_id].facts
        known = max([one.fact.known_at for one in facts]) if facts else None
        return now if known is None or known < now else known + MICROSECOND

    def contact(self, lead_id: LeadId) -> Contact:
        """Return the contact that holds; empty where none is kept."""
        return self._leads[lead_id].contact

    def is_contact_imported(self, lead_id: LeadId) -> bool:
        """Return whether an import brought the contact that holds."""
        return self._leads[lead_id].is_contact_imported

    def tellings(self, lead_id: LeadId) -> list[Telling]:
        """Return what was told of a lead so far, in no order."""
        mine = self._leads[lead_id]
        sources = {one.fact.known_at: one.fact for one in mine.facts if isinstance(one.fact, Source)}
        versions = [
            (one.fact, sources.get(one.fact.known_at), one.number in mine.imported)
            for one in mine.facts
            if isinstance(one.fact, Lead)
        ]
        return [*mine.tellings.values(), *untold(versions, mine.tellings)]

    def has_telling(self, lead_id: LeadId, telling: Telling) -> bool:
        """Return whether the very same telling is kept already."""
        return telling_key(lead_id, self._as_kept(lead_id, telling)) in self._leads[lead_id].telling_keys

    def keep_telling(self, lead_id: LeadId, telling: Telling, known_at: datetime) -> None:
        """Keep a telling, known at ``known_at`` as the facts that it makes are."""
        telling = self._as_kept(lead_id, telling)
        key, mine = telling_key(lead_id, telling), self._leads[lead_id]
        mine.telling_keys.add(key)
        mine.tellings[known_at] = telling
        payload = telling_payload(telling).decode()
        self._add(TELLING, lead_id, key, key, microseconds(telling.told_at), microseconds(known_at), payload)

    def versions(self, fact: AnyFact) -> list[AnyFact]:
        """Return the stored versions of what a fact speaks of."""
        return [one.fact for one in self._leads[fact.lead_id].facts if _is_version(one.fact, fact)]

    def imported_at(self, fact: LeadFact) -> datetime | None:
        """Return when an import told last what is known of what a fact speaks of; None where none did."""
        mine = self._leads[fact.lead_id]
        told = [one.fact for one in mine.facts if one.number in mine.imported] if mine.imported else []
        return max([one.known_at for one in told if _is_version(one, fact)], default=None)

    def append(self, fact: LeadFact) -> bool:
        """Add a fact; return False, and add nothing, where its latest version says the same."""
        fact = self.as_kept(fact)
        mine, key, payload = self._leads[fact.lead_id], key_of(fact), payload_of(fact)
        digest = digest_of(fact, payload)
        if mine.digests.get(key) == digest:
            return False
        mine.digests[key] = digest
        at_us = microseconds(fact.at)
        known_us = at_us if fact.known_at is fact.at else microseconds(fact.known_at)
        self._add(KIND_OF[type(fact)], fact.lead_id, key, digest, at_us, known_us, encoded(fact, payload))
        mine.facts.append(Stored(self.number, fact))
        if isinstance(fact, Lead):
            mine.is_known = True
            self._persons += [(one, fact.lead_id, at_us) for one in fact.person_keys]
        return True

    def hear_contact(self, lead_id: LeadId, contact: Contact) -> None:
        """Let nothing that is told of a forgotten person from here on repeat the contact that comes with it."""
        if lead_id in self._forgotten and contact != NOBODY:
            self._forgotten[lead_id] = replace(self._forgotten[lead_id], signs=signs_of([contact]))

    def as_kept(self, fact: AnyFact) -> AnyFact:
        """Return a fact as it may be kept: of a forgotten person nothing that names him."""
        if fact.lead_id not in self._forgotten:
            return fact
        kept = self._forgotten[fact.lead_id].fact(fact, self._leads[fact.lead_id].digests)
        assert isinstance(kept, type(fact))
        return kept

    def keep_contact(self, one: ContactOfLead) -> None:
        """Keep the contact that holds from now on, an empty one where it was cleared; of a forgotten person none is kept."""
        if one.lead_id in self._forgotten:
            return
        mine = self._leads[one.lead_id]
        mine.contact, mine.is_contact_imported = one.contact, False
        self._contacts[one.lead_id] = one

    def store(self) -> None:
        """Write all that was added."""
        rows = [(*row[:-1], sealed_payload(row[-1], row[1], row[2], self._keyring)) for row in self._rows]
        add_rows(self._connection, FACTS, ADDED, rows)
        add_rows(self._connection, PERSONS, PERSON, sorted(self._persons), known="ON CONFLICT DO NOTHING")
        self._store_contacts()

    def _store_contacts(self) -> None:
        """Keep the contacts, each in the place of the one that came without an import before it."""
        told = {lead_id: one.contact for lead_id, one in self._contacts.items()}
        replaced = [lead_id for lead_id in told if self._leads[lead_id].is_stored]
        if replaced:
            dialect = self._connection.dialect.name
            carry_out(self._connection, _replaced_in(dialect), given(dialect, replaced))
        rows = [(lead_id, *sealed_contact(lead_id, one, self._keyring)) for lead_id, one in told.items()]
        add_rows(self._connection, CONTACTS, CONTACT, rows)

    def _as_kept(self, lead_id: LeadId, telling: Telling) -> Telling:
        """Return a telling as it may be kept: of a forgotten person nothing that names him."""
        return self._forgotten[lead_id].telling(telling) if lead_id in self._forgotten else telling

    def _add(
        self, kind: str, lead_id: LeadId, key: bytes, digest: bytes, at_us: int, known_us: int, payload: str
    ) -> None:
        self.number += 1
        self._rows.append((self.number, kind, lead_id, key, digest, at_us, known_us, payload))

    def _read(self) -> None:
        dialect = self._connection.dialect.name
        asked = given(dialect, list(self._leads))
        [(self.number,)], forgotten, facts = found(
            self._connection, (LAST_NUMBER, {}), (_forgotten_of(dialect), asked), (_facts_of(dialect), asked)
        )
        self._forgotten = {
            LeadId(lead_id): KeptOfForgotten(
                token, self._keyring.texts, of_company=OfCompany(self._connection, [LeadId(lead_id)])
            )
            for lead_id, token in forgotten
        }
        for row in opened_texts(facts, self._keyring):
            self._take(row)
        known = [lead_id for lead_id, one in self._leads.items() if one.is_stored]
        kept = self._connection.execute(_contacts_of(dialect), given(dialect, known)).all() if known else []
        latest = {LeadId(row.lead_id): row for row in kept}
        for lead_id, contact in zip(latest, told_contacts(list(latest.values()), self._keyring), strict=True):
            self._leads[lead_id].contact = contact
            self._leads[lead_id].is_contact_imported = latest[lead_id].import_id is not None

    def _take(self, row: Any) -> None:
        number, kind, lead_id, at_us, known_us, payload, key, digest, import_id = row
        mine = self._leads[LeadId(lead_id)]
        mine.is_stored = True
        if kind == TELLING:
            telling = stored_telling(at_us, payload)
            mine.telling_keys.add(bytes(key))
            known_at = instant(known_us)
            mine.tellings[known_at] = telling
            return
        mine.is_known = mine.is_known or kind == KIND_OF[Lead]
        mine.facts.append(Stored(number, lead_fact(kind, LeadId(lead_id), at_us, known_us, payload)))
        mine.digests[bytes(key)] = bytes(digest)
        if import_id is not None:
            mine.imported.add(number)


def _is_version(one: LeadFact, fact: AnyFact) -> TypeGuard[AnyFact]:
    return type(one) is type(fact) and key_of(one) == key_of(fact)


@cache
def _facts_of(dialect: str) -> Select[Any]:
    """Return what asks for all facts of some leads, in the order in which we got them."""
    seen: Select[Any] = seen_facts(select(*COLUMNS), None)
    return seen.where(among(dialect, FACTS.c.lead_id)).order_by(FACTS.c.number)


@cache
def _contacts_of(dialect: str) -> Select[Any]:
    return select(CONTACTS).where(among(dialect, CONTACTS.c.lead_id), HELD).order_by(CONTACTS.c.id)


@cache
def _replaced_in(dialect: str) -> Update:
    """Return what empties the contacts that came without an import."""
    ours = among(dialect, CONTACTS.c.lead_id), HELD, CONTACTS.c.import_id.is_(None)
    return update(CONTACTS).where(*ours).values({name: null() for name in NO_CONTACT})


@cache
def _forgotten_of(dialect: str) -> Select[Any]:
    return select(FORGOTTEN.c.lead_id, FORGOTTEN.c.token).where(among(dialect, FORGOTTEN.c.lead_id))
