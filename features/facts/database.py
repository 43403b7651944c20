"""Opens the database: SQLite with a write-ahead log in the data folder, or PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from features.errors import StoreUnreachable

_WRITERS: WeakKeyDictionary[Engine, _Writer] = WeakKeyDictionary()
_WRITERS_LOCK = threading.Lock()
OUR_OWN_SLIPS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
SQLITE = (
    "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
    "cache_size=-4096",  # kilobytes of each connection; what is read again lies in the system's own cache
    "wal_autocheckpoint=8000",  # pages: the log is put into the database every 32 MB and not every few groups of leads
)  # fmt: skip
LOCKED_SECONDS = 30.0
"""So long a database is waited for that somebody else has to himself."""
LOCKED_AGAIN_SECONDS = 0.02
WRITERS_KILOBYTES = 16_384
"""So many kilobytes of pages the connection that writes keeps: a new lead falls anywhere among the persons known before."""
GONE_AFTER = {
    "connect_timeout": 10,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""After how many seconds (``tcp_user_timeout``: milliseconds) a PostgreSQL that vanished without a word is known to be gone, be it
its machine or the way there; without them the system waits for a quarter of an hour. What the URL says of them counts."""
IDLE_SECONDS = 1.0
"""A connection to PostgreSQL that was used within so long is used again unasked: under load the question would be one more
way there and back for each group of leads."""
APPEND_LOCK = 7_405_001
"""PostgreSQL's advisory lock under which facts are appended, so that numbers become visible in their order."""
ASKED_AT_ONCE = 500
"""So many keys are named in one question at the most: a database takes only so many values, and a long list takes its time."""
T = TypeVar("T")


@dataclass(slots=True)
class _Writer:
    """The one connection of a process that writes to a file of SQLite's, which lets one write at a time.

    What a connection has read of the file it forgets as soon as another one has written: each group of leads would be put into
    pages that are all read anew. Threads take turns by a lock: SQLite would let them sleep and try again, and the unlucky for long.
    """

    turn: threading.Lock = field(default_factory=threading.Lock)
    connection: Connection | None = None


def engine_for(url: str) -> Engine:
    """Return the engine of a database; SQLite's folder is made where it is missing.

    No error of the engine repeats a statement's parameters: they may be somebody's phone number.

    >>> engine_for("sqlite://").dialect.name
    'sqlite'
    """
    if not url.startswith("sqlite"):
        said = make_url(url).query
        patience = {name: value for name, value in GONE_AFTER.items() if name not in said}
        served = create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True, connect_args=patience)
        event.listen(served, "handle_error", _without_the_row)
        event.listen(served, "checkin", _note_when_used)
        event.listen(served, "checkout", _ask_whether_it_answers)
        return served
    path = url.removeprefix("sqlite:///")
    if path and path != url and not path.startswith(":"):
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    in_file = {} if make_url(url).database in (None, "", ":memory:") else {"pool_use_lifo": True}
    engine = create_engine(url, connect_args={"timeout": LOCKED_SECONDS}, hide_parameters=True, **in_file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "engine_disposed", _leave)
    return engine


@contextmanager
def writing(engine: Engine, *, alone: bool = True) -> Iterator[Connection]:
    """Give a transaction that is alone in appending; commits at the end, or leaves nothing behind.

    Not ``alone`` is one whose rows nobody follows by their numbers: on PostgreSQL it keeps no one waiting who appends.

    Raises
    ------
    StoreUnreachable
        Where the database is gone, full, damaged or has no connection left; so for ``reading``.

    Examples
    --------
    >>> engine = engine_for("sqlite://")
    >>> with writing(engine) as connection:
    ...     _ = connection.exec_driver_sql("CREATE TABLE leads (id TEXT)")
    ...     _ = connection.exec_driver_sql("INSERT INTO leads VALUES ('7')")
    >>> with reading(engine) as connection:
    ...     connection.exec_driver_sql("SELECT count(*) FROM leads").scalar_one()
    1
    """
    if engine.dialect.name == "sqlite":
        with answering(), _in_turn(engine) as connection:
            yield connection
        return
    with answering(), engine.connect() as connection, connection.begin():
        if alone:
            _lock_appending(connection)
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one consistent state; it writes nothing."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with answering(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def in_parts(keys: Sequence[T], most: int = ASKED_AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield what a database is asked about in parts, in its order, ``most`` at a time.

    >>> [list(part) for part in in_parts(["a", "b", "c"], 2)]
    [['a', 'b'], ['c']]
    """
    for start in range(0, len(keys), most):
        yield keys[start : start + most]


@contextmanager
def errors_as_told(connection: Connection) -> Iterator[None]:
    """Raise what the driver itself raises as everybody knows it, without the row that it may repeat."""
    driver: Any = connection.dialect.dbapi
    try:
        yield
    except driver.Error as error:
        without_the_row(error)
        told = DBAPIError.instance(None, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect)
        raise told from error


def raw(connection: Connection) -> Any:
    """Return the driver's own connection."""
    return connection.connection.driver_connection


def wiped(connection: Connection) -> None:
    """Let this connection overwrite what it deletes; PostgreSQL's rows go when it next vacuums."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def turn_of(engine: Engine) -> threading.Lock:
    """Return the lock by which the threads of a process take turns in writing to SQLite."""
    return _writer_of(engine).turn


def _writer_of(engine: Engine) -> _Writer:
    with _WRITERS_LOCK:
        return _WRITERS.setdefault(engine, _Writer())


@contextmanager
def _in_turn(engine: Engine) -> Iterator[Connection]:
    writer = _writer_of(engine)
    with writer.turn:
        connection, writer.connection = writer.connection or _to_write(engine), None
        try:
            with connection.begin():
                yield connection
        except BaseException:
            connection.close()
            raise
        if isinstance(engine.pool, QueuePool):
            writer.connection = connection
        else:  # in memory, where each thread may have a database of its own
            connection.close()


def _to_write(engine: Engine) -> Connection:
    connection = engine.connect().execution_options(writes=True)
    raw(connection).execute(f"PRAGMA cache_size=-{WRITERS_KILOBYTES}")
    return connection


def _leave(engine: Engine) -> None:
    """Close the connection that writes, as the engine's others are."""
    writer = _writer_of(engine)
    with writer.turn:
        connection, writer.connection = writer.connection, None
        if connection is not None:
            connection.detach()
            connection.close()


@contextmanager
def answering() -> Iterator[None]:
    """Raise ``StoreUnreachable`` where the database is gone, full, damaged or has no connection left; our own slips stay."""
    try:
        yield
    except OUR_OWN_SLIPS:
        raise
    except (DatabaseError, NoConnectionFree) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        message = f"The database does not answer ({kind}); look whether it runs and has room on its disk."
        raise StoreUnreachable(message) from error


def _lock_appending(connection: Connection) -> None:
    """Begin and wait for the lock in one way to the server and back."""
    with errors_as_told(connection), raw(connection).pipeline():
        raw(connection).execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))


def _note_when_used(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _ask_whether_it_answers(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Look whether the server still knows a connection that lay idle; where not, the pool takes another one."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < IDLE_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        if not connection.closed:
            raise
        raise DisconnectionError from error


def without_the_row(error: BaseException) -> str | None:
    """Keep PostgreSQL's first sentence alone, as its DETAIL repeats the row that it refused; return it, None where it has none."""
    said: str | None = getattr(getattr(error, "diag", None), "message_primary", None)
    if said is not None:
        error.args = (said,)
    return said


def _without_the_row(context: ExceptionContext) -> None:
    said = without_the_row(context.original_exception)
    if said is not None and context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {said}",)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the begin below is ours: the driver's own would begin too late
    cursor = connection.cursor()
    _keep_log(cursor)
    for pragma in SQLITE:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_log(cursor: sqlite3.Cursor) -> None:
    """Let a database have a write-ahead log; SQLite itself waits for nobody who is just making it, and refuses."""
    until = time.monotonic() + LOCKED_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(LOCKED_AGAIN_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
