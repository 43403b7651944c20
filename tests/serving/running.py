"""`leadloop serve` as a process of its own, on a free port of loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from features.facts.database import engine_for
from features.facts.store import FactStore
from leadloop.database import bring_up_to_date
from models.score_log import ScoreLog
from tests.serving.doors import COMPANY
from tests.support.free_port import free_port


@contextmanager
def served(home: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """Give a client of the small company's `leadloop serve`, and its process; both end with the block."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "company.yaml").write_text(COMPANY, encoding="utf-8")
    with listening(home, home / "company.yaml") as both:
        yield both


@contextmanager
def listening(home: Path, company: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """Give a client of `leadloop serve` on a free port, and its process; both end with the block."""
    port = free_port()
    place = ["--home", str(home), "--company", str(company), "--port", str(port)]
    quiet = {**os.environ, "LEADLOOP_DATABASE_URL": "", "LEADLOOP_API_KEY": "", "LEADLOOP_OPEN": "loopback"}
    process = subprocess.Popen(
        [sys.executable, "-m", "leadloop", "serve", *place], env=quiet, stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            _wait_until_ready(client, process)
            yield client, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "leadloop serve ended"
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("leadloop serve did not become ready")


def store_of(home: Path) -> tuple[FactStore, ScoreLog]:
    """Return the facts and the score log in a data folder; whoever asks disposes of the engine."""
    engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
    bring_up_to_date(engine)
    return FactStore(engine), ScoreLog(engine)
