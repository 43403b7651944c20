"""The score that each lead's record in the CRM was told last: what is written once is not written again until it moved.

At most one letter about a record is under way: while it waits, a newer score is only noted as owed, so that an older one can
never arrive after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from features.facts.codec import microseconds
from features.facts.database import reading
from features.facts.tables import CRM_CURSORS, CRM_WRITTEN, OUTBOX
from features.facts.values import LeadId

SCORES = "(scores)"
"""The name of a cursor that counts logged scores and not moments."""
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
    said = {"probability": probability, "grade": grade, "letter_id": letter_id, "owed": 0}
    _note(connection, crm, lead_id, {**said, "at_us": microseconds(moment)})


def note_owed(connection: Connection, crm: str, lead_id: str, moment: datetime, *, owed: bool = True) -> None:
    """Note inside a transaction of the caller's that a lead's record is to be told its score later, or need not be."""
    _note(connection, crm, lead_id, {"owed": int(owed), "at_us": microseconds(moment)})


def note_counted(connection: Connection, crm: str, score_id: int, moment: datetime) -> None:
    """Note inside a transaction of the caller's up to which logged score was looked."""
    said = {"cursor_us": score_id, "looked_us": microseconds(moment)}
    mine = (CRM_CURSORS.c.crm == crm) & (CRM_CURSORS.c.entity == SCORES)
    if not connection.execute(update(CRM_CURSORS).where(mine).values(**said)).rowcount:
        connection.execute(insert(CRM_CURSORS).values(crm=crm, entity=SCORES, **said))


class WrittenBook:
    """What one CRM was told of scores."""

    def __init__(self, engine: Engine, crm: str) -> None:
        self._engine, self._crm = engine, crm

    def owed(self, most: int) -> list[LeadId]:
        """Return the leads whose score waits to be told, longest first."""
        mine = (CRM_WRITTEN.c.crm == self._crm) & (CRM_WRITTEN.c.owed == 1)
        asked = select(CRM_WRITTEN.c.lead_id).where(mine).order_by(CRM_WRITTEN.c.at_us).limit(most)
        with reading(self._engine) as connection:
            return [LeadId(one) for one in connection.execute(asked).scalars()]

    def counted(self) -> int | None:
        """Return up to which logged score was looked; None before the first look."""
        mine = (CRM_CURSORS.c.crm == self._crm) & (CRM_CURSORS.c.entity == SCORES)
        with reading(self._engine) as connection:
            found = connection.execute(select(CRM_CURSORS.c.cursor_us).where(mine)).scalar_one_or_none()
        return None if found is None else int(found)


def _note(connection: Connection, crm: str, lead_id: str, said: dict[str, Any]) -> None:
    mine = (CRM_WRITTEN.c.crm == crm) & (CRM_WRITTEN.c.lead_id == lead_id)
    if not connection.execute(update(CRM_WRITTEN).where(mine).values(**said)).rowcount:
        connection.execute(insert(CRM_WRITTEN).values(crm=crm, lead_id=lead_id, **{"owed": 0, **said}))
