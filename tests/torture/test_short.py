"""A short form of `make torture`: two kills under writers on each kind of database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.torture.storm import Server, aftermath, storm


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_where_the_server_is_killed_under_writers(
    tmp_path: Path, engine: Engine
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    told = asyncio.run(storm(Server(tmp_path, url), kills=2, writers=8))
    found = aftermath(tmp_path, url, told, 2)
    assert found.acknowledged > 20
    assert found.is_clean, found
