"""What one look at all that is watched came to: the alarms, and what is quiet with what would have been noticed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitoring.alarms.alarm import Alarm, Watched
from monitoring.intervals import Rate

LookState = Literal["watched", "too_little", "nothing_says_so"]
"""Whether anything could have been noticed at all: "nothing found" is not "not looked at"."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Something watched without an alarm.

    ``noticeable`` is the share that would have raised one by now, None where there is too little to notice anything; of
    ``not_looked_at`` leads nothing is known yet.
    """

    watched: Watched
    share: Rate
    noticeable: float | None
    not_looked_at: int


@dataclass(frozen=True, slots=True)
class AlarmLook:
    """The alarms as known at a moment, the surest first, and what is quiet."""

    alarms: tuple[Alarm, ...]
    quiet: tuple[Quiet, ...]
    state: LookState
