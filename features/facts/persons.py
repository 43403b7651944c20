"""Whose leads are whose: leads that share a phone or an e-mail are one person's, by what each lead's contact says now.

A phone or an e-mail that many share who have nothing else in common is nobody's own: a form's filler (no@mail.ru), the
switchboard of a firm. It says nothing of whose a lead is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, Engine, func, select

from features.facts.contacts import told_contacts
from features.facts.database import in_parts, reading
from features.facts.keyring import keyring_of
from features.facts.seen_facts import seen_among, seen_facts
from features.facts.tables import CONTACTS, FACTS, HELD, PERSONS
from features.facts.values import LeadId

MOST_OF_ONE_KEY = 10
"""So many different persons may share a phone or an e-mail that still links their leads: a family, a small office."""
LOOKED_AT_ONCE, LOOKED_AT_MOST = 100, 1_000
Key = str
"""The keyed hash of a phone or an e-mail."""


@dataclass(slots=True)
class Person:
    """Whose leads are whose, as seen from one lead.

    ``leads`` are the person's, ``keys`` those of his phones and e-mails that are his own. ``once`` are leads of others which
    share a phone or an e-mail with his that they or his have no more. ``shared`` tells of each phone or e-mail that is nobody's
    own how many leads have it.
    """

    leads: set[LeadId] = field(default_factory=set)
    keys: set[Key] = field(default_factory=set)
    once: set[LeadId] = field(default_factory=set)
    shared: dict[Key, int] = field(default_factory=dict)


def person_of(connection: Connection, lead_id: LeadId) -> Person:
    """Return the person of a lead: whose leads share a phone or an e-mail of now with it, or with one that does, and so on."""
    person, new = Person(), {lead_id}
    while new:
        person.leads |= new
        asked = {key for keys in present_keys(connection, new).values() for key in keys}
        for key in asked - person.keys - person.shared.keys():
            if is_nobodys(connection, key):
                person.shared[key] = _count_of(connection, key)
            else:
                person.keys.add(key)
        had = _leads_that_had(connection, person.keys) - person.leads
        new = _those_with(connection, had, person.keys)
        person.once |= had
    gone = _keys_ever(connection, person.leads) - person.keys - person.shared.keys()
    gone = {key for key in gone if not is_nobodys(connection, key)}
    person.once |= _those_with(connection, _leads_that_had(connection, gone), gone)
    person.once -= person.leads
    return person


def present_keys(connection: Connection, lead_ids: Iterable[LeadId]) -> dict[LeadId, frozenset[Key]]:
    """Return by which hashes each lead's contact is known now: by none where it was cleared.

    A row of an import may just not tell the contact, so of imports the last version with one counts; what the API told last says
    the contact that holds, an empty one too. A version of an import that was taken back counts where no other has one.
    """
    found: dict[LeadId, frozenset[Key]] = {}
    columns = (FACTS.c.number, FACTS.c.lead_id, FACTS.c.payload, FACTS.c.import_id)
    for some in in_parts(sorted(lead_ids)):
        every = select(*columns).where(FACTS.c.kind == "lead", FACTS.c.lead_id.in_(some))
        rows = connection.execute(every.order_by(FACTS.c.number)).all()
        seen = set(connection.execute(seen_facts(every.with_only_columns(FACTS.c.number), None)).scalars())
        for row in sorted(rows, key=lambda row: (row.number in seen, row.number)):
            told = orjson.loads(row.payload)
            quality = told.get("contact_quality", {})
            has_contact = any(quality.get(f"has_{part}") == "yes" for part in ("name", "phone", "email"))
            if row.import_id is None or told.get("person_keys") or has_contact:
                found[LeadId(row.lead_id)] = frozenset(told.get("person_keys", ()))
    return found


def is_nobodys(connection: Connection, key: Key) -> bool:
    """Return whether so many share a phone or an e-mail, under different names or with different others, that it is nobody's."""
    asked = (
        select(PERSONS.c.lead_id).where(PERSONS.c.person_key == key).order_by(PERSONS.c.lead_id).limit(LOOKED_AT_MOST)
    )
    had = [LeadId(one) for one in connection.execute(asked).scalars()]
    if len(had) <= MOST_OF_ONE_KEY:
        return False
    others, names = set[frozenset[Key]](), set[str]()
    for some in in_parts(had, LOOKED_AT_ONCE):
        sharing = {one: keys - {key} for one, keys in present_keys(connection, some).items() if key in keys}
        others |= set(filter(None, sharing.values()))
        names |= _names_of(connection, list(sharing))
        if max(len(others), len(names)) > MOST_OF_ONE_KEY:
            return True
    return False


def earlier_requests(engine: Engine, keys: Collection[Key], *, before: LeadId) -> list[LeadId]:
    """Return the leads of the same person that came before the lead ``before``, the oldest first.

    ``keys`` are the hashes of phone and e-mail by which that lead is known now.
    """
    if not keys:
        return []
    with reading(engine) as connection:
        own = select(PERSONS.c.at_us).where(PERSONS.c.lead_id == before)
        since = connection.execute(own).scalars().first()
        his = {key for key in keys if not is_nobodys(connection, key)}
        asked = select(PERSONS).where(PERSONS.c.person_key.in_(sorted(his)))
        rows = connection.execute(asked.order_by(PERSONS.c.at_us, PERSONS.c.lead_id)).all() if his else []
        earlier = [row for row in rows if since is None or row.at_us <= since]
        found = [one for one in dict.fromkeys(LeadId(row.lead_id) for row in earlier) if one != before]
        seen = seen_among(connection, found) & _those_with(connection, found, his)
    return [one for one in found if one in seen]


def _those_with(connection: Connection, leads: Collection[LeadId], keys: Collection[Key]) -> set[LeadId]:
    """Return which leads have one of the keys now."""
    if not leads or not keys:
        return set()
    return {one for one, mine in present_keys(connection, leads).items() if not mine.isdisjoint(keys)}


def _leads_that_had(connection: Connection, keys: Collection[Key]) -> set[LeadId]:
    """Return the leads that have one of the keys now, or had."""
    found: set[LeadId] = set()
    for some in in_parts(sorted(keys)):
        asked = select(PERSONS.c.lead_id).where(PERSONS.c.person_key.in_(some))
        found |= {LeadId(one) for one in connection.execute(asked).scalars()}
    return found


def _keys_ever(connection: Connection, leads: Collection[LeadId]) -> set[Key]:
    found: set[Key] = set()
    for some in in_parts(sorted(leads)):
        found |= set(connection.execute(select(PERSONS.c.person_key).where(PERSONS.c.lead_id.in_(some))).scalars())
    return found


def _count_of(connection: Connection, key: Key) -> int:
    return connection.execute(select(func.count()).where(PERSONS.c.person_key == key)).scalar_one()


def _names_of(connection: Connection, leads: Sequence[LeadId]) -> set[str]:
    """Return the different names in the contacts of some leads."""
    kept = select(CONTACTS).where(CONTACTS.c.lead_id.in_(leads), HELD).order_by(CONTACTS.c.id)
    latest = {row.lead_id: row for row in connection.execute(kept)}
    told = told_contacts(list(latest.values()), keyring_of(connection))
    return {" ".join(one.name.casefold().split()) for one in told if one.name and one.name.strip()}
