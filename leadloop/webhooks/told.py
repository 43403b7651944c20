"""How far each destination has been told: moved on in the transaction that puts the letters, so nothing is lost or doubled.

Whoever looks for events reads first, and only then opens the transaction; if another was faster, the cursor has moved and
nothing of it is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update

from features.facts.database import in_parts, reading, writing
from features.facts.tables import WEBHOOK_CURSORS, WEBHOOK_LEADS, WEBHOOK_SETTLED
from features.facts.webhook_settings import WebhookDestination
from features.outbox.outbox import put_in
from leadloop.webhooks.event import Event

Stream = Literal["scores", "alarms", "model", "settled"]


class Cursor(NamedTuple):
    """Up to where a destination was told, and what was said last where that is a word."""

    position: int
    said: str | None = None


class ToldLead(NamedTuple):
    """What a destination was told last of a lead."""

    probability: float
    grade: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one look found: the events, where the cursor stands after it, and what is then told of leads and of their outcomes."""

    events: Sequence[Event]
    after: Cursor
    leads: Mapping[str, ToldLead] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)


class Told:
    """The cursors in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, name: str, stream: Stream) -> Cursor | None:
        """Return how far a destination was told of a stream; None where it has not begun."""
        with reading(self._engine) as connection:
            return _cursor(connection, name, stream)

    def leads(self, name: str, lead_ids: Collection[str]) -> dict[str, ToldLead]:
        """Return what a destination was told last of some leads; those of which it was told nothing are left out."""
        mine = (WEBHOOK_LEADS.c.destination == name) & WEBHOOK_LEADS.c.lead_id.in_(lead_ids)
        with reading(self._engine) as connection:
            rows = connection.execute(select(WEBHOOK_LEADS).where(mine)).all()
        return {row.lead_id: ToldLead(row.probability, row.grade) for row in rows}

    def settled(self, name: str, lead_ids: Collection[str]) -> dict[str, str]:
        """Return which outcome of some leads a destination was told last; those of which it was told none are left out."""
        wanted, columns, found = list(lead_ids), WEBHOOK_SETTLED.c, dict[str, str]()
        asked = select(columns.lead_id, columns.outcome).where(columns.destination == name)
        with reading(self._engine) as connection:
            for some in in_parts(wanted):
                rows = connection.execute(asked.where(columns.lead_id.in_(some)))
                found |= {row.lead_id: row.outcome for row in rows}
        return found

    def begin(self, name: str, stream: Stream, at: Cursor) -> None:
        """Let a destination be told of what comes from now on, unless it has begun already."""
        with writing(self._engine) as connection:
            if _cursor(connection, name, stream) is None:
                row = {"destination": name, "stream": stream, **at._asdict()}
                connection.execute(insert(WEBHOOK_CURSORS).values(row))

    def move(
        self, name: str, to: WebhookDestination, stream: Stream, before: Cursor, step: Step, moment: datetime
    ) -> bool:
        """Put the letters of a step and move on; False, with nothing written, where the cursor is not at ``before`` any more."""
        columns = WEBHOOK_CURSORS.c
        mine = (columns.destination == name) & (columns.stream == stream) & (columns.position == before.position)
        mine &= columns.said.is_(None) if before.said is None else columns.said == before.said
        with writing(self._engine) as connection:
            moved = update(WEBHOOK_CURSORS).where(mine).values(**step.after._asdict())
            if not connection.execute(moved).rowcount:
                return False
            for event in step.events:
                put_in(connection, event.letter(name, to), moment)
            _keep(connection, name, step.leads)
            _keep_settled(connection, name, step.settled)
        return True

    def forget_others(self, names: Collection[str]) -> None:
        """Forget how far destinations were told that are not named any more: who is named again begins anew."""
        with reading(self._engine) as connection:
            known = set(connection.execute(select(WEBHOOK_CURSORS.c.destination)).scalars())
        gone = known - set(names)
        if gone:
            with writing(self._engine) as connection:
                for table in (WEBHOOK_CURSORS, WEBHOOK_LEADS, WEBHOOK_SETTLED):
                    connection.execute(delete(table).where(table.c.destination.in_(gone)))


def _cursor(connection: Connection, name: str, stream: Stream) -> Cursor | None:
    columns = WEBHOOK_CURSORS.c
    asked = select(columns.position, columns.said).where(columns.destination == name, columns.stream == stream)
    row = connection.execute(asked).first()
    return None if row is None else Cursor(row.position, row.said)


def _keep(connection: Connection, name: str, leads: Mapping[str, ToldLead]) -> None:
    if not leads:
        return
    mine = (WEBHOOK_LEADS.c.destination == name) & WEBHOOK_LEADS.c.lead_id.in_(list(leads))
    connection.execute(delete(WEBHOOK_LEADS).where(mine))
    rows = [{"destination": name, "lead_id": one, **told._asdict()} for one, told in leads.items()]
    connection.execute(insert(WEBHOOK_LEADS), rows)


def _keep_settled(connection: Connection, name: str, settled: Mapping[str, str]) -> None:
    if not settled:
        return
    columns = WEBHOOK_SETTLED.c
    for some in in_parts(list(settled)):
        mine = (columns.destination == name) & columns.lead_id.in_(some)
        connection.execute(delete(WEBHOOK_SETTLED).where(mine))
    rows = [{"destination": name, "lead_id": one, "outcome": outcome} for one, outcome in settled.items()]
    connection.execute(insert(WEBHOOK_SETTLED), rows)
