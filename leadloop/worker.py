"""The worker: does each of its duties when it is due, until it is told to stop; one that fails holds up no other.

Of several workers one leads; the others stand by, and one of them goes on when it ends (``features/leader_lock.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from features.errors import LeadloopError, RegistryUnreachable, StoreUnreachable

LONGEST_SLEEP = timedelta(minutes=5)
"""A clock that was put right, or a laptop that woke up, is noticed within this time."""
STAND_BY = timedelta(seconds=2)
"""How often a worker that stands by looks whether the one that leads is still there."""
AGAIN_AFTER = timedelta(minutes=1)
"""A duty that failed by no fault of a person's is tried again so soon, then after twice as long, and so on."""
PASSING = (StoreUnreachable, RegistryUnreachable)
"""What goes by itself; the other errors of ours wait for a person, and are tried again when the duty is next due."""


def never() -> datetime | None:
    """Return when a duty that was never done before was done."""
    return None


@dataclass(frozen=True, slots=True)
class Duty:
    """A piece of work that is due when ``every`` has passed since ``last`` (at once where that is None), and so on.

    ``last`` tells when it was done before; where that cannot be told, it is said, and asked again until it is.
    """

    name: str
    piece: Callable[[datetime], None]
    every: timedelta
    last: Callable[[], datetime | None] = never


class Told:
    """Who hears what becomes of duties; whoever only wants to hear of failures leaves the rest as it is."""

    def began(self, duty: Duty, moment: datetime) -> None:
        """Hear that a duty is in hand."""

    def done(self, duty: Duty, moment: datetime) -> None:
        """Hear that it was done."""

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        """Hear that it failed."""

    def leads(self, *, is_leader: bool) -> None:
        """Hear that this worker leads from now on, or stands by."""


@dataclass(slots=True)
class _Plan:
    """When each duty is due next, when to ask again where that could not be told, and how often in a row it has failed."""

    due: dict[str, datetime] = field(default_factory=dict)
    ask_again: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def next(self, default: datetime) -> datetime:
        return min((*self.due.values(), *self.ask_again.values()), default=default)


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
    while True:
        is_leader = leads()
        if is_leader != led:
            plan, led = _Plan(), is_leader  # who leads anew asks anew when each was done
            told.leads(is_leader=is_leader)
        if is_leader:
            for duty in duties:
                if ends() or not leads():
                    break
                _do_if_due(duty, plan, clock, told)
        now = clock()
        wait = plan.next(now + LONGEST_SLEEP) - now if is_leader else STAND_BY
        if stopped(min(max(wait, timedelta(0)), LONGEST_SLEEP)):
            return


def once(duties: Sequence[Duty], *, clock: Callable[[], datetime], told: Told, ends: Callable[[], bool]) -> bool:
    """Do every duty now, whenever it was done before; return whether all went well."""
    plan = _Plan({duty.name: clock() for duty in duties})
    for duty in duties:
        if not ends():
            _do_if_due(duty, plan, clock, told)
    return not plan.failures


def _do_if_due(duty: Duty, plan: _Plan, clock: Callable[[], datetime], told: Told) -> None:
    now = clock()
    try:
        if duty.name not in plan.due:
            if now < plan.ask_again.get(duty.name, now):
                return
            plan.ask_again[duty.name] = now + LONGEST_SLEEP
            before = duty.last()
            plan.due[duty.name] = now if before is None else before + duty.every
            del plan.ask_again[duty.name]
        due = plan.due[duty.name] = min(
            plan.due[duty.name], now + duty.every
        )  # a clock put back puts off nothing for long
        if now < due:
            return
        told.began(duty, now)
        duty.piece(now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other duties go on
        plan.failures[duty.name] = plan.failures.get(duty.name, 0) + 1
        if duty.name in plan.due:
            plan.due[duty.name] = now + pause_after(error, plan.failures[duty.name], duty.every)
        told.failed(duty, error, clock())
    else:
        plan.due[duty.name] = now + duty.every
        plan.failures.pop(duty.name, None)
        told.done(duty, clock())


def pause_after(error: Exception, failures: int, every: timedelta) -> timedelta:
    """Return after how long a duty that failed so often in a row is tried again.

    >>> [pause_after(StoreUnreachable("away"), n, timedelta(hours=1)) // timedelta(minutes=1) for n in (1, 2, 3, 99)]
    [1, 2, 4, 60]
    >>> pause_after(LeadloopError("a person is needed"), 1, timedelta(days=1))
    datetime.timedelta(days=1)
    """
    if isinstance(error, LeadloopError) and not isinstance(error, PASSING):
        return every
    return min(every, AGAIN_AFTER * (1 << min(failures - 1, 20)))
