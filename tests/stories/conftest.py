"""Every story begins with a company that has no lead yet, its doors open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.serving.doors import Doors, open_doors


@pytest.fixture
def doors(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give the doors of the company."""
    with open_doors(tmp_path, sqlite_engine) as opened:
        yield opened
