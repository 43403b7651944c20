"""What a service holds for good is set aside, and what nobody holds any more is thrown away all the same."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serving.settled_memory import MADE_BETWEEN_LOOKS, give_back, set_aside, tidy_up
from tests.leadloop.command_line import child_environment
from tests.serving.doors import eventually, open_doors


class Held:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_a_service_does_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("serving.settled_memory.gc", gc)  # and not as the services of other tests
    before = gc.get_threshold()
    yield
    gc.freeze()  # as a tester has it
    gc.set_threshold(*before)


def test_what_there_is_is_set_aside_and_the_young_are_looked_through_more_seldom() -> None:
    set_aside()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == MADE_BETWEEN_LOOKS


def test_what_was_set_aside_and_is_held_by_nobody_goes_when_it_is_tidied_up() -> None:
    gone = weakref.ref(Held())
    set_aside()
    gc.collect()
    assert gone() is not None
    tidy_up()
    assert gone() is None
    assert gc.get_freeze_count() > 10_000


def test_a_service_begins_with_what_it_holds_set_aside(tmp_path: Path, sqlite_engine: Engine) -> None:
    gc.unfreeze()
    with open_doors(tmp_path, sqlite_engine):
        assert gc.get_freeze_count() > 10_000


def test_a_service_throws_away_what_nobody_holds_once_it_has_read_ahead(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.reading_ahead.FIRST_SCORES_SECONDS", 0.01)
    gone = weakref.ref(Held())
    set_aside()
    with open_doors(tmp_path, sqlite_engine):
        eventually(lambda: gone() is None)
        eventually(lambda: gc.get_freeze_count() > 10_000)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives memory back by itself, or never")
def test_what_a_moment_needed_is_given_back_though_something_is_held_between() -> None:
    asked = (
        "from benchmarks.start import megabytes_of; from serving.settled_memory import give_back; import os\n"
        "taken = [b'x' * 700 + bytes([n % 256]) * 100 for n in range(100_000)]\n"
        "held = taken[::100]; taken.clear()\n"
        "before = megabytes_of(os.getpid()); give_back(); print(before - megabytes_of(os.getpid()), len(held))"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked], env=child_environment(), capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(said[0]) > 30.0  # of some 85 MB
    assert said[1] == "1000"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory in other ways")
@pytest.mark.parametrize(("said", "several"), [("pass", True), ("share_one_heap()", False)])
def test_threads_of_a_service_take_memory_from_one_heap(said: str, several: bool) -> None:
    asked = (
        "import ctypes, threading; from serving.settled_memory import share_one_heap\n"
        f"{said}\n"
        "libc = ctypes.CDLL(None); libc.malloc.restype = ctypes.c_void_p\n"
        "places, at_once = [], threading.Barrier(4)\n"
        "def take():\n"
        "    at_once.wait(); places.append(libc.malloc(4_000)); at_once.wait()\n"
        "several = [threading.Thread(target=take) for _ in range(4)]\n"
        "[one.start() for one in several]; [one.join() for one in several]\n"
        "print(max(places) - min(places) > 2**25)"  # a thread's own heap begins 64 MB beside the next
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], env=child_environment(), capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(several)


def test_where_the_c_library_cannot_give_back_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.settled_memory._trimmed", lambda: None)
    give_back()
