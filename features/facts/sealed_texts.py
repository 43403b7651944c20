"""What people wrote in their own words lies sealed beside the rest of a fact, for it may name anybody.

So does what holds an e-mail address (a landing page with one in it) and a reason with a phone number. In the stored payload each
word of such a text is a dot: how many words were written is a feature and stays, also where the key is destroyed. ``sealed`` holds
the texts themselves: a key's number and, in base64, what it seals. Which form fields hold free text, ``company.yaml`` says
(``kind: text``); one that the ABC rules read is no free text, as its words decide a grade.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import Connection, Row, bindparam, select, update

from features.facts.contact_signs import holds_contact
from features.facts.keyring import Keyring, keyring_of
from features.facts.tables import FACTS
from features.facts.tellings import TELLING

if TYPE_CHECKING:
    from features.facts.company import Company

NOTED = ("attracts", "ideal_product", "comment")
MAY_NAME = frozenset({"lead", "source", "call", "stage", TELLING})
SEALED = "sealed"
MAY_BE_SEALED = f'"{SEALED}":['
AT = ("@", "%40")
"""What every e-mail address holds, as it is written and as the address of a page writes it."""
OPENED_AT_ONCE = 2_000
SomeRow = TypeVar("SomeRow", Row[*tuple[Any, ...]], tuple[Any, ...])


def free_texts(company: Company) -> frozenset[str]:
    """Return the fields of a company that hold free text."""
    read_by_rules = {one.field for rules in company.abc for one in rules.criteria.values()}
    return frozenset(name for name, field in company.fields.items() if field.kind == "text") - read_by_rules


def dotted(text: str) -> str:
    """Return a text with a dot for each word.

    >>> dotted("звонить Анне вечером")
    '· · ·'
    """
    return " ".join("·" for _ in text.split())


def sealed_texts(rows: list[dict[str, Any]], keyring: Keyring) -> list[dict[str, Any]]:
    """Return rows of facts, about to be stored, with the texts in their payloads sealed."""
    for row in rows:
        if row["kind"] in MAY_NAME:
            row["payload"] = sealed_payload(row["payload"], row["kind"], row["lead_id"], keyring)
    return rows


def opened_texts(rows: Iterable[SomeRow], keyring: Keyring) -> Iterator[SomeRow]:
    """Yield rows with their texts opened; dots stay where a key is destroyed.

    A row begins with number, kind, lead id, two moments and payload.
    """
    source = iter(rows)
    while some := list(islice(source, OPENED_AT_ONCE)):
        sealed = [place for place, row in enumerate(some) if MAY_BE_SEALED in row[5]]
        payloads = [orjson.loads(some[place][5]) for place in sealed]
        locked = [(said[SEALED][0], b64decode(said[SEALED][1]), some[place][2])
                  for place, said in zip(sealed, payloads, strict=True)]  # fmt: skip
        for place, said, plain in zip(sealed, payloads, keyring.open_all(locked) if locked else [], strict=True):
            row: Any = some[place]
            some[place] = (*row[:5], _with(said, plain), *row[6:])  # type: ignore[call-overload]
        yield from some


def seal_plain_texts(connection: Connection) -> int:
    """Seal what an earlier version kept in plain; return in how many facts."""
    keyring, done, after = keyring_of(connection), 0, 0
    change = update(FACTS).where(FACTS.c.number == bindparam("of")).values(payload=bindparam("now"))
    columns = select(FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.payload).where(FACTS.c.kind.in_(MAY_NAME))
    while True:
        some = columns.where(FACTS.c.number > after).order_by(FACTS.c.number).limit(OPENED_AT_ONCE)
        rows = connection.execute(some).all()
        if not rows:
            return done
        after = rows[-1].number
        plain = [row for row in rows if MAY_BE_SEALED not in row.payload]
        sealed = [(row, sealed_payload(row.payload, row.kind, row.lead_id, keyring)) for row in plain]
        changed = [{"of": row.number, "now": payload} for row, payload in sealed if payload != row.payload]
        if changed:
            connection.execute(change, changed)
        done += len(changed)


def open_sealed_texts(connection: Connection) -> None:
    """Write the texts in plain again, as the version before kept them."""
    columns = (FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
    rows = connection.execute(select(*columns).where(FACTS.c.payload.contains(MAY_BE_SEALED))).all()
    change = update(FACTS).where(FACTS.c.number == bindparam("of")).values(payload=bindparam("now"))
    changed = [{"of": row[0], "now": row[5]} for row in opened_texts(rows, keyring_of(connection))]
    if changed:
        connection.execute(change, changed)


def sealed_keys(payload: str) -> list[int]:
    """Return the data keys that a stored payload is sealed under: one, or none."""
    return [orjson.loads(payload)[SEALED][0]] if MAY_BE_SEALED in payload else []


def sealed_payload(payload: str, kind: str, lead_id: str, keyring: Keyring) -> str:
    """Return a payload with its texts sealed; one that has none is returned as it is, after a glance."""
    if kind == "stage" and '"reason"' not in payload:
        return payload
    if kind in ("lead", "source", TELLING) and not keyring.texts and AT[0] not in payload and AT[1] not in payload:
        return payload
    said = orjson.loads(payload)
    hidden = {"": dict[str, Any](), "answers": dict[str, Any](), "marks": dict[str, Any]()}
    hidden[""] = {name: said[name] for name in NOTED if said.get(name) and not _is_dotted(said[name])}
    if kind == "stage" and holds_contact(said["reason"]):
        hidden[""]["reason"] = said["reason"]
    for part in ("answers", "marks"):
        hidden[part] = {
            name: word for name, word in said.get(part, {}).items() if _is_hidden(name, word, keyring.texts)
        }
    if not any(hidden.values()):
        return payload
    key_id, sealed = keyring.seal(orjson.dumps(hidden), lead_id)
    said |= {name: dotted(text) for name, text in hidden[""].items()}
    for part in ("answers", "marks"):
        if hidden[part]:
            said[part] = said[part] | {name: dotted(text) for name, text in hidden[part].items()}
    return orjson.dumps({**said, SEALED: [key_id, b64encode(sealed).decode()]}).decode()


def _is_hidden(name: str, word: object, texts: frozenset[str]) -> bool:
    return isinstance(word, str) and (
        (name in texts and not _is_dotted(word)) or (any(at in word for at in AT) and holds_contact(word))
    )


def _is_dotted(text: str) -> bool:
    """Return whether a text is dots alone: of a forgotten person nothing else is left, and there is nothing to seal."""
    return text == dotted(text)


def _with(said: dict[str, Any], plain: bytes | None) -> str:
    del said[SEALED]
    hidden = {} if plain is None else orjson.loads(plain)
    said |= hidden.pop("", {})
    for part, words in hidden.items():
        if words:
            said[part] = said[part] | words
    return orjson.dumps(said).decode()
