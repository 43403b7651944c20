"""The worker does its piece when it is due, tells what failed, and stops when told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.errors import NothingToLearn, RegistryUnreachable, StoreUnreachable
from features.settings import settings_from_environment
from leadloop.worker import LONGEST_SLEEP, STAND_BY, Duty, FailedBeside, Told, once, work
from models.mlflow_registry import MlflowRegistry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Failures(Told):
    """Keeps what failed."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        self.errors.append(error)


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

    work([Duty("do", do, DAY, lambda: last)], clock=lambda: at[0], stopped=stopped, told=Told())
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
    told = Failures()
    left = [NOON]

    def fails(moment: datetime) -> None:
        raise NothingToLearn("too early")

    def stopped(wait: timedelta) -> bool:
        left[0] += max(wait, timedelta(seconds=1))
        return left[0] >= NOON + 2 * DAY

    work([Duty("fails", fails, DAY)], clock=lambda: left[0], stopped=stopped, told=told)
    assert [str(one) for one in told.errors] == ["too early", "too early"]


def test_a_record_of_models_that_is_broken_is_told_and_does_not_end_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(name, raising=False)
    settings = settings_from_environment(tmp_path)
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 100)
    told = Failures()

    def asks(moment: datetime) -> None:
        MlflowRegistry(settings).models()

    work([Duty("asks", asks, DAY)], clock=lambda: NOON, stopped=lambda wait: True, told=told)
    assert [type(one) for one in told.errors] == [RegistryUnreachable]


def test_where_it_cannot_be_told_when_it_was_done_before_that_is_said_and_asked_again_until_it_can() -> None:
    told = Failures()
    done: list[datetime] = []
    at, asked = [NOON], itertools.count(1)

    def last() -> datetime:
        if next(asked) < 3:
            raise RegistryUnreachable("away")
        return NOON - timedelta(hours=23)

    def stopped(wait: timedelta) -> bool:
        at[0] += max(wait, timedelta(seconds=1))
        return at[0] >= NOON + DAY

    work([Duty("done", done.append, DAY, last)], clock=lambda: at[0], stopped=stopped, told=told)
    assert [type(one) for one in told.errors] == [RegistryUnreachable] * 2
    assert done == [NOON + timedelta(hours=1)]


def test_whoever_waits_for_the_record_of_models_can_be_stopped() -> None:
    def last() -> datetime:
        raise RegistryUnreachable("away")

    done: list[datetime] = []
    work([Duty("done", done.append, DAY, last)], clock=lambda: NOON, stopped=lambda wait: True, told=Told())
    assert done == []


def test_a_fault_of_ours_is_tried_again_sooner_and_then_less_and_less_often() -> None:
    tried: list[datetime] = []

    def breaks(moment: datetime) -> None:
        tried.append(moment)
        raise ZeroDivisionError

    worked(1, last=None, piece=breaks)
    waits = [(after - before) // timedelta(minutes=1) for before, after in itertools.pairwise(tried)]
    assert waits[:6] == [1, 2, 4, 8, 16, 32]


def test_a_duty_that_came_back_is_due_in_its_usual_time_again() -> None:
    done: list[datetime] = []

    def first_time_away(moment: datetime) -> None:
        done.append(moment)
        if len(done) == 1:
            raise StoreUnreachable("away")

    worked(2, last=None, piece=first_time_away)
    assert [one - NOON for one in done] == [timedelta(0), timedelta(minutes=1), timedelta(minutes=1) + DAY]


def test_who_stands_by_does_nothing_looks_every_two_seconds_and_does_all_when_it_leads() -> None:
    done, waits = list[str](), list[timedelta]()
    leads = iter([False, False, False, True, True, True])
    heard: list[bool] = []

    class Heard(Told):
        def leads(self, *, is_leader: bool) -> None:
            heard.append(is_leader)

    def stopped(wait: timedelta) -> bool:
        waits.append(wait)
        return bool(done)

    work(
        [Duty("one", lambda _: done.append("one"), DAY), Duty("two", lambda _: done.append("two"), DAY)],
        clock=lambda: NOON, stopped=stopped, told=Heard(), leads=lambda: next(leads),
    )  # fmt: skip
    assert waits[:3] == [STAND_BY] * 3
    assert done == ["one", "two"]
    assert heard == [False, True]


def test_who_loses_the_lead_does_no_further_duty_and_asks_anew_when_each_was_done_once_it_leads_again() -> None:
    done, asked = list[str](), list[str]()
    leads = iter([True, True, False, False, True, True, True])

    def last(name: str) -> Callable[[], datetime | None]:
        def told() -> None:
            asked.append(name)

        return told

    duties = [Duty(name, lambda _, name=name: done.append(name), DAY, last(name)) for name in ("one", "two")]  # type: ignore[misc]
    work(duties, clock=lambda: NOON, stopped=lambda wait: "two" in done, told=Told(), leads=lambda: next(leads))
    assert done == ["one", "one", "two"]
    assert asked == ["one", "one", "two"]


def test_the_duty_in_hand_is_the_last_once_somebody_said_stop() -> None:
    done: list[str] = []
    duties = [Duty("one", lambda _: done.append("one"), DAY), Duty("two", lambda _: done.append("two"), DAY)]
    work(duties, clock=lambda: NOON, stopped=lambda wait: True, told=Told(), ends=lambda: bool(done))
    assert done == ["one"]


def test_once_does_all_of_it_whenever_it_was_done_before_and_says_whether_it_went_well() -> None:
    done: list[datetime] = []

    def fails(moment: datetime) -> None:
        raise ZeroDivisionError

    good = Duty("good", done.append, DAY, lambda: NOON)
    assert once([good], clock=lambda: NOON, told=Told(), ends=lambda: False)
    assert not once([Duty("bad", fails, DAY), good], clock=lambda: NOON, told=Told(), ends=lambda: False)
    assert done == [NOON, NOON]


def test_of_two_duties_each_is_done_in_its_own_time_and_one_that_fails_holds_up_no_other() -> None:
    at, done = [NOON], list[tuple[str, timedelta]]()

    def stopped(wait: timedelta) -> bool:
        at[0] += max(wait, timedelta(seconds=1))
        return at[0] >= NOON + DAY

    def fails(moment: datetime) -> None:
        done.append(("fails", moment - NOON))
        raise NothingToLearn("too early")

    duties = [
        Duty("fails", fails, timedelta(hours=12)),
        Duty("looks", lambda moment: done.append(("looks", moment - NOON)), timedelta(hours=8)),
    ]
    work(duties, clock=lambda: at[0], stopped=stopped, told=Told())
    hours = [(what, round(after / timedelta(hours=1))) for what, after in done]
    assert hours == [("fails", 0), ("looks", 0), ("looks", 8), ("fails", 12), ("looks", 16)]


class Slow:
    """A slow duty that takes so long by the clock, and then ends well or not."""

    def __init__(self, at: list[datetime], takes: timedelta, error: Exception | None = None) -> None:
        self._at, self._over, self._error, self.is_stopped = at, at[0] + takes, error, False

    def is_over(self) -> bool:
        return self._at[0] >= self._over

    def finish(self) -> None:
        if self._error:
            raise self._error

    def stop(self) -> None:
        self.is_stopped = True


class Heard(Told):
    """Keeps what became of duties, with the minute."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, int]] = []

    def began(self, duty: Duty, moment: datetime) -> None:
        self._say("began", duty, moment)

    def done(self, duty: Duty, moment: datetime) -> None:
        self._say("done", duty, moment)

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        self._say("failed", duty, moment)

    def broken_off(self, duty: Duty, moment: datetime) -> None:
        self._say("broken off", duty, moment)

    def _say(self, what: str, duty: Duty, moment: datetime) -> None:
        if duty.beside:
            self.said.append((what, duty.name, (moment - NOON) // timedelta(minutes=1)))


MINUTE = timedelta(minutes=1)


def beside_quick(
    minutes: int,
    slow: list[tuple[str, timedelta, Exception | None]],
    leads: Callable[[datetime], bool] = lambda at: True,
) -> tuple[list[tuple[str, str, int]], list[int], list[Slow]]:
    """Return what became of slow duties, in which minutes the quick one was done beside them, and the slow runs."""
    at, quick, told, runs = [NOON], list[int](), Heard(), list[Slow]()

    def stopped(wait: timedelta) -> bool:
        assert wait > timedelta(0), "it looks again and again without a pause"
        at[0] += wait
        return at[0] >= NOON + minutes * MINUTE

    def begin(takes: timedelta, error: Exception | None) -> Callable[[datetime], Slow]:
        def begun(_: datetime) -> Slow:
            runs.append(Slow(at, takes, error))
            return runs[-1]

        return begun

    def never_here(_: datetime) -> None:
        raise AssertionError("a slow duty is done beside")

    duties = [Duty(name, never_here, DAY, beside=begin(takes, error)) for name, takes, error in slow]
    duties.append(Duty("quick", lambda moment: quick.append((moment - NOON) // MINUTE), MINUTE))
    work(duties, clock=lambda: at[0], stopped=stopped, told=told, leads=lambda: leads(at[0]))
    return told.said, quick, runs


def test_quick_duties_go_on_while_a_slow_one_is_in_hand_and_slow_ones_go_one_after_another() -> None:
    told, quick, _ = beside_quick(10, [("train", 4 * MINUTE, None), ("portrait", 2 * MINUTE, None)])
    assert told == [("began", "train", 0), ("done", "train", 4), ("began", "portrait", 4), ("done", "portrait", 6)]
    assert quick == list(range(10))


def test_a_slow_duty_that_failed_is_tried_again_as_any_other() -> None:
    for error, minutes in (
        (ZeroDivisionError(), 1),
        (FailedBeside("away", passes=True), 1),
        (NothingToLearn("few"), None),
    ):
        told, _, _ = beside_quick(3, [("train", timedelta(seconds=10), error)])
        assert told[:2] == [("began", "train", 0), ("failed", "train", 0)]
        assert told[2:3] == ([] if minutes is None else [("began", "train", minutes)])


def test_who_is_told_to_stop_ends_the_slow_duty_at_once() -> None:
    told, _, runs = beside_quick(2, [("train", 60 * MINUTE, None)])
    assert told == [("began", "train", 0), ("broken off", "train", 2)]
    assert [one.is_stopped for one in runs] == [True]


def test_who_loses_the_lead_ends_the_slow_duty_so_that_no_two_workers_train() -> None:
    told, _, runs = beside_quick(5, [("train", 60 * MINUTE, None)], leads=lambda at: not 2 <= (at - NOON) // MINUTE < 4)
    assert told[:3] == [("began", "train", 0), ("broken off", "train", 2), ("began", "train", 4)]
    assert runs[0].is_stopped


def test_once_does_slow_duties_in_their_turn() -> None:
    done: list[datetime] = []

    def never_beside(_: datetime) -> Slow:
        raise AssertionError("it is done in its turn")

    assert once(
        [Duty("train", done.append, DAY, beside=never_beside)], clock=lambda: NOON, told=Told(), ends=lambda: False
    )
    assert done == [NOON]
