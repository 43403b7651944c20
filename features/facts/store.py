"""The log of facts: appended to, never changed; read as histories of leads in the order of storage numbers.

Taking an import back deletes nothing: from the next storage number on its facts are not seen, and whoever reads up
to an earlier number still sees them, so that old scores can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from features.errors import UnknownImport, UnknownLead
from features.facts.codec import KIND_OF, encoded, lead_fact, microseconds, plan_fact, spend_fact
from features.facts.database import reading, writing
from features.facts.history import LeadHistory
from features.facts.identity import digest_of, key_of
from features.facts.keyring import keyring_of
from features.facts.sealed_texts import opened_texts, sealed_texts, without_person
from features.facts.spend_mappings import held_in, mapped
from features.facts.tables import CONTACTS, FACTS, FORGOTTEN, HELD, IMPORTS, NO_CONTACT, PERSONS
from features.facts.values import Fact, Lead, LeadId, Plan, Spend, Stored

KEYS_ASKED_AT_ONCE = 500
ROWS_READ_AT_ONCE = 10_000
UNDO = "undo"
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
LAST_NUMBER = select(func.coalesce(func.max(FACTS.c.number), 0))
LEAD_KINDS = ("lead", "source", "call", "stage", "assignment")


class FactStore:
    """Facts in a database; every method is one transaction, safe to call from several threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def append(self, facts: Sequence[Fact], *, import_id: int | None = None) -> list[int | None]:
        """Store facts; return each one's storage number, or None where the same is stored already."""
        with writing(self.engine) as connection:
            return append_in(connection, facts, import_id=import_id)

    def last_number(self) -> int:
        """Return the largest storage number; 0 for an empty store."""
        with reading(self.engine) as connection:
            return last_number_in(connection)

    def fact_at(self, number: int) -> str:
        """Return what tells the fact of a storage number from any that another database has there; "" where there is none."""
        told = select(FACTS.c.kind, FACTS.c.lead_id, FACTS.c.digest, FACTS.c.known_us).where(FACTS.c.number == number)
        with reading(self.engine) as connection:
            row = connection.execute(told).first()
        return f"{row.kind} {row.lead_id} {row.digest.hex()} {row.known_us}" if row else ""

    def forgotten_leads(self) -> frozenset[LeadId]:
        """Return the leads of whoever asked to be forgotten: what is stored of them was written anew."""
        with reading(self.engine) as connection:
            return frozenset(LeadId(one) for one in connection.execute(select(FORGOTTEN.c.lead_id)).scalars())

    def lead_count(self) -> int:
        """Return how many leads are stored."""
        with reading(self.engine) as connection:
            seen = select(func.count(func.distinct(FACTS.c.lead_id))).where(FACTS.c.kind == "lead")
            return connection.execute(seen).scalar_one()

    def history(self, lead_id: LeadId, *, up_to: int | None = None) -> LeadHistory:
        """Return what is stored of one lead, up to a storage number.

        Raises
        ------
        UnknownLead
            Where the lead itself is not stored, even if a call of it is.
        """
        with reading(self.engine) as connection:
            number = last_number_in(connection) if up_to is None else up_to
            rows = connection.execute(_lead_rows(number).where(FACTS.c.lead_id == lead_id)).all()
        history = LeadHistory(lead_id, tuple([_stored(row) for row in self._readable(rows)]), number)
        if not any(isinstance(one.fact, Lead) for one in history.stored):
            raise UnknownLead(lead_id)
        return history

    def histories(self, *, up_to: int | None = None, lead_ids: Sequence[LeadId] | None = None) -> Iterator[LeadHistory]:
        """Yield every lead's history in order of lead ids, with bounded memory; ``lead_ids`` keeps to those."""
        if lead_ids is None:
            yield from self._all_histories(up_to)
            return
        for start in range(0, len(lead_ids), KEYS_ASKED_AT_ONCE):
            asked = lead_ids[start : start + KEYS_ASKED_AT_ONCE]
            with reading(self.engine) as connection:
                number = last_number_in(connection) if up_to is None else up_to
                rows = connection.execute(_lead_rows(number).where(FACTS.c.lead_id.in_(asked))).all()
            yield from _grouped(self._readable(rows), number)

    def leads_created(self, *, since: datetime | None = None, before: datetime | None = None) -> list[LeadId]:
        """Return the leads created in a span of time, sorted; every version of a lead's creation counts."""
        asked = seen_facts(select(FACTS.c.lead_id), None).distinct().where(FACTS.c.kind == "lead")
        if since is not None:
            asked = asked.where(FACTS.c.at_us >= microseconds(since))
        if before is not None:
            asked = asked.where(FACTS.c.at_us < microseconds(before))
        with reading(self.engine) as connection:
            return sorted(LeadId(one) for one in connection.execute(asked).scalars() if one is not None)

    def leads_known(self, after: datetime, upto: datetime) -> list[LeadId]:
        """Return the leads of which something became known in a span of time, sorted, whenever it was stored."""
        span = FACTS.c.known_us > microseconds(after), FACTS.c.known_us <= microseconds(upto)
        asked = seen_facts(select(FACTS.c.lead_id), None).distinct().where(FACTS.c.lead_id.is_not(None), *span)
        with reading(self.engine) as connection:
            return sorted(LeadId(one) for one in connection.execute(asked).scalars() if one is not None)

    def leads_graded_by_managers(self) -> list[LeadId]:
        """Return the leads to which a manager may have given a grade of his own, sorted: all such, and few others."""
        calls = select(FACTS.c.lead_id).where(FACTS.c.kind == "call", FACTS.c.payload.contains('"grade":"'))
        with reading(self.engine) as connection:
            found = connection.execute(seen_facts(calls, None).distinct()).scalars()
            return sorted(LeadId(one) for one in found if one is not None)

    def leads_changed_since(self, number: int) -> set[LeadId]:
        """Return the leads with facts after a storage number; an undone import changes all that it touched."""
        with reading(self.engine) as connection:
            newer = select(FACTS.c.lead_id, FACTS.c.kind, FACTS.c.import_id).where(FACTS.c.number > number)
            rows = connection.execute(newer).all()
            undone = [row.import_id for row in rows if row.kind == UNDO]
            touched = select(FACTS.c.lead_id).distinct().where(FACTS.c.import_id.in_(undone))
            more = connection.execute(touched).scalars().all() if undone else []
        return {LeadId(one) for one in [*(row.lead_id for row in rows), *more] if one is not None}

    def spend(
        self, *, known_by: datetime | None = None, up_to: int | None = None, as_told: bool = False
    ) -> list[Spend]:
        """Return the advertising costs, of each the latest version that was known by then (None: all versions).

        Their marks are those of the leads that they bought, by the company's mappings; ``as_told``: as the ad system has them.
        """
        told = [spend_fact(row.at_us, row.known_us, row.payload) for row in self._latest("spend", known_by, up_to)]
        if as_told:
            return told
        with reading(self.engine) as connection:
            return mapped(told, held_in(connection))

    def spend_changed_since(self, number: int) -> bool:
        """Return whether costs came, or an import was taken back, after a storage number."""
        newer = select(FACTS.c.number).where(FACTS.c.number > number, FACTS.c.kind.in_(("spend", UNDO))).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(newer).first() is not None

    def undone_since(self, number: int) -> bool:
        """Return whether an import was taken back after a storage number."""
        newer = select(FACTS.c.number).where(FACTS.c.number > number, FACTS.c.kind == UNDO).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(newer).first() is not None

    def plans(self, *, known_by: datetime | None = None, up_to: int | None = None) -> list[Plan]:
        """Return the plans, of each the latest version that was known by then (None: all versions)."""
        return [plan_fact(row.at_us, row.known_us, row.payload) for row in self._latest("plan", known_by, up_to)]

    def undo(self, import_id: int) -> int:
        """Take an import back; return how many facts are no longer seen."""
        with writing(self.engine) as connection:
            known = connection.execute(select(IMPORTS.c.undone_number).where(IMPORTS.c.id == import_id)).first()
            if known is None:
                raise UnknownImport(import_id)
            if known.undone_number is not None:
                return 0
            marker = {"kind": UNDO, "key": b"", "digest": b"", "at_us": 0, "known_us": 0, "payload": "{}"}
            number = last_number_in(connection) + 1
            connection.execute(insert(FACTS).values(number=number, import_id=import_id, **marker))
            connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(undone_number=number))
            connection.execute(_contacts_taken_back(import_id))
            counted = select(func.count()).where(FACTS.c.import_id == import_id, FACTS.c.kind != UNDO)
            return connection.execute(counted).scalar_one()

    def _all_histories(self, up_to: int | None) -> Iterator[LeadHistory]:
        with reading(self.engine) as connection:
            number = last_number_in(connection) if up_to is None else up_to
            chosen = _lead_rows(number).where(FACTS.c.lead_id.is_not(None))
            streamed = connection.execution_options(yield_per=ROWS_READ_AT_ONCE).execute(chosen)
            yield from _grouped(self._readable(streamed), number)

    def _readable(self, rows: Iterable[AnyRow]) -> Iterator[AnyRow]:
        """Return rows of leads with what is sealed in them opened."""
        return opened_texts(rows, keyring_of(self.engine))

    def _latest(
        self, kind: str, known_by: datetime | None, up_to: int | None
    ) -> list[Row[tuple[bytes, int, int, str]]]:
        columns = select(FACTS.c.key, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
        chosen = seen_facts(columns, up_to).where(FACTS.c.kind == kind).order_by(FACTS.c.known_us, FACTS.c.number)
        if known_by is not None:
            chosen = chosen.where(FACTS.c.known_us <= microseconds(known_by))
        with reading(self.engine) as connection:
            return list({row.key: row for row in connection.execute(chosen)}.values())


def append_in(
    connection: Connection,
    facts: Sequence[Fact],
    *,
    import_id: int | None = None,
    corrections_known_at: datetime | None = None,
) -> list[int | None]:
    """Store facts inside a transaction of the caller's; return numbers as ``FactStore.append`` does.

    A correction that is back-dated, or says it was known no later than what it corrects, was not known at that time:
    it is known at ``corrections_known_at``.
    """
    facts = _without_forgotten(connection, facts)
    keyed = [(fact, key_of(fact), digest_of(fact)) for fact in facts]
    latest = _latest_versions(connection, [(_lead_of(fact), key) for fact, key, _ in keyed])
    new, numbers = [], list[int | None]([None] * len(keyed))
    for position, (fact, key, digest) in enumerate(keyed):
        before, known_us = latest.get(key, (None, 0))
        if before != digest:
            if before is not None and corrections_known_at is not None and _cannot_have_been_known(fact, known_us):
                fact = replace(fact, known_at=max(corrections_known_at, fact.known_at), back_dated=False)
            latest[key] = digest, microseconds(fact.known_at)
            new.append((position, _columns(fact, key, digest, import_id)))
    if new:
        last = last_number_in(connection)
        rows = sealed_texts(
            [{"number": last + n, **row} for n, (_, row) in enumerate(new, start=1)], keyring_of(connection)
        )
        connection.execute(insert(FACTS), rows)
        for count, (position, _) in enumerate(new, start=1):
            numbers[position] = last + count
        _remember_persons(connection, [facts[position] for position, _ in new])
    return numbers


def _contacts_taken_back(import_id: int) -> Update:
    """Return what forgets the contacts of an import that is taken back: the one before, or the one since, holds again.

    The only contact of a lead that is still stored stays: the import that changed its answers had none to bring.
    """
    other = select(CONTACTS).where(HELD).subquery()
    from_elsewhere = or_(other.c.import_id.is_(None), other.c.import_id != import_id)
    has_another = exists().where(other.c.lead_id == CONTACTS.c.lead_id, from_elsewhere)
    own = select(FACTS.c.number).where(FACTS.c.kind == "lead", FACTS.c.lead_id == CONTACTS.c.lead_id)
    is_stored = seen_facts(own, None).exists()
    taken_back = CONTACTS.c.import_id == import_id, HELD, or_(has_another, ~is_stored)
    return update(CONTACTS).where(*taken_back).values(NO_CONTACT)


def forgotten_among(connection: Connection, lead_ids: Sequence[LeadId]) -> dict[LeadId, str]:
    """Return which leads are those of forgotten persons, each with what holds a person's leads together."""
    found: dict[LeadId, str] = {}
    for start in range(0, len(lead_ids), KEYS_ASKED_AT_ONCE):
        some = FORGOTTEN.c.lead_id.in_(lead_ids[start : start + KEYS_ASKED_AT_ONCE])
        asked = select(FORGOTTEN.c.lead_id, FORGOTTEN.c.token).where(some)
        found |= {LeadId(row.lead_id): row.token for row in connection.execute(asked)}
    return found


def _without_forgotten(connection: Connection, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Return facts as they may be kept: those of forgotten persons without anything that names them."""
    of_leads = list({fact.lead_id for fact in facts if not isinstance(fact, Spend | Plan)})
    forgotten = forgotten_among(connection, of_leads)
    if not forgotten:
        return facts
    texts = keyring_of(connection).texts
    return [without_person(fact, forgotten, texts) for fact in facts]


def seen_among(connection: Connection, lead_ids: Sequence[LeadId]) -> set[LeadId]:
    """Return which leads are stored by an import that was not taken back, or by none."""
    leads = select(FACTS.c.lead_id).where(FACTS.c.kind == "lead", FACTS.c.lead_id.in_(lead_ids))
    return {LeadId(one) for one in connection.execute(seen_facts(leads, None)).scalars() if one is not None}


def new_among(connection: Connection, facts: Sequence[Fact], seen: dict[bytes, bytes]) -> list[bool]:
    """Return which facts would be stored, without storing them; ``seen`` remembers them for the next call."""
    facts = _without_forgotten(connection, facts)
    keyed = [(_lead_of(fact), key_of(fact), digest_of(fact)) for fact in facts]
    latest = _latest_versions(connection, [(lead_id, key) for lead_id, key, _ in keyed if key not in seen])
    new = []
    for _, key, digest in keyed:
        before = seen[key] if key in seen else latest.get(key, (None, 0))[0]
        new.append(before != digest)
        seen[key] = digest
    return new


def _cannot_have_been_known(correction: Fact, corrected_known_us: int) -> bool:
    return correction.back_dated or microseconds(correction.known_at) <= corrected_known_us


def last_number_in(connection: Connection) -> int:
    """Return the largest storage number; 0 for an empty store."""
    return int(connection.execute(LAST_NUMBER).scalar_one())


def _columns(fact: Fact, key: bytes, digest: bytes, import_id: int | None) -> dict[str, object]:
    return {
        "kind": KIND_OF[type(fact)],
        "lead_id": _lead_of(fact),
        "key": key,
        "digest": digest,
        "at_us": microseconds(fact.at),
        "known_us": microseconds(fact.known_at),
        "import_id": import_id,
        "payload": encoded(fact),
    }


def _lead_of(fact: Fact) -> LeadId | None:
    return None if isinstance(fact, Spend | Plan) else fact.lead_id


def _latest_versions(
    connection: Connection, keyed: Sequence[tuple[LeadId | None, bytes]]
) -> dict[bytes, tuple[bytes, int]]:
    """Return the digest that each lead's key was stored with last, and when that was known; undone imports left aside."""
    latest: dict[bytes, tuple[bytes, int]] = {}
    asked = seen_facts(select(FACTS.c.key, FACTS.c.digest, FACTS.c.known_us), None).order_by(FACTS.c.number)
    asked = asked.where(FACTS.c.key.in_(bindparam("keys", expanding=True)))
    of_leads = asked.where(FACTS.c.lead_id.in_(bindparam("leads", expanding=True)))
    of_none = asked.where(FACTS.c.lead_id.is_(None))
    for start in range(0, len(keyed), KEYS_ASKED_AT_ONCE):
        some = keyed[start : start + KEYS_ASKED_AT_ONCE]
        leads = list(dict.fromkeys(lead_id for lead_id, _ in some if lead_id is not None))
        keys = list(dict.fromkeys(key for lead_id, key in some if lead_id is not None))
        others = list(dict.fromkeys(key for lead_id, key in some if lead_id is None))
        rows = [*connection.execute(of_leads, {"leads": leads, "keys": keys})] if leads else []
        rows += [*connection.execute(of_none, {"keys": others})] if others else []
        latest.update((row.key, (row.digest, row.known_us)) for row in rows)
    return latest


def _remember_persons(connection: Connection, facts: Iterable[Fact]) -> None:
    rows = {
        (key, fact.lead_id): {"person_key": key, "lead_id": fact.lead_id, "at_us": microseconds(fact.at)}
        for fact in facts
        if isinstance(fact, Lead)
        for key in fact.person_keys
    }
    if not rows:
        return
    known = select(PERSONS.c.person_key, PERSONS.c.lead_id)
    known = known.where(PERSONS.c.lead_id.in_(bindparam("leads", expanding=True)))
    leads = sorted({lead_id for _, lead_id in rows})
    for start in range(0, len(leads), KEYS_ASKED_AT_ONCE):
        for row in connection.execute(known, {"leads": leads[start : start + KEYS_ASKED_AT_ONCE]}):
            rows.pop((row.person_key, LeadId(row.lead_id)), None)
    if rows:
        connection.execute(insert(PERSONS), list(rows.values()))


def seen_facts(chosen: AnySelect, up_to: int | None) -> AnySelect:
    """Keep to facts up to a number, without those of imports undone by then."""
    undone: ColumnElement[bool] = IMPORTS.c.undone_number.is_not(None)
    if up_to is not None:
        chosen = chosen.where(FACTS.c.number <= up_to)
        undone = and_(undone, IMPORTS.c.undone_number <= up_to)
    gone = select(IMPORTS.c.id).where(undone)
    return chosen.where(or_(FACTS.c.import_id.is_(None), FACTS.c.import_id.not_in(gone)))


def _lead_rows(up_to: int | None) -> AnySelect:
    columns = (FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
    chosen = seen_facts(select(*columns), up_to).where(FACTS.c.kind.in_(LEAD_KINDS))
    return chosen.order_by(FACTS.c.lead_id, FACTS.c.number)


def _grouped(rows: Iterable[AnyRow], number: int) -> Iterator[LeadHistory]:
    """Yield the histories of rows sorted by lead; a lead whose own fact has not come is left out."""
    for lead_id, group in groupby(rows, key=lambda row: row[2]):
        history = LeadHistory(LeadId(lead_id), tuple([_stored(row) for row in group]), number)
        if any(isinstance(one.fact, Lead) for one in history.stored):
            yield history


def _stored(row: AnyRow) -> Stored:
    return Stored(row[0], lead_fact(row[1], LeadId(row[2]), row[3], row[4], row[5]))
