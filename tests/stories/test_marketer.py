"""The marketer: which channel sends people who never buy, told by the sales side's calls within days and not months."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta

from features.facts.values import Fact, Lead, LeadId, Source, Spend
from monitoring.alarms.alarm_log import AlarmLog
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


def test_on_monday_five_minutes_are_enough_to_see_what_is_wrong_to_act_and_to_say_so(doors: Doors) -> None:
    draw = random.Random(11)
    doors.clock.pass_time(-DAYS * DAY)
    for day in range(DAYS):
        doors.service.desk.store.append(told_on(day, doors.clock(), draw))
        doors.clock.pass_time(DAY)
    page = doors.page("/alarms")
    (name,) = set(re.findall(r'id="alarm-([0-9a-f]{16})"', page))
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())

    # What, how much, since when, at what cost, and what to do: each is there, and the good channel is named as quiet.
    for words in (
        "ВКонтакте: больше нецелевых",
        "Доля нецелевых",
        "С какого дня",
        "Потрачено с тех пор",
        "Что сделать",
    ):
        assert words in said
    assert re.search(r"Где тихо .* Яндекс", said)

    # She pauses the ads and says so; her colleague sees it, and nobody is reminded of what is decided.
    told = {"who": "Марина", "kind": "paused", "words": "до разбора"}
    answer = doors.client.post(f"/alarms/{name}/decision", data=told, headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert "остановили рекламу" in doors.page("/alarms")

    # The channel recovers; some weeks later the alarm is over by itself and stands among the past ones with the decision.
    for day in range(200):
        doors.service.desk.store.append(told_on(-day - 1, doors.clock(), draw))
        doors.clock.pass_time(DAY)
    over = doors.page("/alarms")
    (kept,) = AlarmLog(doors.service.desk.store.engine).alarms()
    assert not kept.is_on
    assert f'id="alarm-{name}"' not in over
    assert "до разбора" in over
