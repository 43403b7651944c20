"""The company that imports, on both kinds of database and on SQLite alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.features.facts.importer.house import House


@pytest.fixture
def house(tmp_path: Path, engine: Engine) -> House:
    return House(tmp_path, engine)


@pytest.fixture
def sqlite_house(tmp_path: Path, sqlite_engine: Engine) -> House:
    return House(tmp_path, sqlite_engine)
