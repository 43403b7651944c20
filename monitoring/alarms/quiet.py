"""What is watched and raised no alarm: how it stands, and what it would have shown by now if it had changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.recovery import WhyOver
from monitoring.intervals import Rate


@dataclass(frozen=True, slots=True)
class Quiet:
    """A stream without an alarm.

    ``share`` is of the last 120 days, ``latest`` of the last 14. ``noticeable`` is the share of those latest leads that would
    have raised an alarm by now ("120 leads: would have noticed 20 % -> 31 %"); None where there is not enough data to notice
    anything. Of ``not_looked_at`` leads of the last 120 days nothing is known on this clock yet.
    """

    watched: Watched
    share: Rate
    latest: Rate
    noticeable: float | None
    not_looked_at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An alarm that is over: since when, and by which of the rules (``recovery.py``)."""

    alarm: Alarm
    over_on: date
    why: WhyOver
