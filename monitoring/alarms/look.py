"""What one look at all that is watched came to, as it is told to people: the alarms, and what is quiet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitoring.alarms.alarm import Alarm
from monitoring.alarms.quiet import Quiet
from monitoring.alarms.recovery import WhyOver
from monitoring.alarms.stories import stories_of
from monitoring.alarms.watch import Watch, WatchState
from monitoring.alarms.watcher import of_whole_channels

WhyGone = WhyOver | Literal["with_another", "not_shown", "too_little"]
"""Why an alarm is not told any more: it is over (``recovery.py``), another alarm tells of it, what is known now does not show it,
or there is not enough data any more to notice anything, which is no recovery."""
GoneOf = Callable[[str], WhyGone | None]
"""Why the alarm with a key is not told any more; None where nothing at all could be looked at."""


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


def gone_of(told: Watch) -> GoneOf:
    """Return what tells of an alarm that a pass does not raise why it does not: by the end of the same stream, and no other's."""
    is_on = {one.watched.key for one in told.alarms}
    ended: dict[str, WhyOver] = {one.alarm.watched.key: one.why for one in told.ended}
    is_noticed = {one.watched.key for one in told.quiet if one.noticeable is not None}
    is_empty = not (told.alarms or told.ended or told.quiet)

    def why(key: str) -> WhyGone | None:
        if is_empty:
            return None
        if key in is_on:
            return "with_another"
        return ended.get(key) or ("not_shown" if key in is_noticed else "too_little")

    return why
