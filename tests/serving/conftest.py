"""The doors of a small company, on SQLite and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.serving.doors import Doors, open_doors


@pytest.fixture
def doors(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give the doors of a company that has no lead yet."""
    with open_doors(tmp_path, sqlite_engine) as opened:
        yield opened


@pytest.fixture
def any_doors(tmp_path: Path, engine: Engine) -> Iterator[Doors]:
    """Give the doors of a company on each kind of database in turn."""
    with open_doors(tmp_path, engine) as opened:
        yield opened
