"""A transaction is kept whole or not at all, and an error tells nobody's phone number."""

from __future__ import annotations

import socket
import sqlite3
import stat
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from features.errors import StoreUnreachable
from features.facts import database
from features.facts.database import engine_for, raw, reading, writing
from features.facts.store import FactStore
from features.facts.tables import CONTACTS
from tests.support.facts import lead

ANNA = {"lead_id": "7", "name": "Анна", "phone": "89123456789", "email": "anna@firma.ru"}


class Interrupted(Exception):
    """Something went wrong in the middle."""


def test_a_transaction_that_breaks_off_leaves_nothing_behind(engine: Engine) -> None:
    def break_off() -> None:
        with writing(engine) as connection:
            connection.execute(insert(CONTACTS).values(ANNA))
            raise Interrupted

    with pytest.raises(Interrupted):
        break_off()
    with reading(engine) as connection:
        assert connection.execute(select(CONTACTS)).all() == []


def test_a_new_database_that_somebody_else_is_just_making_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "leadloop.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE made (here)")
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.commit).start()
    engine = engine_for(f"sqlite:///{tmp_path / 'leadloop.db'}")
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO made VALUES (1)"))
    engine.dispose()
    other.close()


def test_a_database_that_stays_taken_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.facts.database.LOCKED_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "leadloop.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = engine_for(f"sqlite:///{tmp_path / 'leadloop.db'}")
    with pytest.raises(StoreUnreachable, match="does not answer"), reading(engine):
        pytest.fail("somebody else has it")
    other.close()


@pytest.mark.parametrize("is_there", [True, False])
def test_the_folder_of_a_new_database_is_its_owners_alone(tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "data"
    if is_there:
        folder.mkdir()
        folder.chmod(0o755)
    engine_for(f"sqlite:///{folder / 'leadloop.db'}").dispose()
    assert stat.S_IMODE(folder.stat().st_mode) == (0o755 if is_there else 0o700)


def test_an_error_of_the_database_repeats_no_contact(engine: Engine) -> None:
    def of_nobody() -> None:
        with writing(engine) as connection:
            connection.execute(insert(CONTACTS).values({**ANNA, "lead_id": None}))

    with pytest.raises(IntegrityError) as caught:
        of_nobody()
    told = "".join(traceback.format_exception(caught.value))
    assert not any(word in told for word in ("Анна", "89123456789", "anna@firma.ru"))


@pytest.mark.parametrize("writes", [True, False])
def test_a_database_that_does_not_answer_is_named_without_its_password(writes: bool) -> None:
    engine = engine_for("postgresql+psycopg://anna:hunter2@127.0.0.1:1/leads?connect_timeout=2")
    opened = writing if writes else reading
    with pytest.raises(StoreUnreachable, match="does not answer") as caught, opened(engine):
        pytest.fail("nothing listens there")
    assert "hunter2" not in str(caught.value)


def test_a_postgresql_that_vanishes_without_a_word_is_known_to_be_gone_within_seconds(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    between = "&" if "?" in url else "?"
    served = engine_for(f"{url}{between}keepalives_idle=60")
    with reading(served) as connection:
        agreed = raw(connection).info.get_parameters()
    served.dispose()
    assert {name: agreed[name] for name in ("tcp_user_timeout", "connect_timeout", "keepalives_count")} == {
        "tcp_user_timeout": "20000", "connect_timeout": "10", "keepalives_count": "2",
    }  # fmt: skip
    assert agreed["keepalives_idle"] == "60"  # which the URL says
    monkeypatch.setitem(database.GONE_AFTER, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as aside:
        away = engine_for(f"postgresql+psycopg://anna@127.0.0.1:{silent.getsockname()[1]}/leads")
        with pytest.raises(StoreUnreachable, match="does not answer"):
            aside.submit(lambda: reading(away).__enter__()).result(20)


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'a' / 'b' / 'leadloop.db'}")
    with engine.connect():
        assert (tmp_path / "a" / "b" / "leadloop.db").exists()
    engine.dispose()


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("1"), lead("2")])
    begun = store.histories()
    first = next(begun)
    store.append([lead("3"), lead("4")])
    assert [first.lead_id, *(one.lead_id for one in begun)] == ["1", "2"]
    assert store.lead_count() == 4


def test_writers_at_the_same_time_get_numbers_without_gaps_or_doubles(engine: Engine) -> None:
    store = FactStore(engine)
    numbers: list[int | None] = []

    def write(writer: int) -> None:
        for one in range(5):
            numbers.extend(store.append([lead(f"{writer}-{one}"), lead(f"{writer}-{one}-again")]))

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert sorted(number or 0 for number in numbers) == list(range(1, 41))


def test_threads_that_write_take_turns_so_that_none_has_to_sleep_and_try_again(sqlite_engine: Engine) -> None:
    event.listen(sqlite_engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    sqlite_engine.dispose()

    def write(number: int) -> None:
        with writing(sqlite_engine) as connection:
            connection.execute(insert(CONTACTS).values({**ANNA, "lead_id": str(number)}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    with reading(sqlite_engine) as connection:
        assert len(connection.execute(select(CONTACTS.c.lead_id)).all()) == 64


@pytest.fixture
def served(postgres_url: str) -> Iterator[Engine]:
    """Give an engine of our own for a server; whoever asks says after how long an idle connection is asked about."""
    engine = engine_for(postgres_url)
    yield engine
    engine.dispose()


def backend_of(connection: Connection) -> int:
    """Return which of the server's processes answers."""
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def dropped(served: Engine) -> int:
    """Let the server drop the connection that an engine keeps; return which it was."""
    with reading(served) as connection:
        mine = backend_of(connection)
    other = create_engine(served.url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:of)"), {"of": mine})
        still = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :of")
        while connection.execute(still, {"of": mine}).scalar_one():
            connection.commit()
            time.sleep(0.02)
    return mine


def test_a_connection_that_lay_idle_and_was_dropped_is_replaced_before_anybody_notices(
    served: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_SECONDS", 0.0)
    before = dropped(served)
    with writing(served) as connection:
        assert backend_of(connection) != before


def test_one_that_is_dropped_while_it_is_used_all_the_time_is_told_once_and_then_replaced(
    served: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_SECONDS", 60.0)
    before = dropped(served)
    with pytest.raises(StoreUnreachable, match="does not answer"), writing(served):
        pytest.fail("the server knows that connection no more")
    with writing(served) as connection:
        assert backend_of(connection) != before
