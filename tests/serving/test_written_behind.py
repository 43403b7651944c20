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
    """Keeps what it is given, once it is let."""

    def __init__(self) -> None:
        self.goes_on, self.taken = threading.Event(), list[int]()

    def __call__(self, group: list[int]) -> None:
        self.goes_on.wait(60)
        self.taken += group


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> HangingStore:
    monkeypatch.setattr(written_behind, "LONGEST_BACKLOG", MOST)
    monkeypatch.setattr(written_behind, "HANGS_AFTER", 0.2)
    return HangingStore()


def behind_of(store: HangingStore) -> WrittenBehind[int]:
    return WrittenBehind(store, name="example", most=1, gathered_seconds=0.001)


def test_nobody_waits_for_a_store_that_hangs_and_what_was_left_out_is_told(
    store: HangingStore, caplog: pytest.LogCaptureFixture
) -> None:
    behind = behind_of(store)
    behind.put(0)
    until = time.monotonic() + 10
    while behind._storing_since is None and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(0.3)
    for number in range(1, 100):
        behind.put(number)  # a place that waited for the store would wait a minute for each
    with caplog.at_level(logging.ERROR, "serving.written_behind"):
        store.goes_on.set()
        behind.close()
    assert store.taken == list(range(MOST + 1))
    assert [one.getMessage() for one in caplog.records] == [
        f"example: {100 - (MOST + 1)} lines were left out, as the store did not answer"
    ]


def test_once_the_store_takes_a_group_in_time_everything_is_stored_again(store: HangingStore) -> None:
    behind = behind_of(store)
    behind.put(0)
    time.sleep(0.4)
    store.goes_on.set()
    behind.settle()
    behind.put(1)
    behind.settle()
    for number in range(2, 5 * MOST):
        behind.put(number)
    behind.close()
    assert store.taken == list(range(5 * MOST))
