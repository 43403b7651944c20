"""The figures of /alarms equal counting the leads by hand: before and since the day that is told, what it cost, who is quiet.

Since when there is an alarm, and between which days it began, is gone through by plain loops from the stated formulas; its
shares, counts, sizes and money are counted here from the facts as the store gives them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, timedelta
from html import unescape
from math import sqrt
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.values import Call, Fact, Lead, Source, Spend, Stage
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.look import AlarmLook
from tests.serving.doors import Doors, open_doors
from tests.serving.recounts.evidently_card import check_evidently
from tests.serving.recounts.page import Page, is_written
from tests.serving.spoiled import spoiled
from tests.support.plain_alarms import PlainStream, PlainWatch, Told, told_of
from tests.support.plain_figures import wilson

Bad = dict[str, list[tuple[date, bool]]]
"""Channel -> of each lead the day of its talk and whether it was non-target."""
WINDOW, COMPARED, WEEKS, FEWEST = 120, 240, 20, 5


def talks_of(doors: Doors) -> Bad:
    """Return every lead's first talk; in this company need "no" is non-target, and every lead is spoken to at once."""
    zone, names = doors.service.company.zone, {"vk": "ВКонтакте", "yandex": "Яндекс"}
    found: Bad = defaultdict(list)
    for history in doors.service.desk.store.histories():
        facts = [one.fact for one in history.stored]
        channel = next(names[fact.marks["source"]] for fact in facts if isinstance(fact, Source))
        calls = [fact for fact in facts if isinstance(fact, Call)]
        is_bad = calls[0].answers["need"] == "no"
        found[channel].append((calls[0].known_at.astimezone(zone).date(), is_bad))
    return found


def counted(talks: list[tuple[date, bool]], first: date, last: date) -> tuple[int, int]:
    """Return how many of the talks from one day to another were with non-target leads, of how many."""
    some = [bad for day, bad in talks if first <= day <= last]
    return sum(some), len(some)


def newcombe(after: tuple[int, int], before: tuple[int, int]) -> tuple[float, float]:
    """Return the 95 % interval of a difference of shares (Newcombe 1998, method 10)."""
    (low1, high1), (low2, high2) = wilson(*after), wilson(*before)
    one, other = after[0] / after[1], before[0] / before[1]
    return (
        one - other - sqrt((one - low1) ** 2 + (high2 - other) ** 2),
        one - other + sqrt((high1 - one) ** 2 + (other - low2) ** 2),
    )


@pytest.mark.parametrize(("seed", "days_ago"), [(7, 20), (3, 33)])
def test_counts_before_and_since_cost_and_size_equal_counting_by_hand(
    seed: int, days_ago: int, tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        now = doors.clock()
        facts = spoiled(now, days_ago, seed)
        doors.service.desk.store.append(facts)
        html = doors.page("/alarms?lang=en")
        page = Page(html)
        parts = [one for one in page.texts if one.startswith("alarm-")]
        assert len(parts) == 1
        text, talks = page.text(parts[0]), talks_of(doors)["ВКонтакте"]
        today = now.astimezone(doors.service.company.zone).date()
        check_alarm(text, talks, today, [one for one in facts if isinstance(one, Spend)])
        check_days(text, facts, doors, today)
        check_beside(page, Page(doors.page("/channels?lang=en")).text("alarms"), text)
        check_week(page.text(parts[0].replace("alarm-", "weekly-")), text, talks, today, facts)
        check_quiet(page, talks_of(doors), today)
        check_chart(html, doors)
        check_evidently(doors, parts[0], seed)
        check_put_off(doors, parts[0], facts, today)
        check_past(doors, text)


def check_put_off(doors: Doors, part: str, facts: list[Fact], today: date) -> None:
    """Put the only alarm off, check the line that is left of it, and take that back."""
    stream, name = stream_of(facts, doors, today), part.removeprefix("alarm-")
    assert stream.open
    form = {"who": "Маркетолог", "days": "14", "reason": "новая площадка"}
    assert doors.client.post(f"/alarms/{name}/snooze", data=form).status_code == 303
    page, (before, after) = Page(doors.page("/alarms?lang=en")), stream.open.splits[0]
    assert page.text("verdict").startswith("Every alarm is put off")
    is_written(page.text("verdict"), "en", 1)
    line = re.match(
        r"ВКонтакте: more non-target leads : (.+?), since about (\S+) \(between (\S+) and (\S+)\) ", page.text(part)
    )
    assert line, page.text(part)
    is_written(line[1], "en", before[0] / before[1], after[0] / after[1])
    days = [stream.open.since, stream.open.earliest, stream.open.latest]
    assert [date.fromisoformat(one).toordinal() for one in line.groups()[1:]] == days
    assert f"put off until {today + timedelta(days=14)}: новая площадка" in page.text(part)
    assert doors.client.post(f"/alarms/{name}/wake", data=form).status_code == 303
    assert "put-off" not in Page(doors.page("/alarms?lang=en")).texts


def check_past(doors: Doors, text: str) -> None:
    """Let the alarm be over, and check that it is told with the figures that it had when it was last on."""
    told = re.search(TOLD, text)
    assert told
    log, quiet = AlarmLog(doors.service.desk.store.engine), AlarmLook((), (), "watched")
    log.remember_look(quiet, lambda _: "recovered", moment=doors.clock(), zone=doors.service.company.zone)
    page = Page(doors.page("/alarms?lang=en"))
    (row,) = [cells for table in page.of("past") for cells in table.rows]
    before, after = told["counts"].split(" → ")
    assert row[0].endswith(f"{told['shares']} ; before: {before}; since: {after}".replace(" ;", ";"))
    assert row[1].startswith(f"{told['since']} – ")
    assert row[1].endswith("as it used to be again")


TOLD = (
    r"Share non-target (?P<shares>[\d.]+\s% → [\d.]+\s%) by (?P<size>[\d.]+) pp \(95\s%: (?P<ends>[\d.]+ to [\d.]+)\) "
    r"(?P<counts>[\d,]+ of [\d,]+ → [\d,]+ of [\d,]+) "
    r"Since (?P<since>\S+) most likely between (?P<earliest>\S+) and (?P<latest>\S+) noticed on (?P<raised>\S+) "
    r".*?Spent since (?P<money>[\d,]+\s₽ about [\d,]+\s₽ of it \([\d,]+\s₽ to [\d,]+\s₽\)) .*?"
    r"Additional bad leads ≈ (?P<extra>[\d,]+ [\d,]+ to [\d,]+, of [\d,]+)"
)


def check_alarm(text: str, talks: list[tuple[date, bool]], today: date, spend: list[Spend]) -> None:
    told = re.search(TOLD, text)
    assert told, text[:900]
    day, earliest, latest = (date.fromisoformat(told[name]) for name in ("since", "earliest", "latest"))
    oldest = max(one for one, _ in talks) - timedelta(days=COMPARED)
    splits = [
        (counted(talks, oldest, on - timedelta(days=1)), counted(talks, on, today)) for on in (day, earliest, latest)
    ]
    before, after = splits[0]
    is_written(told["counts"], "en", *before, *after)
    size = after[0] / after[1] - before[0] / before[1]
    ends = [newcombe(since, until) for until, since in splits]
    low, high = max(min(one for one, _ in ends), 0.0), max(one for _, one in ends)
    is_written(told["shares"], "en", before[0] / before[1], after[0] / after[1])
    is_written(told["size"], "en", size * 100)
    is_written(told["ends"], "en", low * 100, high * 100)
    cost = sum(one.cost for one in spend if one.day >= day)
    is_written(told["money"], "en", cost, cost * size, cost * low, cost * high)
    is_written(told["extra"], "en", *(after[1] * one for one in (size, low, high)), after[1])


def check_beside(page: Page, on_channels: str, text: str) -> None:
    """Check that the line above the only alarm, and the page of the channels, tell the same of it."""
    told = re.search(TOLD, text)
    assert told
    (lost,) = re.findall(r"about ([\d,]+\s₽) of it", told["money"])
    assert re.search(
        rf"Alarms now: 1 seen by nobody yet: 1 went to additional bad leads, about: {lost}$", page.text("verdict")
    )
    before, after = re.findall(r"[\d.]+\s%", told["shares"])
    since = f"since about {told['since']} ({told['earliest']} to {told['latest']})"
    assert f"ВКонтакте: the non-target share rose from {before} to {after} {since}." in on_channels
    first, second = told["counts"].split(" → ")
    spent = told["money"].split(" about ")[0]
    assert f"before: {first}; since: {second}; spent since: {spent}" in on_channels


def check_days(text: str, facts: list[Fact], doors: Doors, today: date) -> None:
    """Check since when it is, between which days it began, and when it was noticed, by plain loops over all days."""
    told = re.search(TOLD, text)
    assert told
    stream = stream_of(facts, doors, today)
    assert stream.open
    hand = [stream.open.since, stream.open.earliest, stream.open.latest, stream.open.raised_on]
    assert [date.fromisoformat(told[name]).toordinal() for name in ("since", "earliest", "latest", "raised")] == hand


def stream_of(facts: list[Fact], doors: Doors, today: date) -> PlainStream:
    """Return how the spoiled channel stands, gone through by plain loops."""
    zone, leads = doors.service.company.zone, dict[str, Told]()
    for fact in facts:
        day = fact.at.astimezone(zone).date()
        if isinstance(fact, Lead):
            settled = (fact.at + timedelta(days=60)).astimezone(zone).date() + timedelta(days=7)
            leads[fact.lead_id] = told_of({"channel": "?"}, day.toordinal())
            leads[fact.lead_id].known["bought"] = settled.toordinal(), True
        elif isinstance(fact, Source):
            leads[fact.lead_id].places = {"channel": (fact.marks["source"], "")}
        elif isinstance(fact, Call):
            bad = fact.answers["need"] == "no"
            for measure, is_bad in (
                ("non_target", bad),
                ("named", False),
                ("not_reached", False),
                ("unqualified", bad),
            ):
                leads[fact.lead_id].known[measure] = day.toordinal(), is_bad
        elif isinstance(fact, Stage):
            leads[fact.lead_id].known["bought"] = leads[fact.lead_id].known["bought"][0], False
    stream = PlainWatch(leads.values(), today.toordinal(), form=False).stream("non_target", ("vk", ""))
    assert stream
    return stream


def check_week(words: str, text: str, talks: list[tuple[date, bool]], today: date, facts: list[Fact]) -> None:
    """Check what goes on additional bad leads in a week, as it did since the day that is told."""
    told = re.search(TOLD, text)
    assert told
    day = date.fromisoformat(told["since"])
    before, after = counted(talks, date.min, day - timedelta(days=1)), counted(talks, day, today)
    extra = after[0] / after[1] - before[0] / before[1]
    cost = sum(one.cost for one in facts if isinstance(one, Spend) and one.day >= day)
    is_written(words, "en", cost * extra * 7 / ((today - day).days + 1))


def check_quiet(page: Page, talks: Bad, today: date) -> None:
    """Check the shares of the last 120 days where it is quiet."""
    rows = [
        (table.title.split(" Share")[0], row)
        for table in page.of("quiet")
        for row in table.rows
        if "Share non-target" in row[0]
    ]
    assert rows
    for channel, row in rows:
        bad, of = counted(talks[channel], today - timedelta(days=WINDOW - 1), today)
        is_written(row[1], "en", bad / of, *wilson(bad, of), bad, of)
        assert row[3] == "—"  # everybody was spoken to


def check_chart(html: str, doors: Doors) -> None:
    """Check the chart of the alarm: the share by the week in which the leads came, with its interval."""
    zone = doors.service.company.zone
    weeks: dict[date, list[bool]] = defaultdict(list)
    for history in doors.service.desk.store.histories():
        facts = [one.fact for one in history.stored]
        if any(isinstance(fact, Source) and fact.marks["source"] == "vk" for fact in facts):
            came = next(fact for fact in facts if isinstance(fact, Lead)).at.astimezone(zone).date()
            bad = next(fact for fact in facts if isinstance(fact, Call)).answers["need"] == "no"
            weeks[came - timedelta(days=came.weekday())].append(bad)
    shown = {
        f"{week + timedelta(days=3)}": weeks[week] for week in sorted(weeks)[-WEEKS:] if len(weeks[week]) >= FEWEST
    }
    traces = json.loads(unescape(re.findall(r"data-chart='(.*?)'", html)[0]))["traces"]
    told = {day: point for one in traces for day, *point in zip(one["x"], one["y"], *ends_of(one), strict=True)}
    assert told.keys() == shown.keys()
    for day, some in shown.items():
        share, (low, high) = sum(some) / len(some), wilson(sum(some), len(some))
        assert told[day] == pytest.approx([share, high - share, share - low])


def ends_of(trace: dict[str, dict[str, list[float]]]) -> tuple[list[float], list[float]]:
    return trace["error_y"]["array"], trace["error_y"]["arrayminus"]
