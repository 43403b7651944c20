"""SQLite's write-ahead log is put into the database behind those who write, so that no lead waits for it.

By itself SQLite does that in whatever thread commits once the log is long: a second or more on a slow disk, in which nobody can
store. A writer can go on while another connection does it; what came meanwhile is little, and only for that others wait.
"""

from __future__ import annotations

from sqlalchemy import Engine

from features.facts.database import answering, errors_as_told, raw, turn_of


def put_log_into_database(engine: Engine) -> None:
    """Put what SQLite's log holds into the database; the next to write then begins the log anew. PostgreSQL does so by itself.

    Who reads goes on reading, and keeps the log as long as his reading began before.

    Raises
    ------
    StoreUnreachable
        Where the database is gone, full or damaged.

    Examples
    --------
    >>> from features.facts.database import engine_for
    >>> put_log_into_database(engine_for("sqlite://"))
    """
    if engine.dialect.name != "sqlite":
        return
    with answering():
        _put(engine)  # most of it, while others write
        with turn_of(engine):
            _put(engine)


def _put(engine: Engine) -> None:
    with engine.connect() as connection, errors_as_told(connection):
        raw(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
