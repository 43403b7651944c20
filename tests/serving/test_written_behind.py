"""What is written behind the answers holds up none of them, also where the store hangs; what was left out is told."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from serving import written_behind
from serving.written_behind import WrittenBehind

MOST = 7


class HangingStore:
    """Keeps what it is given, once it is let; ``is_asked`` is set while it is asked to."""

    def __init__(self) -> None:
        self.is_asked, self.goes_on, self.taken = threading.Event(), threading.Event(), list[int]()

    def __call__(self, group: list[int]) -> None:
        self.is_asked.set()
        self.goes_on.wait(60)
        self.taken += group


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> HangingStore:
    monkeypatch.setattr(written_behind, "LONGEST_BACKLOG", MOST)
    monkeypatch.setattr(written_behind, "HANGS_AFTER", 0.0)
    return HangingStore()


def hanging(store: HangingStore) -> WrittenBehind[int]:
    """Return what writes to a store that has begun to hang with the first line, 0."""
    behind = WrittenBehind(store, name="example", most=1, gathered_seconds=0.001)
    behind.put(0)
    assert store.is_asked.wait(30)
    return behind


def test_nobody_waits_for_a_store_that_hangs_and_what_was_left_out_is_told(
    store: HangingStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    behind = hanging(store)
    with caplog.at_level(logging.ERROR, "serving.written_behind"):
        for number in range(1, 100):
            behind.put(number)  # who waited for the store would wait a minute here
        assert [one.getMessage() for one in caplog.records] == [
            "example: the store takes too long, and lines are left out from now on"
        ]
        monkeypatch.setattr(written_behind, "HANGS_AFTER", 3600.0)
        store.goes_on.set()
        behind.close()
    assert store.taken == list(range(MOST + 1))
    assert caplog.records[1].getMessage() == f"example: the store is back; {100 - (MOST + 1)} lines were left out"


def test_once_the_store_takes_a_group_in_time_everything_is_stored_again(
    store: HangingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = hanging(store)
    time.sleep(0.01)
    store.goes_on.set()
    behind.settle()
    assert behind._hung  # the first group took longer than is allowed here
    monkeypatch.setattr(written_behind, "HANGS_AFTER", 3600.0)
    behind.put(1)
    behind.settle()
    for number in range(2, 5 * MOST):
        behind.put(number)
    behind.close()
    assert store.taken == list(range(5 * MOST))
