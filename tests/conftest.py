"""Databases of both kinds for every test that asks for one, and property tests that nobody times."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from leadloop.database import bring_up_to_date
from tests.support.empty_database import empty_database
from tests.support.machine import is_ci, postgres_programs
from tests.support.made_once import made_once
from tests.support.memory_of_a_tester import not_looked_through_while_found, services_leave_it_to_python
from tests.support.postgres import postgres_server

# A busy machine is no failure; speed is measured in benchmarks/.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
LEFT_BEHIND = frozenset({"reading-ahead", "alarms", "first count"})
"""Threads that a service which ends leaves to end with its process."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Find the tests without looking through what was found so far."""
    with not_looked_through_while_found():
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _services_leave_it_to_python() -> Iterator[None]:
    with services_leave_it_to_python():
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a real PostgreSQL server; without one the tests that need it are left out, under CI they fail."""
    programs = postgres_programs()
    if programs is None:
        message = "PostgreSQL is not installed: sudo apt-get install postgresql"
        if is_ci():
            pytest.fail(message)
        pytest.skip(message)
    with postgres_server(programs) as url:
        _said_to_server(url, "CREATE DATABASE leadloop")
        yield _of_database(url, "leadloop")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the name of an up-to-date PostgreSQL database with nothing in it, to be copied: every step was taken once."""
    _said_to_server(postgres_url, "CREATE DATABASE empty")
    engine = engine_for(_of_database(postgres_url, "empty"))
    give_keyring(engine, keyring_in(tmp_path_factory.mktemp("keys")))
    bring_up_to_date(engine)
    engine.dispose()
    return "empty"


def _of_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _said_to_server(url: str, *commands: str) -> None:
    """Run commands of the server itself, which no transaction takes."""
    server = create_engine(_of_database(url, "postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for command in commands:
            connection.execute(text(command))


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an up-to-date SQLite database in a file."""
    with empty_database(tmp_path) as engine:
        yield engine


@pytest.fixture
def postgres_engine(postgres_url: str, postgres_template: str, tmp_path: Path) -> Iterator[Engine]:
    """Give an up-to-date PostgreSQL database with nothing in it; a connection that the test before left open is ended."""
    _said_to_server(
        postgres_url,
        "DROP DATABASE IF EXISTS leadloop WITH (FORCE)",
        f"CREATE DATABASE leadloop TEMPLATE {postgres_template}",
    )
    engine = engine_for(postgres_url)
    give_keyring(engine, keyring_in(tmp_path))
    bring_up_to_date(engine)
    yield engine
    for one in threading.enumerate():
        if one.name in LEFT_BEHIND:  # with a connection in hand, which would come back to a pool that is gone
            one.join(60.0)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each kind of database in turn."""
    chosen: Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen


@dataclass(frozen=True, slots=True)
class DemoMade:
    """A demo company of nine months and 1,500 leads: its folder, the day before which it ends, and what the command said."""

    folder: Path
    end: date
    said: str


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> DemoMade:
    """Give a demo company that ends today, as the command makes it; nobody may change it."""
    from tests.leadloop.command_line import run

    def make(place: Path) -> None:
        end = datetime.now(UTC).date()
        ran = run("demo", "--no-serve", "--months", "9", "--leads", "1500", "--folder", str(place / "demo-data"))
        assert ran.code == 0, ran.out + ran.err
        (place / "end.txt").write_text(end.isoformat(), encoding="utf-8")
        (place / "said.txt").write_text(ran.out, encoding="utf-8")

    place = made_once(tmp_path_factory, "demo", make)
    end, said = ((place / name).read_text(encoding="utf-8") for name in ("end.txt", "said.txt"))
    return DemoMade(place / "demo-data", date.fromisoformat(end), said)
