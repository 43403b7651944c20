"""``leadloop rebuild``: every logged row comes out of the facts again, whatever was imported since."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import create_engine, select, update

from features.facts.tables import SCORES
from tests.leadloop.command_line import LEADS, Small, serving, write_rows


@pytest.fixture
def scored(trained: Small) -> Small:
    """Give a company whose running server stored and scored two leads and a call."""
    with serving(trained) as client:
        for name, role in (("web-1", "owner"), ("web-2", "tenant")):
            sent = client.post("/v1/leads", json={"id": name, "answers": {"role": role}, "marks": {"source": "vk"}})
            assert sent.status_code == 201, sent.text
        call = {"result": "reached", "answers": {"need": "yes", "budget": "yes"}}
        assert client.post("/v1/leads/web-1/calls", json=call).status_code == 201
    return trained


def test_logged_rows_are_the_same_after_later_imports(scored: Small, tmp_path: Path) -> None:
    assert "3 logged rows rebuilt, 3 the same, 0 differ." in scored.done("rebuild")
    row = ("web-2", "2026-03-01 10:00", "", "", "", "owner", "10", "google", "c9")
    write_rows(tmp_path / "later.csv", [LEADS, row])
    scored.done("import", str(tmp_path / "later.csv"))
    scored.done("undo", "1")
    assert "3 logged rows rebuilt, 3 the same, 0 differ." in scored.done("rebuild")
    assert "1 logged rows rebuilt, 1 the same, 0 differ." in scored.done("rebuild", "web-2")
    assert "2 logged rows rebuilt" in scored.done("rebuild", "--most", "2")


def test_a_row_that_differs_is_named_and_ends_with_1(scored: Small) -> None:
    engine = create_engine(f"sqlite:///{scored.home / 'leadloop.db'}")
    with engine.begin() as connection:
        found = connection.execute(select(SCORES.c.id, SCORES.c.row).where(SCORES.c.lead_id == "web-2")).one()
        changed = orjson.dumps({**orjson.loads(found.row), "role": "owner"}).decode()
        connection.execute(update(SCORES).where(SCORES.c.id == found.id).values(row=changed))
    engine.dispose()
    ran = scored.run("rebuild")
    assert ran.code == 1
    assert "Lead web-2 at " in ran.out
    assert "differs in role" in ran.out
    assert "3 logged rows rebuilt, 2 the same, 1 differ." in ran.out


def test_where_nothing_was_scored_nothing_differs(imported: Small) -> None:
    assert "0 logged rows rebuilt, 0 the same, 0 differ." in imported.done("rebuild")
