"""A person who asks to be forgotten is forgotten everywhere; what his leads teach stays, and nobody can tell whose they were.

Everywhere is: the contact book, the keys that open it (so every copy of the book as well), what managers noted, free texts of
the form, letters to other systems that lie unsent, answers kept for a repetition, and whatever else in facts and in the rows of
logged scores repeats the phone, the e-mail or the name. A fact keeps its time, its levels and numbers, and how many words a text
had: reports and models are as before. This is the one place where a stored fact is written anew. The leads are remembered as
forgotten, so that no old file brings the person back.

Whose leads are whose says ``persons.py``. Of a lead that had a phone or an e-mail of the person's once, and was corrected since,
what it had before is destroyed and what it says now stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Select, delete, insert, or_, select, update

from features.errors import UnknownLead
from features.facts.codec import KIND_OF, encoded, lead_fact, microseconds
from features.facts.contact_signs import HIDDEN
from features.facts.contacts import Contact, contacts_in, told_contacts
from features.facts.database import in_parts, wiped, writing
from features.facts.forgotten import forgotten_among
from features.facts.identity import digest_of, key_of
from features.facts.kept_of_forgotten import MARKED, KeptOfForgotten, OfCompany
from features.facts.keyring import keyring_of
from features.facts.person_signs import Signs, signs_of
from features.facts.persons import Person, person_of
from features.facts.sealed_texts import opened_texts, sealed_keys
from features.facts.tables import (
    CONTACTS,
    CONVERSION_BATCHES,
    CONVERSIONS,
    CRM_WRITTEN,
    FACTS,
    FORGOTTEN,
    KEPT_ANSWERS,
    OUTBOX,
    PERSONS,
    SCORES,
    WEBHOOK_LEADS,
    WEBHOOK_SETTLED,
)  # fmt: skip
from features.facts.tellings import TELLING, Telling, stored_telling, telling_key, telling_payload
from features.facts.values import Call, Lead, LeadFact, LeadId
from features.facts.write_ahead_log import leave_no_trace

ASKED_IN_ONE = 50
EMPTIED = (
    "Emptied: it told of somebody who has been forgotten since. Hand out its batch again for the others (/conversions)."
)
NOBODY = Contact(None, None, None)
NOT_TOLD = "Emptied: it told of somebody who has been forgotten since."


class Forgetting(NamedTuple):
    """What was forgotten, and what was not.

    ``leads`` are the person's leads. ``once`` are leads that stay, though they share with one of those a phone or an e-mail that
    one of the two has no more. ``shared`` says of each phone or e-mail that was not followed, as it is nobody's own, how many
    leads have it. ``signs`` are by what the person was recognised.
    """

    leads: list[LeadId]
    once: list[LeadId]
    shared: list[int]
    signs: Signs


def forget_person(
    engine: Engine, lead_id: LeadId, *, texts: frozenset[str], moment: datetime, also: Contact | None = None
) -> Forgetting:
    """Forget the person of a lead.

    Asked again it does what is left to do: a process that ended in the middle has destroyed the keys and no more.

    Parameters
    ----------
    texts
        The company's fields of free text.
    also
        By what else the person is recognised in somebody's words: a contact that is not stored, or no more.

    Raises
    ------
    UnknownLead
        Where no fact and no contact of such a lead is stored.
    StoreUnreachable
        Where somebody reads the database for so long that what was there cannot be overwritten yet; asked again, it is.
    """
    keyring = keyring_of(engine)
    with writing(engine) as connection:  # nothing comes of these leads between what is read here and what is written
        wiped(connection)
        person = person_of(connection, lead_id)
        leads = sorted(person.leads)
        known, keys = contacts_in(connection, leads)
        payloads = connection.execute(select(FACTS.c.payload).where(FACTS.c.lead_id.in_(leads))).scalars().all()
        if not payloads and not known:
            raise UnknownLead(lead_id)
        signs = signs_of([*known, *([also] if also else [])])
        facts, tellings = _facts_of(connection, leads), _tellings_of(connection, leads)
        before = forgotten_among(connection, leads)
        token = next(iter(before.values()), secrets.token_hex(16))
        of_company = OfCompany(connection, leads)
        kept = {one: KeptOfForgotten(before.get(one, token), texts, signs, of_company) for one in leads}
        for number, fact in facts:
            _write_anew(connection, number, kept[fact.lead_id].fact(fact))
        for number, of, telling in tellings:
            _write_telling_anew(connection, number, of, kept[of].telling(telling))
        answers = {name for _, fact in facts if isinstance(fact, Lead | Call) for name in fact.answers}
        _write_rows_anew(connection, leads, frozenset({*answers, *MARKED}), kept[leads[0]])
        _write_answers_anew(connection, leads, signs)
        _empty_letters(connection, leads, moment)
        connection.execute(delete(CONTACTS).where(CONTACTS.c.lead_id.in_(leads)))
        keys += _contacts_of_before(connection, person, signs)
        _forget_keys(connection, person, {one: kept[one].token for one in leads})
        _remember_forgotten(connection, leads, token, moment)
        # The last thing before all of it holds: the rows that name these keys are gone afterwards, and nobody would find them.
        keyring.destroy([*keys, *(key for payload in payloads for key in sealed_keys(payload))])
    leave_no_trace(engine)
    return Forgetting(leads, sorted(person.once), sorted(person.shared.values()), signs)


def _contacts_of_before(connection: Connection, person: Person, signs: Signs) -> list[int]:
    """Delete the contacts that others' leads had before, where they may be the person's; return the keys they lie under."""
    found: list[int] = []
    for some in in_parts(sorted(person.once)):
        kept = select(CONTACTS).where(CONTACTS.c.lead_id.in_(some)).order_by(CONTACTS.c.id)
        rows = connection.execute(kept).all()
        held = {row.lead_id: row.id for row in rows if row.key_id is None or row.sealed is not None}
        before = [row for row in rows if row.id != held.get(row.lead_id)]
        of_his = [
            row
            for row, told in zip(before, told_contacts(before, keyring_of(connection)), strict=True)
            if told == NOBODY or any(signs.sure.are_in(word) for word in (told.phone, told.email) if word)
        ]
        connection.execute(delete(CONTACTS).where(CONTACTS.c.id.in_([row.id for row in of_his])))
        found += [row.key_id for row in of_his if row.key_id is not None]
    return found


def _forget_keys(connection: Connection, person: Person, tokens: dict[LeadId, str]) -> None:
    """Put a token in the place of the hashes that recognise the person, and leave them out of what others' leads said before."""
    first = connection.execute(select(PERSONS).where(PERSONS.c.lead_id.in_(tokens))).all()
    connection.execute(delete(PERSONS).where(PERSONS.c.lead_id.in_(tokens)))
    connection.execute(delete(PERSONS).where(PERSONS.c.person_key.in_(person.keys)))
    came = {row.lead_id: row.at_us for row in first}
    if came:
        linked = [{"person_key": tokens[one], "lead_id": one, "at_us": at_us} for one, at_us in came.items()]
        connection.execute(insert(PERSONS), linked)
    for some in in_parts(sorted(person.once)):
        _leave_keys_out(connection, some, person.keys)


def _leave_keys_out(connection: Connection, leads: Sequence[LeadId], keys: Collection[str]) -> None:
    """Leave hashes out of what was told of some leads; what is sealed there stays sealed."""
    asked = select(FACTS.c.number, FACTS.c.payload).where(FACTS.c.lead_id.in_(leads), FACTS.c.kind == KIND_OF[Lead])
    sealed = {row.number: orjson.loads(row.payload) for row in connection.execute(asked)}
    for number, fact in _facts_of(connection, leads):
        if isinstance(fact, Lead) and not set(fact.person_keys).isdisjoint(keys):
            others = tuple([one for one in fact.person_keys if one not in keys])
            payload = orjson.dumps({**sealed[number], "person_keys": others}).decode()
            anew = {"payload": payload, "digest": digest_of(replace(fact, person_keys=others))}
            connection.execute(update(FACTS).where(FACTS.c.number == number).values(anew))


def _remember_forgotten(connection: Connection, leads: Sequence[LeadId], token: str, moment: datetime) -> None:
    """Remember that some leads are forgotten, and when that was last."""
    at_us, before = microseconds(moment), forgotten_among(connection, leads)
    connection.execute(update(FORGOTTEN).where(FORGOTTEN.c.lead_id.in_(before)).values(at_us=at_us))
    new = [{"lead_id": one, "token": token, "at_us": at_us} for one in leads if one not in before]
    if new:
        connection.execute(insert(FORGOTTEN), new)


def _facts_of(connection: Connection, leads: Sequence[LeadId]) -> list[tuple[int, LeadFact]]:
    """Return every stored fact of some leads, those of imports that were taken back among them."""
    columns = (FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
    mine = FACTS.c.lead_id.in_(leads), FACTS.c.kind != TELLING
    rows = connection.execute(select(*columns).where(*mine)).all()
    readable = opened_texts(rows, keyring_of(connection))
    return [(row[0], lead_fact(row[1], LeadId(row[2]), row[3], row[4], row[5])) for row in readable]


def _tellings_of(connection: Connection, leads: list[LeadId]) -> list[tuple[int, LeadId, Telling]]:
    """Return what was told of some leads, piece by piece, as it lies beside the facts that it made."""
    columns = (FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
    mine = FACTS.c.lead_id.in_(leads), FACTS.c.kind == TELLING
    rows = connection.execute(select(*columns).where(*mine)).all()
    readable = opened_texts(rows, keyring_of(connection))
    return [(row[0], LeadId(row[2]), stored_telling(row[3], row[5])) for row in readable]


def _write_telling_anew(connection: Connection, number: int, lead_id: LeadId, telling: Telling) -> None:
    key = telling_key(lead_id, telling)
    anew = {"payload": telling_payload(telling).decode(), "key": key, "digest": key}
    connection.execute(update(FACTS).where(FACTS.c.number == number).values(anew))


def _empty_letters(connection: Connection, leads: list[LeadId], moment: datetime) -> None:
    """Empty the letters that tell of some leads and were not delivered; a person sees which those are.

    A letter to an ad system tells of many, and what it holds of one cannot be told from the rest: whoever looks after it hands out
    its batch again, without the forgotten.
    """
    batches = select(CONVERSIONS.c.batch_id).where(CONVERSIONS.c.lead_id.in_(leads))
    letters = select(CONVERSION_BATCHES.c.letter_id).where(
        CONVERSION_BATCHES.c.id.in_(batches), CONVERSION_BATCHES.c.letter_id.is_not(None)
    )
    now = microseconds(moment)
    full = update(OUTBOX).where(OUTBOX.c.id.in_(letters), OUTBOX.c.body.is_not(None))
    connection.execute(full.values(body=None, state="dead", answer=EMPTIED, changed_us=now))
    to_crm = CRM_WRITTEN.c.letter_id.in_(select(OUTBOX.c.id).where(OUTBOX.c.body.is_not(None)))
    about = select(CRM_WRITTEN.c.letter_id).where(CRM_WRITTEN.c.lead_id.in_(leads), to_crm)
    unsent = [*_webhooks_about(connection, leads), *connection.execute(about).scalars()]
    again = update(CRM_WRITTEN).where(CRM_WRITTEN.c.lead_id.in_(leads), to_crm)
    connection.execute(again.values(probability=None, owed=1))  # the CRM is told the score anew, for other reasons
    alone = update(OUTBOX).where(OUTBOX.c.id.in_(unsent))
    connection.execute(alone.values(body=None, state="dead", answer=NOT_TOLD, changed_us=now))
    for told in (WEBHOOK_LEADS, WEBHOOK_SETTLED):
        connection.execute(delete(told).where(told.c.lead_id.in_(leads)))


def _webhooks_about(connection: Connection, leads: list[LeadId]) -> list[int]:
    """Return the webhooks that tell of some leads and were not delivered."""
    lie = select(OUTBOX.c.id, OUTBOX.c.body).where(OUTBOX.c.kind.like("webhook:lead.%"), OUTBOX.c.body.is_not(None))
    return [row.id for row in connection.execute(lie) if orjson.loads(row.body)["data"]["lead_id"] in leads]


def _write_rows_anew(connection: Connection, leads: list[LeadId], names: frozenset[str], kept: KeptOfForgotten) -> None:
    """Hide the person in the rows of logged scores as in the facts, so that they are still the ones that facts make.

    Where somebody only asked for a score, nothing says of whom: such a row is hers where it repeats her phone or e-mail.
    """
    rows = select(SCORES.c.id, SCORES.c.row)
    _hide_in_rows(connection, rows.where(SCORES.c.lead_id.in_(leads)), names, kept)
    sure = replace(kept, signs=kept.signs.sure)
    groups = (f"%{one[-10:-7]}%{one[-7:-4]}%{one[-4:-2]}%{one[-2:]}%" for one in sure.signs.numbers)
    for some in in_parts([*(f"%{word}%" for word in sure.signs.words), *groups], ASKED_IN_ONE):
        hers = or_(*(SCORES.c.row.like(one) for one in some))
        _hide_in_rows(connection, rows.where(SCORES.c.lead_id.is_(None), hers), names, sure)


def _hide_in_rows(connection: Connection, rows: Select[int, str], names: frozenset[str], kept: KeptOfForgotten) -> None:
    for score_id, row in connection.execute(rows).all():
        told: dict[str, Any] = orjson.loads(row)
        anew = {name: kept.level(name, value) if name in names else value for name, value in told.items()}
        if anew != told:
            change = update(SCORES).where(SCORES.c.id == score_id)
            connection.execute(change.values(row=orjson.dumps(anew).decode()))


def _write_answers_anew(connection: Connection, leads: Collection[LeadId], signs: Signs) -> None:
    """Hide the person in the answers that are kept for who sends a request of his leads again: their reasons repeat words."""
    for some in in_parts(sorted(leads), ASKED_IN_ONE):
        named = [KEPT_ANSWERS.c.answer.contains(_named(one), autoescape=True) for one in some]
        for row in connection.execute(select(KEPT_ANSWERS).where(or_(*named))).all():
            anew = orjson.dumps(_said_without(orjson.loads(row.answer), signs)).decode()
            connection.execute(update(KEPT_ANSWERS).where(KEPT_ANSWERS.c.key == row.key).values(answer=anew))


def _named(lead_id: LeadId) -> str:
    return orjson.dumps({"lead_id": lead_id}).decode()[1:-1]


def _said_without(said: Any, signs: Signs) -> Any:
    """Return what an answer says, the words of a reason hidden where they repeat the person."""
    if isinstance(said, dict):
        return {
            name: HIDDEN if name == "text" and isinstance(one, str) and signs.are_in(one) else _said_without(one, signs)
            for name, one in said.items()
        }
    return [_said_without(one, signs) for one in said] if isinstance(said, list) else said


def _write_anew(connection: Connection, number: int, fact: LeadFact) -> None:
    anew = {"payload": encoded(fact), "key": key_of(fact), "digest": digest_of(fact)}
    connection.execute(update(FACTS).where(FACTS.c.number == number).values(anew))
