"""SQLite's log is put into the database behind those who write, and keeps neither writers nor readers waiting."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

from features.facts.database import engine_for, reading, writing
from features.facts.tables import CONTACTS
from features.facts.write_ahead_log import leave_no_trace, put_log_into_database

PAGES_A_GROUP = 50


@pytest.fixture
def database(sqlite_engine: Engine) -> Path:
    put_log_into_database(sqlite_engine)
    assert sqlite_engine.url.database is not None
    return Path(sqlite_engine.url.database)


def store(engine: Engine, lead: str) -> None:
    """Store some pages of a contact."""
    with writing(engine) as connection:
        connection.execute(insert(CONTACTS).values(lead_id=lead, sealed=b"x" * 4096 * PAGES_A_GROUP))


@contextmanager
def log_put_all_the_time(engine: Engine) -> Iterator[None]:
    """Put the log into the database again and again beside what a test does."""
    ended = threading.Event()

    def put() -> None:
        while not ended.is_set():
            put_log_into_database(engine)

    putting = threading.Thread(target=put)
    putting.start()
    try:
        yield
    finally:
        ended.set()
        putting.join()


def stored_in_file(database: Path, alone: Path) -> int:
    """Return how many contacts the database's own file holds, without its log."""
    alone.write_bytes(database.read_bytes())
    connection = sqlite3.connect(alone)
    try:
        return int(connection.execute("SELECT count(*) FROM contacts").fetchone()[0])
    finally:
        connection.close()


def test_what_was_stored_is_in_the_database_itself_and_not_only_in_its_log(
    sqlite_engine: Engine, database: Path, tmp_path: Path
) -> None:
    store(sqlite_engine, "7")
    assert stored_in_file(database, tmp_path / "before.db") == 0
    put_log_into_database(sqlite_engine)
    assert stored_in_file(database, tmp_path / "after.db") == 1


def test_the_log_begins_anew_so_it_stays_as_long_as_what_came_in_between(sqlite_engine: Engine, database: Path) -> None:
    log = database.with_name(database.name + "-wal")
    for lead in range(12):
        store(sqlite_engine, str(lead))
        put_log_into_database(sqlite_engine)
    assert log.stat().st_size < 3 * PAGES_A_GROUP * 4096


def test_a_reader_who_began_before_goes_on_seeing_what_he_saw(sqlite_engine: Engine, database: Path) -> None:
    count = select(func.count()).select_from(CONTACTS)
    store(sqlite_engine, "7")
    with reading(sqlite_engine) as connection:
        assert connection.execute(count).scalar_one() == 1
        store(sqlite_engine, "8")
        put_log_into_database(sqlite_engine)
        store(sqlite_engine, "9")
        assert connection.execute(count).scalar_one() == 1
    with reading(sqlite_engine) as connection:
        assert connection.execute(count).scalar_one() == 3


def test_nothing_is_lost_while_several_write_and_the_log_is_put_again_and_again(
    sqlite_engine: Engine, database: Path
) -> None:
    def write(own: int) -> None:
        for n in range(5):
            store(sqlite_engine, f"{own}-{n}")

    with log_put_all_the_time(sqlite_engine):
        writers = [threading.Thread(target=write, args=(own,)) for own in range(4)]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(func.count()).select_from(CONTACTS)).scalar_one() == 20


def test_a_log_that_is_just_being_put_into_the_database_is_emptied_a_moment_later(
    sqlite_engine: Engine, database: Path
) -> None:
    with log_put_all_the_time(sqlite_engine):
        for lead in range(20):
            store(sqlite_engine, str(lead))
            leave_no_trace(sqlite_engine)
    assert database.with_name(database.name + "-wal").stat().st_size == 0


def test_all_that_a_process_writes_goes_through_one_connection(sqlite_engine: Engine) -> None:
    used = set()
    for _ in range(3):
        with writing(sqlite_engine) as connection, reading(sqlite_engine) as other:
            used.add(id(connection.connection.driver_connection))
            assert other.connection.driver_connection is not connection.connection.driver_connection
    assert len(used) == 1


def test_a_database_that_is_given_back_is_open_nowhere(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'leadloop.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE kept (one)")
    engine.dispose()
    assert not (tmp_path / "leadloop.db-wal").exists()  # the last to leave puts it away


def test_a_server_s_database_keeps_its_own_log(postgres_engine: Engine) -> None:
    put_log_into_database(postgres_engine)
