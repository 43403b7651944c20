"""SQLite's write-ahead log is put into the database behind those who write, so that no lead waits for it.

By itself SQLite does that in whatever thread commits once the log is long: a second or more on a slow disk, in which nobody can
store. A writer can go on while another connection does it; what came meanwhile is little, and only for that others wait.
"""

from __future__ import annotations

import time
from typing import Literal

from sqlalchemy import Engine

from features.errors import StoreUnreachable
from features.facts.database import answering, errors_as_told, raw, turn_of

EMPTIED_WITHIN_SECONDS = 10.0
"""SQLite waits by itself for who reads, but not for who is just putting the log into the database: that is asked again so long."""
AGAIN_AFTER_SECONDS = 0.02
PUT_WHOLE_WITHIN_SECONDS = 1.0
"""So long whoever writes waits for who reads, until the database's file holds everything by itself."""


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
        _is_put(engine, "PASSIVE")  # most of it, while others write
        with turn_of(engine):
            _is_put(engine, "PASSIVE")


def put_whole_log_into_database(engine: Engine) -> None:
    """Put all that SQLite's log holds into the database, so that its file holds it also where somebody copies that alone.

    Where somebody goes on reading what was there before, it is left at that after a second: it is kept in the log.

    Raises
    ------
    StoreUnreachable
        Where the database is gone, full or damaged.
    """
    until = time.monotonic() + PUT_WHOLE_WITHIN_SECONDS
    with answering():
        while engine.dialect.name == "sqlite" and not _is_put(engine, "PASSIVE") and time.monotonic() < until:
            time.sleep(AGAIN_AFTER_SECONDS)


def leave_no_trace(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which would still hold what was just overwritten; PostgreSQL keeps its own.

    Raises
    ------
    StoreUnreachable
        Where somebody reads for so long that the log cannot be emptied: it would look as if it were.
    """
    until = time.monotonic() + EMPTIED_WITHIN_SECONDS
    while engine.dialect.name == "sqlite" and not _is_put(engine, "TRUNCATE"):
        if time.monotonic() > until:
            raise StoreUnreachable(
                "It is done, but somebody reads the database all the while: ask again to wipe its log."
            )
        time.sleep(AGAIN_AFTER_SECONDS)


def _is_put(engine: Engine, how: Literal["PASSIVE", "TRUNCATE"]) -> bool:
    """Put the log into the database as SQLite's checkpoint of that name does; return whether all of it is there."""
    with engine.connect() as connection, errors_as_told(connection):
        is_busy, in_log, put = raw(connection).execute(f"PRAGMA wal_checkpoint({how})").fetchone()
    return not is_busy and in_log == put
