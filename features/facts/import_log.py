"""Which files were imported, how far, and what became of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import FACTS, IMPORTS


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One import: a file of a kind, known by the hash of its bytes and of how they were read, and the counts of its rows."""

    id: int
    file: str
    sha256: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    exported_at: datetime
    rows_done: int
    stored: int
    unchanged: int
    rejected: int
    undone_number: int | None


class ImportLog:
    """The imports in a database, the oldest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self) -> list[ImportEntry]:
        """Return every import."""
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(select(IMPORTS).order_by(IMPORTS.c.id))]

    def latest(self, sha256: str, kind: str) -> ImportEntry | None:
        """Return the last import of the same bytes, read in the same way as the same kind, that was not taken back."""
        same = select(IMPORTS).where(IMPORTS.c.sha256 == sha256, IMPORTS.c.kind == kind)
        with reading(self._engine) as connection:
            row = connection.execute(
                same.where(IMPORTS.c.undone_number.is_(None)).order_by(IMPORTS.c.id.desc())
            ).first()
        return _entry(row) if row else None

    def taken_back_since(self, entry: ImportEntry) -> bool:
        """Return whether an earlier import of the same bytes was taken back after ``entry`` began to store.

        What that one alone had stored is then seen no more. Where ``entry`` stored nothing it cannot be told, and it may be so.
        """
        same = select(func.max(IMPORTS.c.undone_number)).where(
            IMPORTS.c.sha256 == entry.sha256, IMPORTS.c.kind == entry.kind, IMPORTS.c.id < entry.id
        )
        with reading(self._engine) as connection:
            undone = connection.execute(same).scalar()
            if undone is None:
                return False
            first = select(func.min(FACTS.c.number)).where(FACTS.c.import_id == entry.id)
            stored = connection.execute(first).scalar()
        return stored is None or stored < undone

    def read_otherwise(self, bytes_hash: str, kind: str) -> ImportEntry | None:
        """Return the last import of the same bytes, read in whatever way, that was not taken back."""
        same = select(IMPORTS).where(IMPORTS.c.sha256.startswith(bytes_hash), IMPORTS.c.kind == kind)
        with reading(self._engine) as connection:
            row = connection.execute(
                same.where(IMPORTS.c.undone_number.is_(None)).order_by(IMPORTS.c.id.desc())
            ).first()
        return _entry(row) if row else None

    def begin(self, *, file: str, sha256: str, kind: str, started_at: datetime, exported_at: datetime) -> ImportEntry:
        """Note that an import begins; return it."""
        row = {
            "file": file,
            "sha256": sha256,
            "kind": kind,
            "started_us": microseconds(started_at),
            "exported_us": microseconds(exported_at),
        }
        with writing(self._engine) as connection:
            made = connection.execute(insert(IMPORTS).values(row).returning(IMPORTS)).one()
        return _entry(made)

    def finish(self, import_id: int, finished_at: datetime) -> None:
        """Note that an import has read its whole file."""
        with writing(self._engine) as connection:
            done = update(IMPORTS).where(IMPORTS.c.id == import_id).values(finished_us=microseconds(finished_at))
            connection.execute(done)


def advance_in(connection: Connection, import_id: int, **counts: int) -> None:
    """Set ``rows_done``, ``stored``, ``unchanged`` and ``rejected`` inside the transaction that stores the facts."""
    connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(counts))


def _entry(row: Row[Any]) -> ImportEntry:
    finished = None if row.finished_us is None else instant(row.finished_us)
    return ImportEntry(
        row.id, row.file, row.sha256, row.kind, instant(row.started_us), finished, instant(row.exported_us),
        row.rows_done, row.stored, row.unchanged, row.rejected, row.undone_number,
    )  # fmt: skip
