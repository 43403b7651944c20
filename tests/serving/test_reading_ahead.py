"""What is counted ahead is there before anybody asks, and keeps no service from ending."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import StoreUnreachable
from monitoring.lead_book import LeadBook
from serving import reading_ahead
from serving.figures import Figures
from serving.open_leads.board import Board
from serving.reading_ahead import done_before
from tests.serving.doors import eventually, open_doors

LONG = 60.0


def test_work_that_ends_in_time_is_waited_for_and_what_it_fails_by_is_told() -> None:
    async def asked() -> None:
        done: list[str] = []
        assert await done_before(asyncio.Event(), lambda: done.append("it"))
        assert done == ["it"]
        with pytest.raises(StoreUnreachable):
            await done_before(asyncio.Event(), fails)

    def fails() -> None:
        raise StoreUnreachable("away")

    asyncio.run(asked())


@pytest.mark.parametrize("piece", [(Board, "warm"), (Figures, "read_ahead"), (LeadBook, "keep")])
def test_a_service_ends_at_once_whatever_it_is_reading_ahead(
    piece: tuple[type, str], tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, released = threading.Event(), threading.Event()

    def takes_long(*_: object) -> None:
        began.set()
        released.wait(LONG)

    monkeypatch.setattr(*piece, takes_long)
    monkeypatch.setattr(reading_ahead, "FIRST_SCORES_SECONDS", 0.01)
    with open_doors(tmp_path, sqlite_engine) as doors:
        doors.lead()
        eventually(began.is_set)
        asked_to_end = time.monotonic()
    assert time.monotonic() - asked_to_end < LONG / 4
    released.set()


def test_what_is_read_ahead_is_there_before_anybody_looks_and_is_kept_for_the_next_start(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        doors.lead()
    monkeypatch.setattr(reading_ahead, "FIRST_SCORES_SECONDS", 0.01)
    monkeypatch.setattr(reading_ahead, "KEPT_EVERY_SECONDS", 0.05)

    def kept() -> list[str]:
        with closing(sqlite3.connect(tmp_path / "kept" / "leads.db")) as lines:
            return [name for (name,) in lines.execute("SELECT lead_id FROM lines ORDER BY lead_id")]

    with open_doors(tmp_path, sqlite_engine) as doors:
        eventually(lambda: doors.service.board.read_up_to is not None)
        doors.lead("8")
        eventually(lambda: kept() == ["7", "8"])
