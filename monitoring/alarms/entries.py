"""One lead as the watch counts it: under which measure, on which day it became known, and what it was."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitoring.alarms.alarm import Clock

ANSWER = "answer:"


class Entry(NamedTuple):
    """A lead counts under ``measure`` on ``day`` (an ordinal): ``level`` is 1 where it is bad, or which answer it gave."""

    measure: str
    day: int
    level: int


def clock_of(measure: str) -> Clock:
    """Return on which clock a measure is told.

    >>> clock_of("answer:role"), clock_of("non_target"), clock_of("bought")
    ('arrival', 'call', 'purchase')
    """
    if measure == "chance" or measure.startswith(ANSWER):
        return "arrival"
    return "purchase" if measure == "bought" else "call"


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    """Return the day of a moment in the company's zone, as an ordinal (``date.toordinal``)."""
    return moment.astimezone(zone).toordinal()
