"""One leader among many workers: whoever holds the database's lock does the duties, the others stand by.

On PostgreSQL it is an advisory lock of a session: the server lets it go when the connection ends, also after ``kill -9``. On
SQLite it is a lock on a file beside the database, which the kernel lets go when the process ends, however it ends. A row with an
expiry would do on both, but a leader would have to renew it in the middle of a long training, a clock that jumps would make two
leaders, and a stand-by would have to wait for the expiry.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

WORKER_LOCK = 7_405_002
"""PostgreSQL's advisory lock of the leader; ``database.APPEND_LOCK`` is another."""
SUFFIX = ".worker"
DEAD_AFTER = "SET tcp_keepalives_idle = 5", "SET tcp_keepalives_interval = 2", "SET tcp_keepalives_count = 3"
"""The server notices within some ten seconds that the leader's whole machine went away; of a process that ends it hears at once."""


class LeaderLock:
    """The lock of one worker; ``holds`` is asked before every duty."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file: int | None = None
        self._connection: Connection | None = None

    def holds(self) -> bool:
        """Return whether this worker leads, after trying to where it does not; a leader that lost the database leads no more."""
        if self._engine.dialect.name == "postgresql":
            return self._holds_session()
        return self._file is not None or self._takes_file()

    def is_held(self) -> bool:
        """Return whether any worker leads now."""
        if self._engine.dialect.name == "postgresql":
            asked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND granted")
            with self._engine.connect() as connection:
                return bool(connection.execute(asked, {"lock": WORKER_LOCK}).scalar_one())
        if self.holds():
            self.let_go()
            return False
        return True

    def let_go(self) -> None:
        """Let another worker lead."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._connection is not None:
            self._connection.invalidate()  # a pooled connection would take the lock along
            self._connection.close()
            self._connection = None

    def _holds_session(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for one in DEAD_AFTER:
                connection.execute(text(one))
            taken = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": WORKER_LOCK}).scalar_one()
        except DBAPIError:
            self.let_go()
            return False
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)

    def _takes_file(self) -> bool:
        name = self._engine.url.database
        if not name or name.startswith(":"):
            return True  # a database in memory is nobody else's
        try:
            import fcntl
        except ImportError:  # Windows: nothing keeps two workers apart there
            return True
        file = os.open(Path(name + SUFFIX), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True
