"""Letters that say how something is now: once a newer one about the same was put, an older one is of no use, and never sent again.

Only a score that a CRM is told is such a letter. A conversion or a webhook tells of something that happened, and each counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from features.facts.codec import microseconds
from features.facts.database import in_parts
from features.facts.tables import OUTBOX

KIND = "crm:"
"""How the kind of such a letter begins."""
ANSWER = "Not sent again: a newer score was put since."


def once_key_about(entity: str, record_id: str, moment: datetime, digest: str) -> str:
    """Return the key of a letter that says how a record is at a moment; ``digest`` tells what it says of it.

    >>> from datetime import UTC
    >>> once_key_about("lead", "7", datetime(2026, 3, 2, 12, tzinfo=UTC), "ab12")
    'lead:7:1772452800000000:ab12'
    """
    return f"{entity}:{record_id}:{microseconds(moment)}:{digest}"


def told_of(once_key: str) -> str:
    """Return the record that a letter of such a key is about.

    >>> told_of("lead:7:1772452800000000:ab12")
    'lead:7'
    """
    return once_key.rsplit(":", 2)[0]


def supersede(connection: Connection, letter_id: int, moment: datetime) -> int:
    """Close a dead letter inside a transaction of the caller's that puts a newer one; return how many those are, none or one."""
    return _closed(connection, [letter_id], moment)


def supersede_among(connection: Connection, which: ColumnElement[bool], moment: datetime) -> int:
    """Close those of some dead letters about whose record a newer one was put; return how many those are."""
    columns = OUTBOX.c
    of_state = select(columns.id, columns.destination, columns.once_key).where(columns.kind.startswith(KIND))
    dead = connection.execute(of_state.where(which, columns.state == "dead")).all()
    if not dead:
        return 0
    later = of_state.where(columns.id > min(one.id for one in dead)).order_by(columns.id)
    newest = {_record(one): one.id for one in connection.execute(later)}
    return _closed(connection, [one.id for one in dead if newest.get(_record(one), one.id) != one.id], moment)


def _record(row: Any) -> tuple[str, str]:
    return row.destination, told_of(row.once_key)


def _closed(connection: Connection, letter_ids: list[int], moment: datetime) -> int:
    closed = 0
    for some in in_parts(letter_ids):
        dead = OUTBOX.c.id.in_(some) & (OUTBOX.c.state == "dead")
        said = {"state": "superseded", "body": None, "answer": ANSWER, "changed_us": microseconds(moment)}
        closed += connection.execute(update(OUTBOX).where(dead).values(**said)).rowcount
    return closed
