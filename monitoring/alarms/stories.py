"""Alarms that tell of one and the same trouble are told once: a channel that went bad is seen in several ways.

Its non-target share rises, fewer are qualified, its campaign does the same, and the form was answered otherwise before anybody
called. Whoever reads five alarms of it looks for five causes. Alarms of one channel whose change began within a week of each
other are one story; the one that was raised first leads it, so that a story keeps its name while it goes on. A campaign or an ad
that is named later is of its channel's story, too, as long as it is no worse than the channel as a whole: its few leads only
took longer to show it, or had looked well for some days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitoring.alarms.alarm import Alarm

APART = timedelta(days=7)
"""Changes whose intervals lie further apart than this are two stories."""
LEVELS = ("channel", "campaign", "ad", "offer")
MEASURES = ("non_target", "named", "unqualified", "not_reached", "bought", "chance")
"""Of alarms raised on one day the first of these leads; the mix of form answers comes last."""


@dataclass(frozen=True, slots=True)
class Story:
    """The alarm that leads, and those that tell of the same, in order."""

    leader: Alarm
    beside: tuple[Alarm, ...] = ()


def stories_of(alarms: Iterable[Alarm]) -> list[Story]:
    """Return the stories, the one with the strongest evidence first; an offer that runs in every channel stands for itself."""
    told: list[list[Alarm]] = []
    for one in sorted(alarms, key=_order):
        same = next((story for story in told if _is_of(one, story)), None)
        if same is None:
            told.append([one])
        else:
            same.append(one)
    stories = [Story(leader, tuple(beside)) for leader, *beside in told]
    return sorted(stories, key=lambda story: -max(one.evidence for one in (story.leader, *story.beside)))


def _is_of(one: Alarm, story: list[Alarm]) -> bool:
    leader = story[0]
    if not one.watched.channel or one.watched.channel != leader.watched.channel:
        return False
    is_near = one.earliest <= leader.latest + APART and leader.earliest <= one.latest + APART
    return is_near or any(_shows(whole, one) for whole in story)


def _shows(whole: Alarm, part: Alarm) -> bool:
    """Return whether a part of a channel shows what the whole channel has shown since before, and nothing worse."""
    of, told = whole.watched, part.watched
    if of.level != "channel" or told.level == "channel" or (of.clock, of.measure) != (told.clock, told.measure):
        return False
    (part_low, part_high), (low, high) = part.after.interval, whole.after.interval
    is_worse = part_high < low if told.measure == "bought" else part_low > high
    return part.earliest >= whole.earliest and whole.answer == part.answer and not is_worse


def _order(one: Alarm) -> tuple[object, ...]:
    measure = one.watched.measure
    place = MEASURES.index(measure) if measure in MEASURES else len(MEASURES)
    return one.raised_on, LEVELS.index(one.watched.level), place, one.watched.key
