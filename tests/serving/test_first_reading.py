"""While a large company's leads are read after a start, pages of leads say so at once; what stores and scores goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import StoreUnreachable
from serving import first_reading, reading_ahead
from serving.open_leads.board import Board
from tests.serving.doors import eventually, open_doors

LONG = 60.0


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Give a reading that goes on until it is let go: when it has begun, and what lets it go."""
    began, released, whole = threading.Event(), threading.Event(), Board.warm

    def takes_long(board: Board, *asked: object) -> None:
        began.set()
        released.wait(LONG)
        whole(board, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Board, "warm", takes_long)
    monkeypatch.setattr(reading_ahead, "FIRST_SCORES_SECONDS", 0.01)
    monkeypatch.setattr(first_reading, "PATIENCE", 0.05)
    return began, released


def test_pages_say_that_leads_are_being_read_and_open_once_they_are(
    tmp_path: Path,
    sqlite_engine: Engine,
    reading: tuple[threading.Event, threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_reading, "MANY_FACTS", 0)
    began, released = reading
    with open_doors(tmp_path, sqlite_engine) as doors:
        eventually(began.is_set)
        for path in ("/queue", "/channels?level=campaign", "/journey/costs", "/budget", "/offers"):
            assert "Заявки читаются после запуска" in doors.page(path)
        assert "Leads are being read" in doors.page("/queue?lang=en")
        told = doors.client.get("/v1/queue")
        assert (told.status_code, told.headers["retry-after"]) == (503, "5")
        assert doors.lead("7")["lead_id"] == "7"
        assert "data-waiting" not in doors.page("/models")
        released.set()
        eventually(lambda: "data-waiting" not in doors.page("/queue"))
        assert doors.client.get("/v1/queue").json()["places"][0]["lead_id"] == "7"


def test_in_a_small_company_a_page_reads_what_it_needs_itself(
    tmp_path: Path, sqlite_engine: Engine, reading: tuple[threading.Event, threading.Event]
) -> None:
    began, released = reading
    with open_doors(tmp_path, sqlite_engine) as doors:
        eventually(began.is_set)
        assert "data-waiting" not in doors.page("/queue")
        released.set()


def test_a_reading_that_fails_leaves_the_pages_to_read_for_themselves(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_reading, "MANY_FACTS", 0)
    monkeypatch.setattr(reading_ahead, "FIRST_SCORES_SECONDS", 0.01)
    monkeypatch.setattr(first_reading, "PATIENCE", LONG)
    failed = threading.Event()

    def fails(*_: object) -> None:
        failed.set()
        raise StoreUnreachable("away")

    monkeypatch.setattr(Board, "warm", fails)
    with open_doors(tmp_path, sqlite_engine) as doors:
        eventually(failed.is_set)
        assert "data-waiting" not in doors.page("/queue")
