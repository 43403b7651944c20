"""Leads named non-target without a talk, and form fields that nobody declared, equal counting what came by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from features.facts.values import Call, Fact, Lead, LeadId, Source, Stage
from tests.serving.doors import Doors, open_doors
from tests.serving.recounts.page import Page, is_written
from tests.support.facts import call
from tests.support.plain_alarms import PlainWatch, Told, told_of
from tests.support.plain_figures import wilson

SHARE, WINDOW, LATEST = 0.12, 120, 14
CHANNELS = {"yandex": "Яндекс", "vk": "ВКонтакте", "avito": "avito"}
"""Source -> channel: of the first everybody is spoken to, of the second few, of the third few leads came lately."""
ENOUGH = (
    r"{channel}: (?P<share>[\d.]+\s% named non-target without a talk \([\d,]+ of [\d,]+\)); a rise to (?P<rise>[\d.]+\s%) "
    r"in the last two weeks \((?P<latest>[\d,]+) leads\) would have been noticed"
)
LITTLE = r"{channel}: too early to say of leads named without a talk \((?P<of>[\d,]+) leads\)"


def facts_of(now: datetime, draw: Random) -> list[Fact]:
    """Return 140 days of leads; of two channels a share is closed as non-target before anybody was spoken to."""
    facts: list[Fact] = []
    for n in range(900):
        at = now - timedelta(days=140 * (1 - n / 900), minutes=5)
        source = ("yandex", "vk", "avito")[n % 3]
        if source == "avito" and at > now - timedelta(days=20):
            continue
        lead_id = LeadId(f"L{n}")
        facts += [Lead(lead_id, at, at), Source(lead_id, at, at, {"source": source})]
        is_named = source != "yandex" and draw.random() < SHARE
        if source == "yandex" or draw.random() < 0.3:
            facts.append(call(lead_id, at, need="no" if draw.random() < 0.1 else "yes"))
        elif draw.random() < 0.5:
            facts.append(call(lead_id, at, "no_answer"))
        if is_named:
            facts.append(Stage(lead_id, at + timedelta(minutes=2), at + timedelta(minutes=2), "Нецелевой"))
    return facts


def watch_of(doors: Doors, facts: list[Fact], now: datetime) -> PlainWatch:
    """Return what is watched of these leads, gone through by plain loops."""
    zone, leads = doors.service.company.zone, dict[str, Told]()
    settled: dict[str, int] = {}
    talks: dict[str, tuple[int, bool]] = {}
    closed = {str(fact.lead_id) for fact in facts if isinstance(fact, Stage)}
    for fact in facts:
        day = fact.at.astimezone(zone).date().toordinal()
        if isinstance(fact, Lead):
            leads[fact.lead_id] = told_of({"channel": "?"}, day)
            settled[fact.lead_id] = (fact.at + timedelta(days=60)).astimezone(zone).date().toordinal() + 7
        elif isinstance(fact, Source):
            leads[fact.lead_id].places = {"channel": (CHANNELS[fact.marks["source"]], "")}
        elif isinstance(fact, Call):
            reached = fact.result == "reached"
            leads[fact.lead_id].known["not_reached"] = day, not reached
            if reached:
                talks[fact.lead_id] = day, fact.answers["need"] == "no"
    for name, one in leads.items():
        is_closed = name in closed
        if name in talks:
            day, is_bad = talks[name]
            one.known["non_target"] = day, is_bad or is_closed
            one.known["unqualified"] = day, True
        if name in talks or is_closed:  # somebody worked it, and nobody bought
            one.known["bought"] = settled[name], True
        one.known["named"] = one.arrived, is_closed and name not in talks
    return PlainWatch(leads.values(), now.astimezone(zone).date().toordinal(), form=False)


@pytest.mark.parametrize("seed", [1, 2])
def test_leads_named_without_a_talk_are_counted_of_all_that_came(
    seed: int, tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        now = doors.clock()
        facts = facts_of(now, Random(seed))
        doors.service.desk.store.append(facts)
        watch = watch_of(doors, facts, now)
        said = Page(doors.page("/channels?lang=en")).text("content")
        page = Page(doors.page("/alarms?lang=en"))
        for channel, pattern in (("ВКонтакте", ENOUGH), ("avito", LITTLE)):
            came = sorted(
                (day, bad)
                for one in watch.leads
                for day, bad in [one.known["named"]]
                if one.places["channel"][0] == channel and day > watch.today - WINDOW
            )
            bad, of, rise = sum(bad for _, bad in came), len(came), watch.noticeable(channel, "named")
            told = re.search(pattern.format(channel=channel), said)
            assert told, said
            if pattern is ENOUGH:
                assert rise is not None
                is_written(told["share"], "en", bad / of, bad, of)
                is_written(told["rise"], "en", rise)
                is_written(told["latest"], "en", sum(day > watch.today - LATEST for day, _ in came))
            else:
                assert rise is None
                is_written(told["of"], "en", of)
            (row,) = [
                row for table in page.of("quiet") for row in table.rows
                if table.title.startswith(f"{channel} ") and row[0].startswith("Share named without a talk,")
            ]  # fmt: skip
            is_written(row[1], "en", bad / of, *wilson(bad, of), bad, of)
            is_written(row[2], "en", *([] if rise is None else [rise]))
            assert row[3] == "—"  # of every lead it is known at once
        assert "Яндекс: too early to say of leads named" not in said
        assert not re.search(r"Яндекс: [\d.]+\s% named", said)


def test_fields_that_nobody_declared_are_counted_wherever_they_came(tmp_path: Path, sqlite_engine: Engine) -> None:
    draw, names = Random(9), ["shoe_size", "Любимый цвет", "utm_x", "pet"]
    came: Counter[str] = Counter()

    def answers() -> dict[str, str]:
        some = [name for name in names if draw.random() < 0.5]
        came.update(some)
        return {"role": "владелец", **dict.fromkeys(some, "a")}

    with open_doors(tmp_path, sqlite_engine) as doors:
        for n in range(6):
            doors.lead(f"L{n}", answers=answers())
            doors.send("/v1/score", answers=answers())
            doors.call(f"L{n}", answers=answers())
        rows = "\n".join(
            json.dumps({"answers": {"role": "владелец", **({"pet": "cat"} if n % 7 else {})}}) for n in range(1_300)
        )
        got = doors.client.post("/v1/batch/scores", content=rows, headers={"content-type": "application/x-ndjson"})
        assert got.status_code == 200
        came["pet"] += sum(bool(n % 7) for n in range(1_300))
        for language in ("en", "ru"):
            text = Page(doors.page(f"/channels?lang={language}")).text("content")
            said = re.search(r"(?:Unknown form fields|Неизвестные поля формы) (.+)$", text)
            assert said
            shown = re.findall(r"(?:^|, )(.+?) \(([\d,\u00a0]+)\)", said[1])
            for (name, count), (hand, times) in zip(shown, in_order(came), strict=True):
                assert name == hand
                assert count == (f"{times:,}" if language == "en" else f"{times:,}".replace(",", "\u00a0"))


def in_order(came: Counter[str]) -> list[tuple[str, int]]:
    """Return the fields as the page lists them: those that came most often first."""
    return sorted(came.items(), key=lambda one: (-one[1], one[0]))
