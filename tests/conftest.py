"""Databases of both kinds for every test that asks for one, and property tests that nobody times."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from features.facts.database import engine_for
from leadloop.database import bring_up_to_date
from tests.support.machine import is_ci, postgres_programs
from tests.support.postgres import postgres_server

NUMBERS = itertools.count(1)

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


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an up-to-date SQLite database in a file."""
    engine = engine_for(f"sqlite:///{tmp_path / 'leadloop.db'}")
    bring_up_to_date(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """Give an up-to-date PostgreSQL database of its own."""
    name = f"test_{next(NUMBERS)}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = engine_for(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    bring_up_to_date(engine)
    yield engine
    engine.dispose()
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each kind of database in turn."""
    chosen: Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen
