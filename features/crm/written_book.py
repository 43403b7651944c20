"""The score that each lead's record in the CRM was told last: what is written once is not written again until it moved.

At most one letter about a record is under way: while it waits, a newer score is only noted as owed, so that an older one can
never arrive after it. What is owed as something happened to a lead goes ahead of what is owed in turn, as all open leads are told
anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select, update

from features.facts.codec import microseconds
from features.facts.database import reading
from features.facts.tables import CRM_CURSORS, CRM_WRITTEN, OUTBOX
from features.facts.values import LeadId

SCORES, SCORED_BY, WRITTEN_INTO = "(scores)", "(scored by)", "(written into)"
"""Names of cursors that hold no moments: up to which logged score was looked, by what leads were scored then, and into which
fields their scores were written."""
NOT_OWED, OWED, OWED_IN_TURN = 0, 1, 2
"""Whether a lead's score waits to be told, and whether it does so only as all open leads are told anew."""
UNDER_WAY = ("waiting", "sending")


@dataclass(frozen=True, slots=True)
class Written:
    """What a record was told last, and whether that letter is still under way."""

    probability: float | None
    grade: str | None
    letter_id: int | None
    is_under_way: bool

    def says(self, probability: float, grade: str, moved_by: float) -> bool:
        """Return whether a score says the same: the same grade, and a probability that hardly moved.

        >>> written = Written(0.30, "A", 1, False)
        >>> written.says(0.31, "A", 0.02), written.says(0.31, "B", 0.02), written.says(0.33, "A", 0.02)
        (True, False, False)
        """
        return self.grade == grade and self.probability is not None and abs(self.probability - probability) < moved_by


@dataclass(frozen=True, slots=True)
class Owed:
    """A lead whose score waits to be told; ``in_turn``: nothing happened to it, all open leads are told anew."""

    lead_id: LeadId
    in_turn: bool


def written_in(connection: Connection, crm: str, lead_id: str) -> Written | None:
    """Return inside a transaction of the caller's what a lead's record was told last; None where it was told nothing."""
    columns = CRM_WRITTEN.c
    state = select(OUTBOX.c.state).where(OUTBOX.c.id == columns.letter_id).scalar_subquery()
    asked = select(columns.probability, columns.grade, columns.letter_id, state.label("state"))
    row = connection.execute(asked.where(columns.crm == crm, columns.lead_id == lead_id)).first()
    return None if row is None else Written(row.probability, row.grade, row.letter_id, row.state in UNDER_WAY)


def note_written(
    connection: Connection, crm: str, lead_id: str, *, probability: float, grade: str, letter_id: int, moment: datetime
) -> None:
    """Note inside a transaction of the caller's in which letter a lead's record is told its score."""
    said = {"probability": probability, "grade": grade, "letter_id": letter_id, "owed": NOT_OWED}
    _note(connection, crm, lead_id, {**said, "at_us": microseconds(moment)})


def note_owed(connection: Connection, crm: str, lead_id: str, moment: datetime, *, owed: bool = True) -> None:
    """Note inside a transaction of the caller's that a lead's record is to be told its score later, or need not be."""
    _note(connection, crm, lead_id, {"owed": OWED if owed else NOT_OWED, "at_us": microseconds(moment)})


def note_owed_in_turn(connection: Connection, crm: str, lead_ids: Sequence[str], moment: datetime) -> None:
    """Note inside a transaction of the caller's that leads are to be told their scores after those to which something happened."""
    columns = CRM_WRITTEN.c
    mine = (columns.crm == crm) & columns.lead_id.in_(lead_ids)
    known = set(connection.execute(select(columns.lead_id).where(mine)).scalars())
    said = {"owed": OWED_IN_TURN, "at_us": microseconds(moment)}
    connection.execute(update(CRM_WRITTEN).where(mine, columns.owed == NOT_OWED).values(**said))
    new = [{"crm": crm, "lead_id": one, **said} for one in lead_ids if one not in known]
    if new:
        connection.execute(insert(CRM_WRITTEN), new)


def forget_told(connection: Connection, crm: str) -> None:
    """Forget inside a transaction of the caller's what records were told: it was told in fields that are written no more."""
    connection.execute(update(CRM_WRITTEN).where(CRM_WRITTEN.c.crm == crm).values(probability=None, grade=None))


def note_mark(connection: Connection, crm: str, name: str, number: int, moment: datetime) -> None:
    """Note inside a transaction of the caller's where one of the cursors stands that hold no moments."""
    said = {"cursor_us": number, "looked_us": microseconds(moment)}
    mine = (CRM_CURSORS.c.crm == crm) & (CRM_CURSORS.c.entity == name)
    if not connection.execute(update(CRM_CURSORS).where(mine).values(**said)).rowcount:
        connection.execute(insert(CRM_CURSORS).values(crm=crm, entity=name, **said))


class WrittenBook:
    """What one CRM was told of scores."""

    def __init__(self, engine: Engine, crm: str) -> None:
        self._engine, self._crm = engine, crm

    def owed(self, most: int) -> list[Owed]:
        """Return the leads whose score can be told now, as no letter is under way: the longest first, those in turn last."""
        columns, state = CRM_WRITTEN.c, OUTBOX.c.state
        asked = select(columns.lead_id, columns.owed).outerjoin(OUTBOX, OUTBOX.c.id == columns.letter_id)
        asked = asked.where(columns.crm == self._crm, columns.owed.in_((OWED, OWED_IN_TURN)))
        asked = asked.where(or_(state.is_(None), state.not_in(UNDER_WAY)))
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(columns.owed, columns.at_us).limit(most)).all()
        return [Owed(LeadId(row.lead_id), row.owed == OWED_IN_TURN) for row in rows]

    def marks(self) -> dict[str, int]:
        """Return where the cursors stand that hold no moments; one that was never noted is left out."""
        mine = (CRM_CURSORS.c.crm == self._crm) & CRM_CURSORS.c.entity.startswith("(")
        with reading(self._engine) as connection:
            rows = connection.execute(select(CRM_CURSORS.c.entity, CRM_CURSORS.c.cursor_us).where(mine)).all()
        return {row.entity: int(row.cursor_us) for row in rows}


def _note(connection: Connection, crm: str, lead_id: str, said: dict[str, Any]) -> None:
    mine = (CRM_WRITTEN.c.crm == crm) & (CRM_WRITTEN.c.lead_id == lead_id)
    if not connection.execute(update(CRM_WRITTEN).where(mine).values(**said)).rowcount:
        connection.execute(insert(CRM_WRITTEN).values(crm=crm, lead_id=lead_id, **{"owed": 0, **said}))
