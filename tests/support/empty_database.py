"""An up-to-date SQLite database with nothing in it: every step is taken once a process, and not by each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from features.facts.database import engine_for
from leadloop.database import bring_up_to_date


def put_empty_database(path: Path) -> None:
    """Put the database where a test wants to have it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_database())


@contextmanager
def empty_database(folder: Path) -> Iterator[Engine]:
    """Give the database in a folder, opened; it is closed with the block."""
    put_empty_database(folder / "leadloop.db")
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leadloop.db"
        engine = engine_for(f"sqlite:///{path}")
        bring_up_to_date(engine)
        engine.dispose()
        return path.read_bytes()
