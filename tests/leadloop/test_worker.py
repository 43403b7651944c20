"""The worker does its piece when it is due, tells what failed, and stops when told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.errors import LeadloopError, NothingToLearn, RegistryUnreachable
from features.settings import settings_from_environment
from leadloop.worker import LONGEST_SLEEP, Duty, work
from models.mlflow_registry import MlflowRegistry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def worked(days: int, *, last: datetime | None, piece: Callable[[datetime], None] | None = None) -> list[datetime]:
    """Return when a worker that is stopped after so many days did its piece, once a day; time passes only while it sleeps."""
    at, done = [NOON], list[datetime]()

    def stopped(wait: timedelta) -> bool:
        assert timedelta(0) <= wait <= LONGEST_SLEEP
        at[0] += max(wait, timedelta(seconds=1))
        return at[0] >= NOON + days * DAY

    def do(moment: datetime) -> None:
        done.append(moment)
        if piece:
            piece(moment)

    work([Duty(do, DAY, lambda: last)], clock=lambda: at[0], stopped=stopped, failed=lambda error: None)
    return done


def test_without_a_last_time_it_begins_at_once_and_goes_on_when_due() -> None:
    assert worked(3, last=None) == [NOON, NOON + DAY, NOON + 2 * DAY]


def test_what_was_done_by_hand_an_hour_ago_is_not_done_again_before_its_time() -> None:
    assert worked(1, last=NOON - timedelta(hours=1)) == [NOON + DAY - timedelta(hours=1)]


def test_a_clock_that_was_a_year_ahead_and_was_put_right_puts_nothing_off_for_long() -> None:
    assert worked(2, last=NOON + 365 * DAY) == [NOON + DAY]


def test_what_is_long_overdue_is_done_once() -> None:
    assert worked(1, last=NOON - 30 * DAY) == [NOON]


def test_what_a_person_can_put_right_is_told_and_tried_again_when_due() -> None:
    told: list[LeadloopError] = []
    left = [NOON]

    def fails(moment: datetime) -> None:
        raise NothingToLearn("too early")

    def stopped(wait: timedelta) -> bool:
        left[0] += max(wait, timedelta(seconds=1))
        return left[0] >= NOON + 2 * DAY

    work([Duty(fails, DAY)], clock=lambda: left[0], stopped=stopped, failed=told.append)
    assert [str(one) for one in told] == ["too early", "too early"]


def test_a_record_of_models_that_is_broken_is_told_and_does_not_end_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(name, raising=False)
    settings = settings_from_environment(tmp_path)
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 100)
    told: list[LeadloopError] = []

    def asks(moment: datetime) -> None:
        MlflowRegistry(settings).models()

    work([Duty(asks, DAY)], clock=lambda: NOON, stopped=lambda wait: True, failed=told.append)
    assert [type(one) for one in told] == [RegistryUnreachable]


def test_where_it_cannot_be_told_when_it_was_done_before_that_is_said_and_asked_again_until_it_can() -> None:
    told: list[LeadloopError] = []
    done: list[datetime] = []
    at, asked = [NOON], itertools.count(1)

    def last() -> datetime:
        if next(asked) < 3:
            raise RegistryUnreachable("away")
        return NOON - timedelta(hours=23)

    def stopped(wait: timedelta) -> bool:
        at[0] += max(wait, timedelta(seconds=1))
        return at[0] >= NOON + DAY

    work([Duty(done.append, DAY, last)], clock=lambda: at[0], stopped=stopped, failed=told.append)
    assert [type(one) for one in told] == [RegistryUnreachable] * 2
    assert done == [NOON + timedelta(hours=1)]


def test_whoever_waits_for_the_record_of_models_can_be_stopped() -> None:
    def last() -> datetime:
        raise RegistryUnreachable("away")

    done: list[datetime] = []
    work([Duty(done.append, DAY, last)], clock=lambda: NOON, stopped=lambda wait: True, failed=lambda error: None)
    assert done == []


def test_a_fault_of_ours_ends_the_worker() -> None:
    def breaks(moment: datetime) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worked(1, last=None, piece=breaks)


def test_of_two_duties_each_is_done_in_its_own_time_and_one_that_fails_holds_up_no_other() -> None:
    at, done = [NOON], list[tuple[str, timedelta]]()

    def stopped(wait: timedelta) -> bool:
        at[0] += max(wait, timedelta(seconds=1))
        return at[0] >= NOON + DAY

    def fails(moment: datetime) -> None:
        done.append(("fails", moment - NOON))
        raise NothingToLearn("too early")

    duties = [
        Duty(fails, timedelta(hours=12)),
        Duty(lambda moment: done.append(("looks", moment - NOON)), timedelta(hours=8)),
    ]
    work(duties, clock=lambda: at[0], stopped=stopped, failed=lambda error: None)
    hours = [(what, round(after / timedelta(hours=1))) for what, after in done]
    assert hours == [("fails", 0), ("looks", 0), ("looks", 8), ("fails", 12), ("looks", 16)]
