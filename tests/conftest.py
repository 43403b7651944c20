"""Databases of both kinds for every test that asks for one, and property tests that nobody times."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, NullPool, create_engine, text

from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from leadloop.database import bring_up_to_date
from tests.support.machine import is_ci, postgres_programs
from tests.support.postgres import postgres_server

OTHERS_GO = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)
"""A connection that a test left open would keep its tables locked."""

# A busy machine is no failure; speed is measured in benchmarks/.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


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
        yield url


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an up-to-date SQLite database with nothing in it, to be copied: every step was taken once, and not by each test."""
    path = tmp_path_factory.mktemp("empty") / "leadloop.db"
    engine = engine_for(f"sqlite:///{path}")
    bring_up_to_date(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_file: Path) -> Iterator[Engine]:
    """Give an up-to-date SQLite database in a file."""
    shutil.copyfile(sqlite_file, tmp_path / "leadloop.db")
    engine = engine_for(f"sqlite:///{tmp_path / 'leadloop.db'}")
    bring_up_to_date(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str, tmp_path: Path) -> Iterator[Engine]:
    """Give an up-to-date PostgreSQL database with nothing in it: the server's one, emptied of what the test before left."""
    emptying = create_engine(postgres_url, poolclass=NullPool)
    with emptying.begin() as connection:
        connection.execute(text(OTHERS_GO))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine = engine_for(postgres_url)
    give_keyring(engine, keyring_in(tmp_path))
    bring_up_to_date(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each kind of database in turn."""
    chosen: Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen
