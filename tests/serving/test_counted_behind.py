"""A first count that takes long goes on behind its page; a failed one is told and begun anew."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest

from features.errors import StoreUnreachable
from serving.counted_behind import CountedBehind
from tests.serving.doors import eventually
from tests.support.facts import NOON


def test_who_asks_while_the_first_count_goes_on_is_told_at_once_and_one_count_serves_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("serving.counted_behind.PATIENCE", 0.0)
    may_go_on, counts = threading.Event(), list[datetime]()

    def count(moment: datetime) -> None:
        assert may_go_on.wait(30)
        counts.append(moment)

    counted = CountedBehind(count)
    assert [counted.is_up_to(NOON) for _ in range(3)] == [False] * 3
    may_go_on.set()
    eventually(lambda: counted.is_up_to(NOON))
    assert counted.is_up_to(NOON)
    assert counts == [NOON]


def test_a_short_count_is_waited_for() -> None:
    assert CountedBehind(lambda _: None).is_up_to(NOON)


def test_a_first_count_that_failed_is_told_to_whoever_waited_and_begun_anew(caplog: pytest.LogCaptureFixture) -> None:
    fails = [StoreUnreachable("gone")]

    def count(_: datetime) -> None:
        if fails:
            raise fails.pop()

    counted = CountedBehind(count)
    with pytest.raises(StoreUnreachable):
        counted.is_up_to(NOON)
    assert "A first count behind a page failed" in caplog.text
    assert counted.is_up_to(NOON)
