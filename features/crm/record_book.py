"""What each record of a CRM said when it was seen last, so that a change is told from a repetition, and from our own writing back.

Contents are kept as keyed hashes: they may hold a phone number, and nobody may find that out by trying.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update

from features.facts.codec import instant, microseconds
from features.facts.database import in_parts, reading, writing
from features.facts.tables import CRM_CURSORS, CRM_RECORDS

LONGEST_WHY = 2_000
WORDS = "words:"
"""How the hash begins of the words by which records are read; versions before kept that of all of company.yaml."""


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record as it was seen last.

    ``why`` says what of it could not be taken. ``company_hash`` names the words of company.yaml under which it was read.
    """

    entity: str
    record_id: str
    lead_id: str | None = None
    lead_digest: bytes | None = None
    stage_digest: bytes | None = None
    stage: str | None = None
    stage_at: datetime | None = None
    modified_at: datetime | None = None
    deleted_at: datetime | None = None
    why: str | None = None
    company_hash: str = ""


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """How many records of a kind were seen, are deleted there, and have something that could not be taken."""

    seen: int
    deleted: int
    amiss: int


def remember_record(connection: Connection, crm: str, one: KnownRecord, moment: datetime) -> None:
    """Keep inside a transaction of the caller's how a record is now."""
    said = {
        "lead_id": one.lead_id,
        "lead_digest": one.lead_digest,
        "stage_digest": one.stage_digest,
        "stage": one.stage,
        "stage_us": _us(one.stage_at),
        "modified_us": _us(one.modified_at),
        "deleted_us": _us(one.deleted_at),
        "why": one.why[:LONGEST_WHY] if one.why else None,
        "company_hash": one.company_hash,
        "seen_us": microseconds(moment),
    }
    columns = CRM_RECORDS.c
    mine = (columns.crm == crm) & (columns.entity == one.entity) & (columns.record_id == one.record_id)
    if not connection.execute(update(CRM_RECORDS).where(mine).values(**said)).rowcount:
        whose = {"crm": crm, "entity": one.entity, "record_id": one.record_id}
        connection.execute(insert(CRM_RECORDS).values(**whose, **said))


def move_cursor(connection: Connection, crm: str, entity: str, cursor: datetime, moment: datetime) -> None:
    """Keep inside a transaction of the caller's up to which change a kind of records was looked through."""
    said = {"cursor_us": microseconds(cursor), "looked_us": microseconds(moment)}
    mine = (CRM_CURSORS.c.crm == crm) & (CRM_CURSORS.c.entity == entity)
    if not connection.execute(update(CRM_CURSORS).where(mine).values(**said)).rowcount:
        connection.execute(insert(CRM_CURSORS).values(crm=crm, entity=entity, **said))


def record_in(connection: Connection, crm: str, entity: str, record_id: str) -> KnownRecord | None:
    """Return inside a transaction of the caller's how a record was seen last; None where it never was."""
    columns = CRM_RECORDS.c
    mine = (columns.crm == crm) & (columns.entity == entity) & (columns.record_id == record_id)
    row = connection.execute(select(CRM_RECORDS).where(mine)).first()
    return None if row is None else _known(row)


def standing_record(connection: Connection, crm: str, entity: str, lead_id: str) -> KnownRecord | None:
    """Return inside a transaction of the caller's the record of a kind that a lead is now; None where none is there."""
    columns = CRM_RECORDS.c
    mine = (columns.crm == crm) & (columns.entity == entity) & (columns.lead_id == lead_id)
    row = connection.execute(select(CRM_RECORDS).where(mine, columns.deleted_us.is_(None)).limit(1)).first()
    return None if row is None else _known(row)


def move_records(connection: Connection, crm: str, lead_id: str, into: str) -> None:
    """Let the records of a lead belong to another, inside a transaction of the caller's."""
    mine = (CRM_RECORDS.c.crm == crm) & (CRM_RECORDS.c.lead_id == lead_id)
    connection.execute(update(CRM_RECORDS).where(mine).values(lead_id=into))


class RecordBook:
    """What is remembered of one CRM's records."""

    def __init__(self, engine: Engine, crm: str) -> None:
        self._engine, self._crm = engine, crm

    def known(self, entity: str, record_ids: Iterable[str]) -> dict[str, KnownRecord]:
        """Return the records of a kind that were seen before."""
        wanted, found = list(dict.fromkeys(record_ids)), dict[str, KnownRecord]()
        with reading(self._engine) as connection:
            for some in in_parts(wanted):
                mine = (CRM_RECORDS.c.crm == self._crm) & (CRM_RECORDS.c.entity == entity)
                rows = connection.execute(select(CRM_RECORDS).where(mine, CRM_RECORDS.c.record_id.in_(some)))
                found |= {row.record_id: _known(row) for row in rows}
        return found

    def requests_among(self, lead_ids: Sequence[str]) -> dict[str, datetime | None]:
        """Return those of some leads that are records there, with when these changed last."""
        columns, found = CRM_RECORDS.c, dict[str, datetime | None]()
        stand = (columns.crm == self._crm) & columns.lead_digest.is_not(None) & columns.deleted_us.is_(None)
        with reading(self._engine) as connection:
            for some in in_parts(lead_ids):
                asked = select(columns.lead_id, columns.modified_us).where(stand, columns.lead_id.in_(some))
                found |= {row.lead_id: _at(row.modified_us) for row in connection.execute(asked)}
        return found

    def amiss(self, company_hash: str | None = None, most: int = 100) -> list[KnownRecord]:
        """Return the records of which something could not be taken; with a hash, only under other words than those."""
        mine = (CRM_RECORDS.c.crm == self._crm) & CRM_RECORDS.c.why.is_not(None) & CRM_RECORDS.c.deleted_us.is_(None)
        asked = select(CRM_RECORDS).where(mine).order_by(CRM_RECORDS.c.seen_us.desc()).limit(most)
        if company_hash is not None:
            asked = asked.where(CRM_RECORDS.c.company_hash != company_hash)
        with reading(self._engine) as connection:
            return [_known(row) for row in connection.execute(asked)]

    def under_other_words(self, company_hash: str, most: int) -> list[KnownRecord]:
        """Return records that were read last under other words of company.yaml, those seen last first."""
        asked = select(CRM_RECORDS).where(self._is_of_other_words(company_hash))
        with reading(self._engine) as connection:
            return [_known(row) for row in connection.execute(asked.order_by(CRM_RECORDS.c.seen_us.desc()).limit(most))]

    def count_under_other_words(self, company_hash: str) -> int:
        """Return how many those are."""
        asked = select(func.count()).select_from(CRM_RECORDS).where(self._is_of_other_words(company_hash))
        with reading(self._engine) as connection:
            return int(connection.execute(asked).scalar_one())

    def _is_of_other_words(self, company_hash: str) -> ColumnElement[bool]:
        columns = CRM_RECORDS.c
        known = columns.company_hash.startswith(WORDS) & (columns.company_hash != company_hash)
        return (columns.crm == self._crm) & columns.deleted_us.is_(None) & known

    def begin_words(self, company_hash: str) -> None:
        """Let records that a version before read, which kept another hash, count as read under the present words."""
        columns = CRM_RECORDS.c
        before = (columns.crm == self._crm) & columns.why.is_(None) & ~columns.company_hash.startswith(WORDS)
        with reading(self._engine) as connection:
            if connection.execute(select(columns.record_id).where(before).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(update(CRM_RECORDS).where(before).values(company_hash=company_hash))

    def counts(self) -> Mapping[str, RecordCounts]:
        """Return the counts of each kind of record."""
        columns = CRM_RECORDS.c
        asked = select(columns.entity, func.count(), func.count(columns.deleted_us), func.count(columns.why))
        with reading(self._engine) as connection:
            rows = connection.execute(asked.where(columns.crm == self._crm).group_by(columns.entity)).all()
        return {row[0]: RecordCounts(*row[1:]) for row in rows}

    def cursors(self) -> dict[str, tuple[datetime, datetime]]:
        """Return of each kind up to which change it was looked through, and when that was."""
        with reading(self._engine) as connection:
            mine = (CRM_CURSORS.c.crm == self._crm) & ~CRM_CURSORS.c.entity.startswith("(")
            rows = connection.execute(select(CRM_CURSORS).where(mine)).all()
        return {row.entity: (instant(row.cursor_us), instant(row.looked_us)) for row in rows}

    def note_looked(self, entity: str, cursor: datetime, moment: datetime) -> None:
        """Note that a kind was looked through up to ``cursor``."""
        with writing(self._engine) as connection:
            move_cursor(connection, self._crm, entity, cursor, moment)


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _at(us: int | None) -> datetime | None:
    return None if us is None else instant(us)


def _known(row: Any) -> KnownRecord:
    return KnownRecord(
        row.entity, row.record_id, row.lead_id, row.lead_digest, row.stage_digest, row.stage, _at(row.stage_us),
        _at(row.modified_us), _at(row.deleted_us), row.why, row.company_hash,
    )  # fmt: skip
