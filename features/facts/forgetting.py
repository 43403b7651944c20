"""A person who asks to be forgotten is forgotten everywhere; what his leads teach stays, and nobody can tell whose they were.

Everywhere is: the contact book, the keys that open it (so every copy of the book as well), what managers noted, free texts of
the form, letters to other systems that lie unsent, and whatever else in facts and in the rows of logged scores repeats the
phone, the e-mail or the name. A fact keeps its time, its levels and numbers, and how many words a text had: reports and models
are as before. This is the one place where a stored fact is written anew. The leads are remembered as forgotten, so that no old
file brings the person back.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

import orjson
from sqlalchemy import Connection, Engine, Select, delete, insert, or_, select, update

from features.errors import UnknownLead
from features.facts.codec import encoded, lead_fact, microseconds
from features.facts.contact_signs import HIDDEN, holds_contact, page_of
from features.facts.contacts import Contact, contacts_in
from features.facts.database import wiped, writing
from features.facts.forgotten import forgotten_among
from features.facts.identity import digest_of
from features.facts.keyring import keyring_of
from features.facts.sealed_texts import (
    dotted,
    opened_texts,
    sealed_keys,
    telling_without_person,
    without_person,
)
from features.facts.tables import (
    CONTACTS,
    CONVERSION_BATCHES,
    CONVERSIONS,
    FACTS,
    FORGOTTEN,
    OUTBOX,
    PERSONS,
    SCORES,
    WEBHOOK_LEADS,
    WEBHOOK_SETTLED,
)  # fmt: skip
from features.facts.tellings import TELLING, Telling, stored_telling, telling_key, telling_payload
from features.facts.values import Call, Lead, LeadFact, LeadId, Source, Stage
from features.facts.write_ahead_log import leave_no_trace

Said = TypeVar("Said")
SHORTEST_NAME = 3
SHORTEST_NUMBER = 7
MARKED = frozenset({"channel", "medium", "campaign", "ad", "keyword", "landing_page", "offer", "discount"})
"""What a score's row holds of the marks."""
EMPTIED = (
    "Emptied: it told of somebody who has been forgotten since. Hand out its batch again for the others (/conversions)."
)

NOT_TOLD = "Emptied: it told of somebody who has been forgotten since."


@dataclass(frozen=True, slots=True)
class Signs:
    """By what a person is recognised in somebody's words; the repr of it shows nothing."""

    words: frozenset[str]
    numbers: frozenset[str]

    def __repr__(self) -> str:
        return "Signs()"

    def are_in(self, text: str) -> bool:
        """Return whether a text repeats the person's e-mail, phone or a part of his name, also as an address writes them."""
        text = unquote(text) if "%" in text else text
        said = text.casefold()
        if any(word in said for word in self.words):
            return True
        digits = re.sub(r"\D", "", text)
        return any(number in digits for number in self.numbers)


def forget_person(engine: Engine, lead_id: LeadId, *, texts: frozenset[str], moment: datetime) -> list[LeadId]:
    """Forget the person of a lead; return his leads, all of them that share a phone or an e-mail with one another.

    Asked again it does what is left to do: a process that ended in the middle has destroyed the keys and no more.

    Parameters
    ----------
    texts
        The company's fields of free text.

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
        leads = _leads_of_person(connection, lead_id)
        known, keys = contacts_in(connection, leads)
        payloads = connection.execute(select(FACTS.c.payload).where(FACTS.c.lead_id.in_(leads))).scalars().all()
        if not payloads and not known:
            raise UnknownLead(lead_id)
        signs = _signs_of(known)
        facts, tellings = _facts_of(connection, leads), _tellings_of(connection, leads)
        before = forgotten_among(connection, leads)
        token = next(iter(before.values()), secrets.token_hex(16))
        tokens = dict.fromkeys(leads, token)
        for number, fact in facts:
            _write_anew(connection, number, _without_signs(without_person(fact, tokens, texts), signs))
        for number, of, telling in tellings:
            _write_telling_anew(
                connection, number, of, _telling_without_signs(telling_without_person(telling, texts), signs)
            )
        answers = {name for _, fact in facts if isinstance(fact, Lead | Call) for name in fact.answers}
        _write_rows_anew(connection, leads, frozenset({*answers, *MARKED}), signs)
        _empty_letters(connection, leads, moment)
        connection.execute(delete(CONTACTS).where(CONTACTS.c.lead_id.in_(leads)))
        first = connection.execute(select(PERSONS).where(PERSONS.c.lead_id.in_(leads))).all()
        connection.execute(delete(PERSONS).where(PERSONS.c.lead_id.in_(leads)))
        came = {row.lead_id: row.at_us for row in first}
        if came:
            linked = [{"person_key": token, "lead_id": one, "at_us": at_us} for one, at_us in came.items()]
            connection.execute(insert(PERSONS), linked)
        new = [one for one in leads if one not in before]
        if new:
            at_us = microseconds(moment)
            connection.execute(insert(FORGOTTEN), [{"lead_id": one, "token": token, "at_us": at_us} for one in new])
        # The last thing before all of it holds: the rows that name these keys are gone afterwards, and nobody would find them.
        keyring.destroy([*keys, *(key for payload in payloads for key in sealed_keys(payload))])
    leave_no_trace(engine)
    return leads


def _leads_of_person(connection: Connection, lead_id: LeadId) -> list[LeadId]:
    """Return the leads that share a phone or an e-mail with the lead, or with one that does, and so on."""
    found: set[str] = set()
    new = {str(lead_id)}
    while new:
        found |= new
        keys = select(PERSONS.c.person_key).where(PERSONS.c.lead_id.in_(new))
        others = select(PERSONS.c.lead_id).where(PERSONS.c.person_key.in_(keys))
        new = set(connection.execute(others).scalars()) - found
    return [LeadId(one) for one in sorted(found)]


def _signs_of(contacts: Iterable[Contact]) -> Signs:
    words, numbers = set[str](), set[str]()
    for one in contacts:
        words |= {part for part in re.split(r"[\W\d_]+", (one.name or "").casefold()) if len(part) >= SHORTEST_NAME}
        if one.email and one.email.strip():
            words.add(one.email.strip().casefold())
        digits = re.sub(r"\D", "", one.phone or "")
        if len(digits) >= SHORTEST_NUMBER:
            numbers.add(digits[-10:])  # without the country's code, which is written or left out
    return Signs(frozenset(words), frozenset(numbers))


def _facts_of(connection: Connection, leads: list[LeadId]) -> list[tuple[int, LeadFact]]:
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
    """Empty the letters to ad systems that tell of some leads and were not delivered; a person sees which those are.

    A letter tells of many, and what it holds of one cannot be told from the rest: whoever looks after it hands out its batch
    again, without the forgotten.
    """
    batches = select(CONVERSIONS.c.batch_id).where(CONVERSIONS.c.lead_id.in_(leads))
    letters = select(CONVERSION_BATCHES.c.letter_id).where(
        CONVERSION_BATCHES.c.id.in_(batches), CONVERSION_BATCHES.c.letter_id.is_not(None)
    )
    now = microseconds(moment)
    full = update(OUTBOX).where(OUTBOX.c.id.in_(letters), OUTBOX.c.body.is_not(None))
    connection.execute(full.values(body=None, state="dead", answer=EMPTIED, changed_us=now))
    alone = update(OUTBOX).where(OUTBOX.c.id.in_(_webhooks_about(connection, leads)))
    connection.execute(alone.values(body=None, state="dead", answer=NOT_TOLD, changed_us=now))
    for told in (WEBHOOK_LEADS, WEBHOOK_SETTLED):
        connection.execute(delete(told).where(told.c.lead_id.in_(leads)))


def _webhooks_about(connection: Connection, leads: list[LeadId]) -> list[int]:
    """Return the webhooks that tell of some leads and were not delivered."""
    lie = select(OUTBOX.c.id, OUTBOX.c.body).where(OUTBOX.c.kind.like("webhook:lead.%"), OUTBOX.c.body.is_not(None))
    return [row.id for row in connection.execute(lie) if orjson.loads(row.body)["data"]["lead_id"] in leads]


def _write_rows_anew(connection: Connection, leads: list[LeadId], names: frozenset[str], signs: Signs) -> None:
    """Hide the person in the rows of logged scores as in the facts, so that they are still the ones that facts make.

    Where somebody only asked for a score, nothing says of whom: such a row is hers where it repeats her phone or e-mail.
    """
    rows = select(SCORES.c.id, SCORES.c.row)
    _hide_in_rows(connection, rows.where(SCORES.c.lead_id.in_(leads)), names, signs)
    sure = Signs(frozenset(word for word in signs.words if "@" in word), signs.numbers)
    groups = (f"%{one[-10:-7]}%{one[-7:-4]}%{one[-4:-2]}%{one[-2:]}%" for one in sure.numbers)
    hers = [SCORES.c.row.like(one) for one in (*(f"%{word}%" for word in sure.words), *groups)]
    if hers:
        _hide_in_rows(connection, rows.where(SCORES.c.lead_id.is_(None), or_(*hers)), names, sure)


def _hide_in_rows(connection: Connection, rows: Select[int, str], names: frozenset[str], signs: Signs) -> None:
    for score_id, row in connection.execute(rows).all():
        told: dict[str, Any] = orjson.loads(row)
        anew = {name: _level_without(name, value, signs) if name in names else value for name, value in told.items()}
        if anew != told:
            change = update(SCORES).where(SCORES.c.id == score_id)
            connection.execute(change.values(row=orjson.dumps(anew).decode()))


def _level_without(name: str, level: Any, signs: Signs) -> Any:
    if not isinstance(level, str):
        return level
    if holds_contact(level):
        return HIDDEN
    if not signs.are_in(level):
        return level
    return HIDDEN if name in MARKED else dotted(level)


def _write_anew(connection: Connection, number: int, fact: LeadFact) -> None:
    anew = {"payload": encoded(fact), "digest": digest_of(fact)}
    connection.execute(update(FACTS).where(FACTS.c.number == number).values(anew))


def _telling_without_signs(telling: Telling, signs: Signs) -> Telling:
    return replace(telling, answers=_hidden(telling.answers, signs), marks=_marks_without(telling.marks, signs))


def _marks_without(marks: Mapping[str, str], signs: Signs) -> dict[str, str]:
    kept = {name: page_of(word) if signs.are_in(word) else word for name, word in marks.items()}
    return {name: HIDDEN if signs.are_in(word) else word for name, word in kept.items()}


def _without_signs(fact: LeadFact, signs: Signs) -> LeadFact:
    """Return a fact in which nothing repeats the person; words that do are hidden whole."""
    if isinstance(fact, Lead | Call):
        return replace(fact, answers=_hidden(fact.answers, signs))
    if isinstance(fact, Source):
        return replace(fact, marks=_marks_without(fact.marks, signs))
    if isinstance(fact, Stage):
        return replace(fact, reason=HIDDEN if fact.reason and signs.are_in(fact.reason) else fact.reason)
    return fact


def _hidden(
    answers: Mapping[str, Said | str | tuple[str, ...]], signs: Signs
) -> dict[str, Said | str | tuple[str, ...]]:
    told = dict(answers)
    for name, answer in answers.items():
        if isinstance(answer, str) and signs.are_in(answer):
            told[name] = dotted(answer)
        elif isinstance(answer, tuple):
            told[name] = tuple(HIDDEN if signs.are_in(one) else one for one in answer)
    return told
