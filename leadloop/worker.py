"""The worker: does each of its duties when it is due, until it is told to stop; what fails is told, and tried again next time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.errors import LeadloopError

LONGEST_SLEEP = timedelta(minutes=5)
"""A clock that was put right, or a laptop that woke up, is noticed within this time."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A piece of work that is due when ``every`` has passed since ``last`` (at once where that is None), and so on."""

    piece: Callable[[datetime], None]
    every: timedelta
    last: datetime | None = None


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
    >>> work([Duty(done.append, timedelta(days=1), last=noon)], clock=lambda: next(moments),
    ...      stopped=lambda wait: len(done) == 1, failed=print)
    >>> done
    [datetime.datetime(2026, 3, 3, 12, 0)]
    """
    due = [None if one.last is None else one.last + one.every for one in duties]
    while True:
        for place, duty in enumerate(duties):
            now = clock()
            when = due[place]
            # A clock that was put back puts off nothing for long.
            if when is None or now >= (when := min(when, now + duty.every)):
                try:
                    duty.piece(now)
                except LeadloopError as error:
                    failed(error)
                when = now + duty.every
            due[place] = when
        soonest = min((when for when in due if when is not None), default=None)
        now = clock()
        if stopped(min(max((soonest or now) - now, timedelta(0)), LONGEST_SLEEP)):
            return
