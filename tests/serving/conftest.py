"""The doors of a small company, on SQLite and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from tests.serving.doors import Doors, open_doors
from tests.support.machine import chromium, is_ci

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
"""No other machine is found. To hold each request back and ask instead would take the browser's cache away: each page would read
the chart library, of several megabytes, anew."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ONLY_HERE]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Chromium; without it the tests that need it are left out, under CI they fail."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        message = "Chromium is not installed: sudo apt-get install chromium fonts-dejavu-core"
        if is_ci():
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


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
