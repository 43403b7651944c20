"""The outbox in the database: a letter is put in the transaction of what it tells, so neither is there without the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, func, insert, select, update

from features.errors import UnknownLetter
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import OUTBOX
from features.outbox.letter import KeptLetter, Letter, LetterState
from features.outbox.superseded import supersede_among

LONGEST_ANSWER = 500
ON_ITS_WAY = timedelta(minutes=10)
"""No sender needs so long for one letter."""
IN_DOUBT = (
    "It may have arrived: the sender ended before it could note the answer. Look there, then send it again or not."
)


def put_in(connection: Connection, letter: Letter, moment: datetime) -> int:
    """Put a letter inside a transaction of the caller's; return its number, or that of the one with its key."""
    columns = OUTBOX.c
    same = (columns.destination == letter.destination) & (columns.once_key == letter.once_key)
    known = connection.execute(select(columns.id).where(same)).scalar_one_or_none()
    if known is not None:
        return int(known)
    put = insert(OUTBOX).values(**_columns(letter), put_us=microseconds(moment), state="waiting",
                                due_us=microseconds(moment), tries=0, changed_us=microseconds(moment))  # fmt: skip
    return int(connection.execute(put.returning(columns.id)).scalar_one())


class SentAgain(NamedTuple):
    """How many dead letters are sent again, and how many are not, as a newer one about the same was put since."""

    sent: int
    superseded: int


class Outbox:
    """The letters in a database; one sender at a time takes from it.

    A database that does not answer is ``StoreUnreachable`` everywhere.

    Examples
    --------
    >>> from datetime import UTC
    >>> from features.facts.database import engine_for
    >>> from features.facts.tables import METADATA
    >>> engine, noon = engine_for("sqlite://"), datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> METADATA.create_all(engine)
    >>> outbox = Outbox(engine)
    >>> letter = Letter("team", "alarm", "alarm 7", "https://example.com/hook", b"{}", "application/json")
    >>> outbox.put(letter, noon), outbox.put(letter, noon)  # one letter of a key
    (1, 1)
    >>> taken = outbox.take(1, noon)
    >>> outbox.delivered(1, noon, "200")
    >>> outbox.letter(1).state, outbox.due(noon)
    ('delivered', [])
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, letter: Letter, moment: datetime) -> int:
        """Put a letter; return its number."""
        with writing(self._engine) as connection:
            return put_in(connection, letter, moment)

    def due(self, moment: datetime) -> list[tuple[int, str]]:
        """Return number and destination of the letters that may be sent, in the order in which they were put."""
        asked = select(OUTBOX.c.id, OUTBOX.c.destination).where(OUTBOX.c.state == "waiting")
        with reading(self._engine) as connection:
            rows = connection.execute(asked.where(OUTBOX.c.due_us <= microseconds(moment)).order_by(OUTBOX.c.id)).all()
        return [(row.id, row.destination) for row in rows]

    def due_to(self, destination: str, moment: datetime) -> int:
        """Return how many letters to a destination may be sent: what a new one is put behind."""
        mine = (OUTBOX.c.state == "waiting") & (OUTBOX.c.due_us <= microseconds(moment))
        asked = select(func.count()).where(mine, OUTBOX.c.destination == destination)
        with reading(self._engine) as connection:
            return connection.execute(asked).scalar_one()

    def take(self, letter_id: int, moment: datetime) -> KeptLetter | None:
        """Return a letter that is being sent from now on; None where it is not waiting any more."""
        with writing(self._engine) as connection:
            mine = (OUTBOX.c.id == letter_id) & (OUTBOX.c.state == "waiting")
            taken = update(OUTBOX).where(mine).values(state="sending", tries=OUTBOX.c.tries + 1,
                                                      changed_us=microseconds(moment))  # fmt: skip
            if not connection.execute(taken).rowcount:
                return None
            return _kept(connection.execute(select(OUTBOX).where(OUTBOX.c.id == letter_id)).one())

    def delivered(self, letter_id: int, moment: datetime, answer: str) -> None:
        """Note that a letter that was taken arrived; its body is forgotten, its hash stays. One in another state stays as it is."""
        self._note(letter_id, moment, state="delivered", answer=answer, body=None)

    def put_off(self, letter_id: int, moment: datetime, *, until: datetime, answer: str) -> None:
        """Note that a letter could not be delivered, and is due again later."""
        self._note(letter_id, moment, state="waiting", answer=answer, due_us=microseconds(until))

    def given_up(self, letter_id: int, moment: datetime, answer: str) -> None:
        """Note that a letter needs a person: it is kept, and not sent by itself any more."""
        self._note(letter_id, moment, state="dead", answer=answer)

    def again(self, letter_id: int, moment: datetime) -> SentAgain:
        """Let a dead letter be sent again, unless a newer one about the same was put since.

        Raises
        ------
        UnknownLetter
            Where no dead letter has that number, or it was emptied as somebody whom it told of was forgotten.
        """
        with writing(self._engine) as connection:
            mine = OUTBOX.c.id == letter_id
            done = _sent_again(connection, mine, moment)
            if not any(done):
                before = select(func.count()).where(mine, OUTBOX.c.state == "superseded")
                done = SentAgain(0, connection.execute(before).scalar_one())
        if not any(done):
            raise UnknownLetter(letter_id)
        return done

    def all_again(self, destination: str, moment: datetime) -> SentAgain:
        """Let every dead letter of a destination be sent again, unless a newer one about the same was put since."""
        with writing(self._engine) as connection:
            return _sent_again(connection, OUTBOX.c.destination == destination, moment)

    def close_superseded(self, destination: str, moment: datetime) -> int:
        """Close the dead letters to a destination that a newer one about the same was put after; return how many those are."""
        with writing(self._engine) as connection:
            return supersede_among(connection, OUTBOX.c.destination == destination, moment)

    def found_in_hand(self, moment: datetime) -> int:
        """Take back what a sender that ended was sending; return how many letters that were.

        What may arrive twice is sent again; of the rest nobody knows, so a person has to look. A letter that was taken a moment ago
        may still be on its way with another sender, and is left to him.
        """
        with writing(self._engine) as connection:
            held = (OUTBOX.c.state == "sending") & (OUTBOX.c.changed_us < microseconds(moment - ON_ITS_WAY))
            now = microseconds(moment)
            again = update(OUTBOX).where(held, OUTBOX.c.repeatable == 1).values(state="waiting", changed_us=now)
            doubt = update(OUTBOX).where(held, OUTBOX.c.repeatable == 0)
            doubt = doubt.values(state="dead", answer=IN_DOUBT, changed_us=now)
            return connection.execute(again).rowcount + connection.execute(doubt).rowcount

    def letters(
        self, *states: LetterState, kind: str | None = None, destination: str | None = None, most: int = 100
    ) -> list[KeptLetter]:
        """Return letters in some states (none named: in any), the newest first."""
        asked = select(OUTBOX).order_by(OUTBOX.c.id.desc()).limit(most)
        asked = asked.where(OUTBOX.c.state.in_(states)) if states else asked
        asked = asked.where(OUTBOX.c.kind == kind) if kind else asked
        asked = asked.where(OUTBOX.c.destination == destination) if destination else asked
        with reading(self._engine) as connection:
            return [_kept(row) for row in connection.execute(asked)]

    def letter(self, letter_id: int) -> KeptLetter:
        """Return one letter; ``UnknownLetter`` where there is none of that number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == letter_id)).first()
        if row is None:
            raise UnknownLetter(letter_id)
        return _kept(row)

    def counts(self) -> Mapping[tuple[str, LetterState], int]:
        """Return how many letters of each destination are in each state."""
        asked = select(OUTBOX.c.destination, OUTBOX.c.state, func.count()).group_by(
            OUTBOX.c.destination, OUTBOX.c.state
        )
        with reading(self._engine) as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(asked)}

    def _note(self, letter_id: int, moment: datetime, *, answer: str, **said: Any) -> None:
        with writing(self._engine) as connection:
            noted = update(OUTBOX).where(OUTBOX.c.id == letter_id, OUTBOX.c.state == "sending")
            connection.execute(noted.values(answer=answer[:LONGEST_ANSWER], changed_us=microseconds(moment), **said))


def _sent_again(connection: Connection, which: ColumnElement[bool], moment: datetime) -> SentAgain:
    """Let dead letters that were neither emptied nor superseded wait again, as if they had never been tried."""
    superseded = supersede_among(connection, which, moment)
    dead = which & (OUTBOX.c.state == "dead") & OUTBOX.c.body.is_not(None)
    put = {"state": "waiting", "due_us": microseconds(moment), "tries": 0, "changed_us": microseconds(moment)}
    return SentAgain(connection.execute(update(OUTBOX).where(dead).values(**put)).rowcount, superseded)


def _columns(letter: Letter) -> dict[str, Any]:
    request = {
        "url": letter.url,
        "method": letter.method,
        "content_type": letter.content_type,
        "sign_in": letter.sign_in,
        "headers": dict(letter.headers),
    }
    return {
        "destination": letter.destination,
        "kind": letter.kind,
        "once_key": letter.once_key,
        "request": orjson.dumps(request).decode(),
        "body": letter.body,
        "body_sha256": sha256(letter.body).hexdigest(),
        "repeatable": int(letter.repeatable),
        "good_until_us": None if letter.good_until is None else microseconds(letter.good_until),
    }


def _kept(row: Row[Any]) -> KeptLetter:
    said = orjson.loads(row.request)
    letter = Letter(
        destination=row.destination,
        kind=row.kind,
        once_key=row.once_key,
        url=said["url"],
        body=row.body or b"",
        content_type=said["content_type"],
        sign_in=said["sign_in"],
        method=said["method"],
        headers=said["headers"],
        repeatable=bool(row.repeatable),
        good_until=None if row.good_until_us is None else instant(row.good_until_us),
    )
    return KeptLetter(
        row.id, letter, row.state, instant(row.put_us), instant(row.due_us), row.tries, instant(row.changed_us), row.answer
    )  # fmt: skip
