"""What one look at all that is watched came to, as it is told to people: the alarms, and what is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitoring.alarms.alarm import Alarm
from monitoring.alarms.quiet import Quiet
from monitoring.alarms.stories import stories_of
from monitoring.alarms.watch import Watch, WatchState
from monitoring.alarms.watcher import of_whole_channels


@dataclass(frozen=True, slots=True)
class AlarmLook:
    """The alarms as known at a moment, the surest first, one of each story, and the quiet channels.

    Campaigns, ads and offers are watched as well; where they are quiet, nobody wants to read of each. ``state`` says whether
    anything could have been noticed at all: "nothing found" is not "not looked at".
    """

    alarms: tuple[Alarm, ...]
    quiet: tuple[Quiet, ...]
    state: WatchState
    beside: Mapping[str, tuple[Alarm, ...]] = field(default_factory=dict)
    """What else tells of the same trouble, by the key of the alarm that leads its story (``stories.py``)."""

    def of_channels(self) -> list[Alarm]:
        """Return one alarm of each story that tells of a whole channel: the leader, or else the first beside it."""
        stories = ((leader, *self.beside.get(leader.watched.key, ())) for leader in self.alarms)
        found = (next((one for one in story if of_whole_channels(one.watched)), None) for story in stories)
        return [one for one in found if one is not None]


def look_of(told: Watch) -> AlarmLook:
    """Return what is told of a pass over all that is watched."""
    stories = stories_of(told.alarms)
    return AlarmLook(
        alarms=tuple(story.leader for story in stories),
        quiet=tuple(one for one in told.quiet if of_whole_channels(one.watched)),
        state=told.state,
        beside={story.leader.watched.key: story.beside for story in stories if story.beside},
    )
