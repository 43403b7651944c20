"""The marketer: which channel sends people who never buy, told by the sales side's calls within days and not months."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta

from features.facts.values import Fact, Lead, LeadId, Source, Spend
from tests.serving.doors import Doors
from tests.support.facts import call

DAY = timedelta(days=1)
SPOILED_ON, DAYS = 45, 60


def told_on(day: int, now: datetime, draw: random.Random) -> list[Fact]:
    """Return what a day brought: ten leads of two channels, called at once, and what the advertisements cost."""
    facts: list[Fact] = [Spend(now.date(), now, now, 5_000.0, "RUB", {"source": "vk"})]
    for n in range(10):
        name, channel = LeadId(f"{day}-{n}"), ("vk", "yandex")[n % 2]
        is_bad = draw.random() < (0.7 if channel == "vk" and day >= SPOILED_ON else 0.15)
        facts += [Lead(name, now, now), Source(name, now, now, {"source": channel, "campaign": f"c{n % 4}"})]
        facts.append(call(name, now, need="no" if is_bad else "yes", budget="yes"))
    return facts


def test_a_channel_that_begins_to_send_non_target_traffic_is_named_within_two_weeks(doors: Doors) -> None:
    draw = random.Random(11)
    doors.clock.pass_time(-DAYS * DAY)
    alarmed_on = None
    for day in range(DAYS):
        doors.service.desk.store.append(told_on(day, doors.clock(), draw))
        page = doors.page("/channels")
        if "ВКонтакте: доля нецелевых выросла" in page:
            alarmed_on = day
            break
        doors.clock.pass_time(DAY)

    # Not before it happened, and within fourteen days; the good channel is not blamed.
    assert alarmed_on is not None
    assert SPOILED_ON <= alarmed_on <= SPOILED_ON + 14
    (words,) = re.findall(r"ВКонтакте: доля нецелевых выросла[^<]*", page)
    since = doors.clock() - (alarmed_on - SPOILED_ON) * DAY
    assert re.search(r"с (\d+)\u00a0% до (\d+)\u00a0%", words)
    assert len(re.findall(r"\d\d\.\d\d\.\d{4}", words)) == 3
    assert f"{since:%m.%Y}" in words or f"{since - DAY:%m.%Y}" in words
    assert "Яндекс: доля нецелевых выросла" not in page

    # Every rate stands with its count and interval, by campaign as well; what the channel cost since is said.
    assert re.search(r"потрачено: [\d\u00a0]+\u00a0₽|потрачено [\d\u00a0]+\u00a0₽", page)
    campaigns = doors.page("/channels?level=campaign")
    assert campaigns.count('data-label="Кампания"') == 0
    for name in ("c0", "c1", "c2", "c3"):
        assert f">{name}<" in campaigns
