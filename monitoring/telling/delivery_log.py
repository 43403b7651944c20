"""What became of every message to people: begun before it is sent, sent or failed after, so that a restart sends nothing twice.

The rule is at least once: a message that was begun and of which nobody knows how it ended (the worker was killed between)
is held back for ``IN_DOUBT`` and then sent again under the same id, by which a mail program or a webhook's receiver
knows it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal, cast

from sqlalchemy import Connection, Engine, Row, insert, select

from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.delivery_settings import Way
from features.facts.tables import ALARM_DELIVERIES

MessageKind = Literal["digest", "urgent"]
State = Literal["begun", "sent", "failed"]
Part = Literal["new", "ended", "going_on"]
Parts = Mapping[Part, tuple[str, ...]]
"""Which alarms a message tells of, by their names: what is new, what ended, what merely goes on."""
IN_DOUBT = timedelta(minutes=10)
LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one recipient and what became of it at last, ``at`` that moment."""

    name: str
    recipient: str
    way: Way
    kind: MessageKind
    day: date
    alarms: Parts
    state: State
    at: datetime
    why: str = ""


def delivery_name(recipient: str, kind: MessageKind, day: date, alarms: Parts) -> str:
    """Return the id of a message: the same recipient, day and alarms always have the same one.

    >>> told = {"new": ("a",), "ended": (), "going_on": ()}
    >>> delivery_name("team", "digest", date(2026, 3, 2), told) == delivery_name("team", "digest", date(2026, 3, 2), told)
    True
    """
    words = json.dumps(
        [recipient, kind, day.isoformat(), sorted((part, sorted(names)) for part, names in alarms.items())]
    )
    return blake2b(words.encode(), digest_size=12).hexdigest()


class DeliveryLog:
    """The messages in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def deliveries(self) -> list[Delivery]:
        """Return every message as it stands now, in the order in which they were begun."""
        with reading(self._engine) as connection:
            return list(_read(connection).values())

    def begin(self, one: Delivery) -> bool:
        """Keep that a message is about to be sent; False where it was sent already, or somebody may be sending it now.

        A digest is not begun either where another one of that day went to the same recipient, or may be on its way.
        """
        with writing(self._engine) as connection:
            for other in _read(connection).values():
                same_day = (
                    other.kind == one.kind == "digest" and other.recipient == one.recipient and other.day == one.day
                )
                is_out = other.state == "sent" or (other.state == "begun" and one.at - other.at < IN_DOUBT)
                if is_out and (other.name == one.name or same_day):
                    return False
            _append(connection, one, "begun")
        return True

    def end(self, one: Delivery, *, moment: datetime, why: str | None = None) -> None:
        """Keep that a message went out, or why it did not."""
        with writing(self._engine) as connection:
            _append(connection, one, "sent" if why is None else "failed", moment, why)


def _read(connection: Connection) -> dict[str, Delivery]:
    rows = connection.execute(select(ALARM_DELIVERIES).order_by(ALARM_DELIVERIES.c.id))
    return {row.delivery: _delivery(row) for row in rows}


def _delivery(row: Row[Any]) -> Delivery:
    alarms = {part: tuple(names) for part, names in json.loads(row.alarms).items()}
    return Delivery(
        row.delivery, row.recipient, cast(Way, row.way), cast(MessageKind, row.kind), date.fromisoformat(row.day),
        cast(Parts, alarms), cast(State, row.state), instant(row.at_us), row.why or "",
    )  # fmt: skip


def _append(
    connection: Connection, one: Delivery, state: State, moment: datetime | None = None, why: str | None = None
) -> None:
    row = {
        "delivery": one.name,
        "recipient": one.recipient,
        "way": one.way,
        "kind": one.kind,
        "day": one.day.isoformat(),
        "state": state,
        "at_us": microseconds(moment or one.at),
        "alarms": json.dumps({part: list(names) for part, names in one.alarms.items()}),
        "why": None if why is None else why[:LONGEST_WHY],
    }
    connection.execute(insert(ALARM_DELIVERIES).values(row))
