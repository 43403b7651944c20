"""What one look at all that is watched came to, as it is told to people: the alarms, and what is quiet."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.alarms.alarm import Alarm
from monitoring.alarms.quiet import Quiet
from monitoring.alarms.watch import Watch, WatchState
from monitoring.alarms.watcher import of_whole_channels


@dataclass(frozen=True, slots=True)
class AlarmLook:
    """The alarms as known at a moment, the surest first, and the quiet channels.

    Campaigns, ads and offers are watched as well; where they are quiet, nobody wants to read of each. ``state`` says whether
    anything could have been noticed at all: "nothing found" is not "not looked at".
    """

    alarms: tuple[Alarm, ...]
    quiet: tuple[Quiet, ...]
    state: WatchState


def look_of(told: Watch) -> AlarmLook:
    """Return what is told of a pass over all that is watched."""
    return AlarmLook(told.alarms, tuple(one for one in told.quiet if of_whole_channels(one.watched)), told.state)
