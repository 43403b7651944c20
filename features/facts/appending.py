"""Facts into the log: what says nothing new is not stored again, what is corrected stays, and numbers only grow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from features.facts.codec import KIND_OF, MICROSECOND, encoded, instant, microseconds
from features.facts.contacts import Contact, ContactOfLead
from features.facts.database import in_parts
from features.facts.forgotten import forgotten_among
from features.facts.identity import digest_of, key_of
from features.facts.kept_of_forgotten import KeptOfForgotten, OfCompany
from features.facts.keyring import keyring_of
from features.facts.person_signs import signs_of
from features.facts.sealed_texts import sealed_texts
from features.facts.seen_facts import last_number_in, seen_facts
from features.facts.tables import FACTS, PERSONS
from features.facts.values import Call, Fact, Lead, LeadId, Plan, Spend, Stage

OF_ONE_EXPORT = 1_000_000
"""Microseconds: corrections known so little apart are of one export, and were told in the order in which they are read."""


def append_in(
    connection: Connection,
    facts: Sequence[Fact],
    *,
    import_id: int | None = None,
    corrections_known_at: datetime | None = None,
    corrects: bool = True,
    last_told: Sequence[bool] | None = None,
    contacts: Sequence[ContactOfLead] = (),
) -> list[int | None]:
    """Store facts inside a transaction of the caller's; return numbers as ``FactStore.append`` does.

    A correction that is back-dated, or says it was known no later than what it corrects, was not known at that time:
    it is known at ``corrections_known_at``; of two such the one that stands later in the file counts, so it is known a
    moment later. Of several rows that tell of the same stored fact the last alone is stored, unless an earlier one has a moment
    of its own at which it was news; ``last_told`` says of each fact whether no row after these tells it again.
    Where nothing ``corrects``, only facts of which no version is stored go in. ``contacts`` came with the facts: of a forgotten
    person nothing is kept that repeats them.
    """
    facts = _without_forgotten(connection, facts, contacts)
    keyed = [(fact, key_of(fact), digest_of(fact)) for fact in facts]
    latest = _latest_versions(connection, [(_lead_of(fact), key) for fact, key, _ in keyed])
    new, numbers = [], list[int | None]([None] * len(keyed))
    is_last = _last_among([key for _, key, _ in keyed], last_told)
    for position, (fact, key, digest) in enumerate(keyed):
        before, known_us = latest.get(key, (None, 0))
        if before is not None and not corrects:
            continue
        if before != digest:
            is_import = corrections_known_at is not None
            if before is not None and is_import and not is_last[position] and _is_no_news(fact, known_us):
                continue
            if before is not None and corrections_known_at is not None and _cannot_have_been_known(fact, known_us):
                known_at = max(corrections_known_at, fact.known_at)
                if 0 <= known_us - microseconds(known_at) < OF_ONE_EXPORT:
                    known_at = instant(known_us) + MICROSECOND
                fact = replace(fact, known_at=known_at, back_dated=False)
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


def new_among(
    connection: Connection,
    facts: Sequence[Fact],
    seen: dict[bytes, tuple[bytes, int]],
    *,
    corrections_known_at: datetime,
    last_told: Sequence[bool] | None = None,
    contacts: Sequence[ContactOfLead] = (),
) -> list[bool]:
    """Return which facts would be stored, without storing them; ``seen`` remembers them for the next call."""
    facts = _without_forgotten(connection, facts, contacts)
    keyed = [(_lead_of(fact), key_of(fact), digest_of(fact)) for fact in facts]
    latest = _latest_versions(connection, [(lead_id, key) for lead_id, key, _ in keyed if key not in seen])
    new = []
    is_last = _last_among([key for _, key, _ in keyed], last_told)
    for position, (_, key, digest) in enumerate(keyed):
        fact = facts[position]
        before, known_us = seen[key] if key in seen else latest.get(key, (None, 0))
        if before is not None and before != digest and not is_last[position] and _is_no_news(fact, known_us):
            new.append(False)
            continue
        new.append(before != digest)
        if before is not None and before != digest and _cannot_have_been_known(fact, known_us):
            known_us = max(microseconds(corrections_known_at), microseconds(fact.known_at), known_us)
        elif before != digest:
            known_us = microseconds(fact.known_at)
        seen[key] = digest, known_us
    return new


def _last_among(keys: Sequence[bytes], last_told: Sequence[bool] | None) -> list[bool]:
    """Return of each whether none of the same key stands after it, here or, as ``last_told`` says, further on."""
    last = {key: position for position, key in enumerate(keys)}
    return [last[key] == n and (last_told is None or last_told[n]) for n, key in enumerate(keys)]


def _is_no_news(fact: Fact, stored_known_us: int) -> bool:
    """Return whether a fact that is told again further on has no moment of its own at which it was news."""
    return (isinstance(fact, Stage) and fact.is_status) or _cannot_have_been_known(fact, stored_known_us)


def _without_forgotten(
    connection: Connection, facts: Sequence[Fact], contacts: Sequence[ContactOfLead]
) -> Sequence[Fact]:
    """Return facts as they may be kept: those of forgotten persons without anything that names them."""
    of_leads = list({fact.lead_id for fact in facts if not isinstance(fact, Spend | Plan)})
    forgotten = forgotten_among(connection, of_leads)
    if not forgotten:
        return facts
    texts = keyring_of(connection).texts
    told: dict[LeadId, list[Contact]] = {lead_id: [] for lead_id in forgotten}
    for one in contacts:
        if one.lead_id in told:
            told[one.lead_id].append(one.contact)
    kept = {
        lead_id: KeptOfForgotten(token, texts, signs_of(told[lead_id]), OfCompany(connection, [lead_id]))
        for lead_id, token in forgotten.items()
    }
    named = [fact for fact in facts if _has_an_id(fact) and _lead_of(fact) in kept]
    stored = _latest_versions(connection, [(_lead_of(fact), key_of(fact)) for fact in named])
    return [
        fact if isinstance(fact, Spend | Plan) or fact.lead_id not in kept else kept[fact.lead_id].fact(fact, stored)
        for fact in facts
    ]


def _has_an_id(fact: Fact) -> bool:
    return bool((isinstance(fact, Call) and fact.call_id) or (isinstance(fact, Stage) and fact.stage_id))


def _latest_versions(
    connection: Connection, keyed: Sequence[tuple[LeadId | None, bytes]]
) -> dict[bytes, tuple[bytes, int]]:
    """Return the digest that each lead's key was stored with last, and when that was known; undone imports left aside."""
    latest: dict[bytes, tuple[bytes, int]] = {}
    asked = seen_facts(select(FACTS.c.key, FACTS.c.digest, FACTS.c.known_us), None).order_by(FACTS.c.number)
    asked = asked.where(FACTS.c.key.in_(bindparam("keys", expanding=True)))
    of_leads = asked.where(FACTS.c.lead_id.in_(bindparam("leads", expanding=True)))
    of_none = asked.where(FACTS.c.lead_id.is_(None))
    for some in in_parts(keyed):
        leads = list(dict.fromkeys(lead_id for lead_id, _ in some if lead_id is not None))
        keys = list(dict.fromkeys(key for lead_id, key in some if lead_id is not None))
        others = list(dict.fromkeys(key for lead_id, key in some if lead_id is None))
        rows = [*connection.execute(of_leads, {"leads": leads, "keys": keys})] if leads else []
        rows += [*connection.execute(of_none, {"keys": others})] if others else []
        latest.update((row.key, (row.digest, row.known_us)) for row in rows)
    return latest


def _cannot_have_been_known(correction: Fact, corrected_known_us: int) -> bool:
    return correction.back_dated or microseconds(correction.known_at) <= corrected_known_us


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
    for some in in_parts(leads):
        for row in connection.execute(known, {"leads": some}):
            rows.pop((row.person_key, LeadId(row.lead_id)), None)
    if rows:
        connection.execute(insert(PERSONS), list(rows.values()))
