"""Counting only what is new comes to the same as counting everything."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from features.facts.company import ChannelRule, Channels
from features.facts.values import Spend
from monitoring.alarms.alarm import Watched
from monitoring.alarms.budget import budget
from monitoring.alarms.cost import cost_since
from monitoring.alarms.stream_counts import Tally
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY = timedelta(days=1)


def test_a_tally_that_follows_the_book_equals_one_made_anew() -> None:
    draw = random.Random(4)
    followed = Tally(COMPANY)
    leads = [summary(f"{n}", NOON + n * DAY / 4, draw.choice(["vk", "avito"])) for n in range(60)]
    for _ in range(8):
        for place in draw.sample(range(len(leads)), 5):
            leads[place] = replace(leads[place], is_non_target=not leads[place].is_non_target, campaign="winter")
        del leads[draw.randrange(len(leads))]
        leads.append(summary(f"new{len(leads)}-{draw.random()}", NOON + 30 * DAY))
        followed.catch_up(leads)
        anew = Tally(COMPANY)
        anew.catch_up(leads)
        until = leads[-1].created_at.toordinal() + 100
        for measure in ("arrived", "non_target", "named", "bought"):
            for level in ("channel", "campaign"):
                seen, expected = (
                    {
                        place: {day: counts for day, counts in days.items() if any(counts)}
                        for place, days in tally.at(
                            "channel" if level == "channel" else "campaign", measure, until
                        ).items()
                    }
                    for tally in (followed, anew)
                )
                assert {place: days for place, days in seen.items() if days} == expected


def test_all_that_is_watched_shares_one_budget() -> None:
    streams = [
        *(Watched("call", "channel", "non_target", name) for name in ("vk", "avito")),
        *(Watched("call", "campaign", "non_target", "vk", str(n)) for n in range(5)),
        *(Watched("arrival", "channel", f"answer:{field}", "vk") for field in ("role", "city")),
        Watched("arrival", "channel", "chance", "vk"),
        Watched("purchase", "offer", "bought", "", "windows"),
    ]
    shared = budget(streams, 4.0)
    assert abs(sum(365 / shared.threshold(one) for one in streams) - 4.0) < 1e-9
    assert shared.threshold(streams[0]) < shared.threshold(streams[2])


def test_what_a_group_cost_is_counted_from_the_day_of_its_change() -> None:
    company = COMPANY.model_copy(
        update={"channels": Channels(rules=(ChannelRule(name="ВКонтакте", when={"source": ("vk",)}),))}
    )
    since = date(2026, 3, 5)
    spend = [
        Spend(date(2026, 3, day), NOON, NOON, 10.0, "RUB", {"source": "VK", "campaign": f"c{day % 2}"})
        for day in range(1, 9)
    ]
    others = [
        Spend(since, NOON, NOON, 99.0, "USD", {"source": "vk"}),
        Spend(since, NOON, NOON, 99.0, "RUB", {"source": "yandex"}),
    ]
    vk = Watched("call", "channel", "non_target", "ВКонтакте")
    assert cost_since(vk, since, [*spend, *others], company) == 40.0
    assert cost_since(replace(vk, level="campaign", name="c1"), since, [*spend, *others], company) == 20.0
    assert cost_since(vk, since, others, company) is None
