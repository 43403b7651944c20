"""The worker: does each of its duties when it is due, until it is told to stop; one that fails or takes long holds up no other.

Quick duties are done one after another. A slow one goes on beside them, one slow one at a time, so that what memory it takes is
taken once; it is broken off where the worker ends or leads no more. Of several workers one leads; the others stand by, and one
of them goes on when it ends (``features/leader_lock.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from features.errors import DutyCrashed, LeadloopError, RegistryUnreachable, StoreUnreachable

LONGEST_SLEEP = timedelta(minutes=5)
"""A clock that was put right, or a laptop that woke up, is noticed within this time."""
STAND_BY = timedelta(seconds=2)
"""How often a worker that stands by looks whether the one that leads is still there."""
AGAIN_AFTER = timedelta(minutes=1)
"""A duty that failed by no fault of a person's is tried again so soon, then after twice as long, and so on."""
LOOKED_AT_EVERY = timedelta(seconds=1)
"""So often it is looked whether a slow duty is done."""
PASSING = (StoreUnreachable, RegistryUnreachable, DutyCrashed)
"""What goes by itself; the other errors of ours wait for a person, and are tried again when the duty is next due."""


def never() -> datetime | None:
    """Return when a duty that was never done before was done."""
    return None


class Running(Protocol):
    """A slow duty that goes on beside the quick ones."""

    def is_over(self) -> bool:
        """Return whether it ended, well or not."""

    def finish(self) -> None:
        """Return where it ended well; raise what it failed by where it did not."""

    def stop(self) -> None:
        """End it now, within seconds."""


class FailedBeside(Exception):
    """A duty failed where only its words can be had; ``passes`` says whether it goes by itself."""

    def __init__(self, why: str, *, passes: bool) -> None:
        super().__init__(why)
        self.why, self.passes = why, passes


@dataclass(frozen=True, slots=True)
class Duty:
    """A piece of work that is due when ``every`` has passed since ``last`` (at once where that is None), and so on.

    ``last`` tells when it was done before; where that cannot be told, it is said, and asked again until it is. ``beside`` begins
    the same piece so that it goes on beside other duties: for those that take minutes.
    """

    name: str
    piece: Callable[[datetime], None]
    every: timedelta
    last: Callable[[], datetime | None] = never
    beside: Callable[[datetime], Running] | None = None


class Told:
    """Who hears what becomes of duties; whoever only wants to hear of failures leaves the rest as it is."""

    def began(self, duty: Duty, moment: datetime) -> None:
        """Hear that a duty is in hand."""

    def done(self, duty: Duty, moment: datetime) -> None:
        """Hear that it was done."""

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        """Hear that it failed."""

    def broken_off(self, duty: Duty, moment: datetime) -> None:
        """Hear that it was ended in the middle, as the worker ends or leads no more."""

    def leads(self, *, is_leader: bool) -> None:
        """Hear that this worker leads from now on, or stands by."""


@dataclass(slots=True)
class _Plan:
    """When each duty is due next, when to ask again where that could not be told, and how often in a row it has failed.

    ``slow`` is the one that goes on beside the others, with the moment at which it began; ``waiting`` are those that are due
    after it.
    """

    due: dict[str, datetime] = field(default_factory=dict)
    ask_again: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    slow: tuple[Duty, datetime, Running] | None = None
    waiting: set[str] = field(default_factory=set)

    def next(self, now: datetime) -> datetime:
        """Return when something is to be looked at next."""
        planned = [at for name, at in (*self.due.items(), *self.ask_again.items()) if name not in self.waiting]
        return min([*planned, now + (LOOKED_AT_EVERY if self.slow else LONGEST_SLEEP)])


def work(
    duties: Sequence[Duty],
    *,
    clock: Callable[[], datetime],
    stopped: Callable[[timedelta], bool],
    told: Told,
    leads: Callable[[], bool] = lambda: True,
    ends: Callable[[], bool] = lambda: False,
) -> None:
    """Do each duty when it is due, as long as this worker ``leads``; of those due at once the first named goes first.

    Parameters
    ----------
    stopped
        Waits for so long at most, and returns whether somebody said stop.
    ends
        Returns whether somebody said stop, without waiting: asked before each duty, so that the one in hand is the last.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> moments, done = iter([noon + timedelta(hours=h) for h in (0, 0, 24, 24, 24)]), []
    >>> work([Duty("train", done.append, timedelta(days=1), last=lambda: noon)], clock=lambda: next(moments),
    ...      stopped=lambda wait: len(done) == 1, told=Told())
    >>> done
    [datetime.datetime(2026, 3, 3, 12, 0)]
    """
    plan, led = _Plan(), None
    try:
        while True:
            is_leader = leads()
            if is_leader != led:
                _break_off(plan, clock, told)
                plan, led = _Plan(), is_leader  # who leads anew asks anew when each was done
                told.leads(is_leader=is_leader)
            if is_leader:
                if not ends():
                    _look_at_slow(plan, clock, told)
                for duty in duties:
                    if ends() or not leads():
                        break
                    _do_if_due(duty, plan, clock, told)
            now = clock()
            wait = plan.next(now) - now if is_leader else STAND_BY
            if stopped(min(max(wait, timedelta(0)), LONGEST_SLEEP)):
                return
    finally:
        _break_off(plan, clock, told)


def once(duties: Sequence[Duty], *, clock: Callable[[], datetime], told: Told, ends: Callable[[], bool]) -> bool:
    """Do every duty now, one after another, whenever it was done before; return whether all went well."""
    plan = _Plan({duty.name: clock() for duty in duties})
    for duty in duties:
        if not ends():
            _do_if_due(replace(duty, beside=None), plan, clock, told)
    return not plan.failures


def _do_if_due(duty: Duty, plan: _Plan, clock: Callable[[], datetime], told: Told) -> None:
    if duty.beside is not None and plan.slow is not None:
        plan.waiting.add(duty.name)
        return
    now = clock()
    try:
        if not _is_due(duty, plan, now):
            return
        told.began(duty, now)
        if duty.beside is not None:
            plan.slow = duty, now, duty.beside(now)
            plan.waiting.add(duty.name)
            return
        duty.piece(now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other duties go on
        _failed(duty, error, now, plan, clock, told)
    else:
        _done(duty, now, plan, clock, told)


def _is_due(duty: Duty, plan: _Plan, now: datetime) -> bool:
    if duty.name not in plan.due:
        if now < plan.ask_again.get(duty.name, now):
            return False
        plan.ask_again[duty.name] = now + LONGEST_SLEEP
        before = duty.last()
        plan.due[duty.name] = now if before is None else before + duty.every
        del plan.ask_again[duty.name]
    due = plan.due[duty.name] = min(plan.due[duty.name], now + duty.every)  # a clock put back puts off nothing for long
    return now >= due


def _look_at_slow(plan: _Plan, clock: Callable[[], datetime], told: Told) -> None:
    """Note what became of the slow duty where it ended; the next may then begin."""
    if plan.slow is None or not plan.slow[2].is_over():
        return
    duty, began, running = plan.slow
    plan.slow = None
    plan.waiting.clear()
    try:
        running.finish()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other duties go on
        _failed(duty, error, began, plan, clock, told)
    else:
        _done(duty, began, plan, clock, told)


def _break_off(plan: _Plan, clock: Callable[[], datetime], told: Told) -> None:
    """End the slow duty that goes on, if any."""
    if plan.slow is not None:
        duty, _, running = plan.slow
        plan.slow = None
        running.stop()
        told.broken_off(duty, clock())


def _failed(
    duty: Duty, error: Exception, began: datetime, plan: _Plan, clock: Callable[[], datetime], told: Told
) -> None:
    plan.failures[duty.name] = plan.failures.get(duty.name, 0) + 1
    if duty.name in plan.due:
        plan.due[duty.name] = began + pause_after(error, plan.failures[duty.name], duty.every)
    told.failed(duty, error, clock())


def _done(duty: Duty, began: datetime, plan: _Plan, clock: Callable[[], datetime], told: Told) -> None:
    plan.due[duty.name] = began + duty.every
    plan.failures.pop(duty.name, None)
    told.done(duty, clock())


def pause_after(error: Exception, failures: int, every: timedelta) -> timedelta:
    """Return after how long a duty that failed so often in a row is tried again.

    >>> [pause_after(StoreUnreachable("away"), n, timedelta(hours=1)) // timedelta(minutes=1) for n in (1, 2, 3, 99)]
    [1, 2, 4, 60]
    >>> pause_after(LeadloopError("a person is needed"), 1, timedelta(days=1))
    datetime.timedelta(days=1)
    """
    waits_for_a_person = isinstance(error, LeadloopError) and not isinstance(error, PASSING)
    if waits_for_a_person or (isinstance(error, FailedBeside) and not error.passes):
        return every
    return min(every, AGAIN_AFTER * (1 << min(failures - 1, 20)))
