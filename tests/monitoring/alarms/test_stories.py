"""One trouble is one alarm for people; two troubles are two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.budget import Budget
from monitoring.alarms.look import look_of
from monitoring.alarms.stories import stories_of
from monitoring.alarms.watch import Watch
from monitoring.intervals import Rate
from tests.monitoring.what_changed.grouped import alarm

DAY = timedelta(days=1)


def told(
    measure: str = "non_target",
    *,
    level: str = "channel",
    channel: str = "vk",
    later: int = 0,
    raised: int = 0,
    name: str = "",
) -> Alarm:
    one = alarm()
    return replace(
        one,
        watched=Watched("call", level, measure, channel, name),  # type: ignore[arg-type]
        raised_on=one.raised_on + raised * DAY,
        since=one.since + later * DAY,
        earliest=one.earliest + later * DAY,
        latest=one.latest + later * DAY,
    )


def test_a_channel_that_is_worse_in_several_ways_is_told_once_by_what_was_raised_first() -> None:
    early = told("chance", raised=-3)
    others = [told(), told("unqualified"), told(level="campaign", name="winter")]
    (story,) = stories_of([*others, early])
    assert story.leader == early
    assert [one.watched.measure for one in story.beside] == ["non_target", "unqualified", "non_target"]
    (without,) = stories_of(others)
    assert without.leader == others[0]


def test_other_channels_later_changes_and_offers_of_every_channel_are_stories_of_their_own() -> None:
    offers = [told(level="offer", channel="", name=name) for name in ("a", "b")]
    assert len(stories_of([told(), told(channel="forum"), told("bought", later=60), *offers])) == 5


def test_a_campaign_that_shows_later_what_its_whole_channel_shows_is_of_its_story_unless_it_is_worse() -> None:
    whole = replace(told(), after=Rate(100, 179))
    late = replace(told(level="campaign", name="autumn", later=14, raised=18), after=Rate(38, 64))
    (story,) = stories_of([late, whole])
    assert (story.leader, story.beside) == (whole, (late,))
    worse = replace(late, after=Rate(60, 64))
    other = replace(late, watched=replace(late.watched, measure="not_reached"))
    before = replace(told(level="campaign", name="spring", later=-20, raised=-15), after=Rate(38, 64))
    assert [len(stories_of([whole, one])) for one in (worse, other, before)] == [2, 2, 2]


def test_a_part_of_a_channel_of_which_fewer_buy_than_of_the_whole_is_worse() -> None:
    whole = replace(told("bought"), after=Rate(20, 400))
    late = replace(told("bought", level="campaign", name="autumn", later=14, raised=18), after=Rate(2, 60))
    assert len(stories_of([whole, late])) == 1
    assert len(stories_of([whole, replace(late, after=Rate(0, 900))])) == 2


def test_nothing_is_lost_and_the_order_in_which_they_come_does_not_matter() -> None:
    every = [told(), told("unqualified", later=5), told(channel="forum"), told("bought", later=60, raised=50)]
    there = [one for story in stories_of(every) for one in (story.leader, *story.beside)]
    assert sorted(there, key=lambda one: one.watched.key) == sorted(every, key=lambda one: one.watched.key)
    assert stories_of(every) == stories_of(every[::-1])


def watched(*alarms: Alarm) -> Watch:
    return Watch(datetime(2026, 3, 2, tzinfo=UTC), alarms, (), (), Budget(4.0, 0, {}), (), "watched")


def test_a_page_of_channels_tells_each_trouble_of_a_whole_channel_once() -> None:
    led_by_campaign = [
        told("chance", level="campaign", channel="forum", name="autumn", raised=-3),
        told(channel="forum"),
    ]
    look = look_of(watched(told("chance", raised=-3), told(), *led_by_campaign))
    assert [(one.watched.channel, one.watched.measure) for one in look.of_channels()] == [
        ("vk", "chance"), ("forum", "non_target"),
    ]  # fmt: skip
    assert look_of(watched(told(level="ad", name="ad-3"))).of_channels() == []
