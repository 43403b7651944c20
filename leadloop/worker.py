"""The worker: does each of its duties when it is due, until it is told to stop; what fails is told, and tried again next time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.errors import LeadloopError

LONGEST_SLEEP = timedelta(minutes=5)
"""A clock that was put right, or a laptop that woke up, is noticed within this time."""


def never() -> datetime | None:
    """Return when a duty that was never done before was done."""
    return None


@dataclass(frozen=True, slots=True)
class Duty:
    """A piece of work that is due when ``every`` has passed since ``last`` (at once where that is None), and so on.

    ``last`` tells when it was done before; where that cannot be told, it is said, and asked again until it is.
    """

    piece: Callable[[datetime], None]
    every: timedelta
    last: Callable[[], datetime | None] = never


def work(
    duties: Sequence[Duty],
    *,
    clock: Callable[[], datetime],
    stopped: Callable[[timedelta], bool],
    failed: Callable[[LeadloopError], None],
) -> None:
    """Do each duty when it is due; of those that are due at once the first named goes first.

    Parameters
    ----------
    stopped
        Waits for so long at most, and returns whether somebody said stop.
    failed
        Is told what went wrong where a person can put it right; anything else ends the worker.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> moments, done = iter([noon + timedelta(hours=h) for h in (0, 1, 24, 25)]), []
    >>> work([Duty(done.append, timedelta(days=1), last=lambda: noon)], clock=lambda: next(moments),
    ...      stopped=lambda wait: len(done) == 1, failed=print)
    >>> done
    [datetime.datetime(2026, 3, 3, 12, 0)]
    """
    due: dict[int, datetime] = {}
    while True:
        for place, duty in enumerate(duties):
            try:
                if place not in due:
                    before = duty.last()
                    due[place] = clock() if before is None else before + duty.every
                now = clock()
                due[place] = min(due[place], now + duty.every)  # a clock that was put back puts off nothing for long
                if now >= due[place]:
                    due[place] = now + duty.every
                    duty.piece(now)
            except LeadloopError as error:
                failed(error)
        now = clock()
        wait = min(due.values(), default=now + LONGEST_SLEEP) - now
        if stopped(min(max(wait, timedelta(0)), LONGEST_SLEEP)):
            return
