"""The worker: does a piece of work whenever it is due, until it is told to stop; what fails is told, and tried again next time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from features.errors import LeadloopError

LONGEST_SLEEP = timedelta(minutes=5)
"""A clock that was put right, or a laptop that woke up, is noticed within this time."""


def work(
    piece: Callable[[datetime], None],
    *,
    every: timedelta,
    last: Callable[[], datetime | None],
    clock: Callable[[], datetime],
    stopped: Callable[[timedelta], bool],
    failed: Callable[[LeadloopError], None],
) -> None:
    """Do ``piece`` when ``every`` has passed since ``last`` (at once where that is None), and so on.

    Parameters
    ----------
    last
        Tells when the piece was done before; where it cannot be told, that is said, and asked again until it is.
    stopped
        Waits for so long at most, and returns whether somebody said stop.
    failed
        Is told what went wrong where a person can put it right; anything else ends the worker.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> moments, done = iter([noon + timedelta(hours=h) for h in (0, 1, 24, 25)]), []
    >>> work(done.append, every=timedelta(days=1), last=lambda: noon, clock=lambda: next(moments),
    ...      stopped=lambda wait: len(done) == 1, failed=print)
    >>> done
    [datetime.datetime(2026, 3, 3, 12, 0)]
    """
    before = _known(last, stopped, failed)
    if before is None:
        return
    due = before[0] and before[0] + every
    while True:
        now = clock()
        due = None if due is None else min(due, now + every)  # a clock that was put back puts off nothing for long
        if due is None or now >= due:
            try:
                piece(now)
            except LeadloopError as error:
                failed(error)
            due = now + every
        if stopped(min(max(due - clock(), timedelta(0)), LONGEST_SLEEP)):
            return


def _known(
    last: Callable[[], datetime | None],
    stopped: Callable[[timedelta], bool],
    failed: Callable[[LeadloopError], None],
) -> tuple[datetime | None] | None:
    """Return when the piece was done before, however often that has to be asked; None where somebody said stop."""
    while True:
        try:
            return (last(),)
        except LeadloopError as error:
            failed(error)
        if stopped(LONGEST_SLEEP):
            return None
