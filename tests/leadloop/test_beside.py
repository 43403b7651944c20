"""A training goes on beside the quick duties, in a process that takes nothing else along and outlives no worker."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.duty_log import DutyLog, DutyRun
from features.errors import DutyCrashed
from features.facts.database import engine_for
from features.outbox.outbox import Outbox
from features.settings import settings_from_environment
from leadloop.duties.beside import Order, ProcessBeside
from leadloop.worker import FailedBeside
from models.artefact import champion_version
from tests.features.outbox.letters import letter
from tests.leadloop.command_line import Small, company_with_a_pattern, one_line, started
from tests.leadloop.sending.faulty_server import faulty_server

PATIENCE = 240.0
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONLY_QUICK = "work: {alarms: never, portrait: never, follow: never, conversions: never, crm: never, webhooks: never}\n"
"""Beside the training the outbox alone, so that a test waits for little."""


def until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Return the processes that one began to do duties in."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [one for one in map(int, found) if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text(encoding="utf-8")]


def goes_on(pid: int) -> bool:
    """Return whether a process is there, and no mere entry of one that ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def run_of(engine: Engine, name: str) -> DutyRun | None:
    return next((one for one in DutyLog(engine).runs() if one.name == name), None)


@pytest.fixture
def large(tmp_path: Path, mlflow_once: Path) -> Small:
    """Return a company whose training takes seconds at the least: its process has yet to load what trains."""
    made = company_with_a_pattern(tmp_path / "large", leads=600)
    made.done("import", *(made.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    shutil.copy(mlflow_once, made.home / "mlflow.db")
    words = Path(made.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + ONLY_QUICK, encoding="utf-8")
    return made


def test_a_letter_leaves_while_a_training_goes_on_stop_ends_both_within_seconds_and_the_next_trains_at_once(
    large: Small,
) -> None:
    engine = engine_for(settings_from_environment(large.home).database_url)
    with faulty_server() as server:
        Outbox(engine).put(letter("k1", url=server.url), datetime.now(UTC))
        process = started("work", *large.place, LEADLOOP_SEND_TO_LOOPBACK="1")
        until(lambda: bool(server.got), "the letter did not leave")
        training = run_of(engine, "train")
        assert training is not None
        assert training.outcome is None, "the training was over before the letter left: give it more leads"
        children = children_of(process.pid)
        assert children
        stopped = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = one_line(process.communicate(timeout=PATIENCE)[0])
        took = time.monotonic() - stopped
    assert process.returncode == 0, said
    assert said.endswith("train was broken off; it is begun again by the worker that leads next. Stopped.")
    assert took < 30, took
    assert not [one for one in children if goes_on(one)]
    ended = run_of(engine, "train")
    assert ended is not None
    assert ended.outcome == "broken_off"
    assert champion_version(large.home) is None
    again = started("work", "--every", "1w", *large.place, LEADLOOP_SEND_TO_LOOPBACK="1")
    until(lambda: champion_version(large.home) is not None or again.poll() is not None, "it was not begun again")
    until(lambda: (one := run_of(engine, "train")) is not None and one.outcome == "done", "it was not noted as done")
    again.send_signal(signal.SIGTERM)
    out = one_line(again.communicate(timeout=PATIENCE)[0])
    assert again.returncode == 0, out
    assert "Training every 7 days, 0:00:00; the last was never" in out
    assert f"Model {champion_version(large.home)}" in out
    assert out.endswith("Stopped.")
    engine.dispose()


def test_a_training_ends_with_its_worker_however_that_ends(large: Small) -> None:
    process = started("work", *large.place)
    until(lambda: bool(children_of(process.pid)), "no training began")
    children = children_of(process.pid)
    process.kill()
    process.communicate(timeout=PATIENCE)
    until(lambda: not any(goes_on(one) for one in children), "it goes on")


def order(small: Small, name: str = "train") -> Order:
    return Order(name, timedelta(days=1), NOW, small.home, Path(small.file("company.yaml")))


def test_what_it_failed_by_is_told_in_words_and_whether_it_passes(imported: Small, mlflow_once: Path) -> None:
    shutil.copy(mlflow_once, imported.home / "mlflow.db")
    running = ProcessBeside(order(imported))
    with pytest.raises(FailedBeside) as failed:
        running.finish()  # three leads are too few to learn from
    assert failed.value.why.startswith("No lead is settled that one could learn from")
    assert not failed.value.passes
    assert running.is_over()


def test_a_process_that_is_killed_is_told_by_its_signal_and_tried_again(large: Small) -> None:
    running = ProcessBeside(order(large))
    assert not running.is_over()
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    with pytest.raises(DutyCrashed, match="'train' was ended by signal 9"):
        running.finish()


def test_one_that_does_not_end_when_asked_is_ended(imported: Small) -> None:
    running = ProcessBeside(order(imported))
    pid = running.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # hears nothing
    running.stop()
    assert not goes_on(pid)
