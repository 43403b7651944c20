"""What /alarms and /channels say of quiet channels, and the chart of the weeks, equal plain loops over the exported files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from random import Random
from typing import Any

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import CRITERIA, grade_of
from tests.support.plain_figures import SPOKEN, PlainCompany, PlainLead, wilson

WINDOW, TOLD_LATE, MOST_CHANNELS, FEWEST_OF_A_WEEK = 120, 7, 7, 20
Known = tuple[date, bool] | None
"""On which day something is known of a lead, and whether it counts; None where it is not known."""


def first_call(one: PlainLead, plain: PlainCompany) -> Known:
    if not one.calls:
        return None
    call = one.calls[0]
    return call["at"].astimezone(plain.zone).date(), call["result"] not in SPOKEN


def first_talk(one: PlainLead, plain: PlainCompany) -> dict[str, Any] | None:
    return next((call for call in one.calls if call["result"] in SPOKEN), None)


def non_target(one: PlainLead, plain: PlainCompany) -> Known:
    if not plain.records_calls:
        return one.day, one.told["bad"]
    talk = first_talk(one, plain)
    return (talk["at"].astimezone(plain.zone).date(), one.told["bad"]) if talk else None


def unqualified(one: PlainLead, plain: PlainCompany) -> Known:
    """Return how the first talk graded a lead, by what was said until then."""
    talk = first_talk(one, plain)
    if not talk:
        return None
    said: dict[str, str | None] = dict.fromkeys(CRITERIA)
    for call in one.calls:
        if call["at"] <= talk["at"]:
            said.update({name: word for name, word in call["said"].items() if word})
    grade = grade_of(said)
    return None if grade == "ungraded" else (talk["at"].astimezone(plain.zone).date(), grade not in ("A", "B"))


def bought(one: PlainLead, plain: PlainCompany) -> Known:
    """Return whether it bought, known a week after its window; of a lead that nobody worked nothing is."""
    assert plain.horizon
    over = (one.at + timedelta(days=plain.horizon)).astimezone(plain.zone).date() + timedelta(days=TOLD_LATE)
    is_worked = one.told["outcome"] != "never_called"
    return (over, bool(one.told["won"])) if is_worked else None


def named(one: PlainLead, plain: PlainCompany) -> Known:
    return one.day, one.told["bad"] and not one.told["spoken"]


MEASURES: dict[str, Callable[[PlainLead, PlainCompany], Known]] = {
    "non-target": non_target, "not reached": first_call, "unqualified": unqualified, "that bought": bought,
    "named non-target without a talk": named,
}  # fmt: skip


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_quiet_share_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    seen = 0
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        today = moment.astimezone(plain.zone).date()
        page = Page(company.doors.page("/alarms?lang=en"))
        for table in page.of("quiet"):
            for words, share, _, _ in table.rows:
                measure = re.match(r"Share ([^,]+),", words)
                if not measure or measure[1] not in MEASURES:
                    continue
                channel = re.split(r" Share ", table.title)[0]
                mine = [one for one in plain.leads.values() if one.names["channel"] == channel]
                count, of = lately(mine, MEASURES[measure[1]], plain, today)
                is_written(share, "en", *([count / of, *wilson(count, of), count, of] if of else []))
                seen += 1
        seen += check_channels_words(company, plain, today)
    assert (
        seen or name == "hexlet"
    )  # a company without calls, a window and a word for rubbish has nothing to be watched by


def lately(
    mine: list[PlainLead], measure: Callable[[PlainLead, PlainCompany], Known], plain: PlainCompany, today: date
) -> tuple[int, int]:
    """Return how many count of those of whom something became known in the last 120 days."""
    known = [told for one in mine if (told := measure(one, plain))]
    some = [is_so for day, is_so in known if today - timedelta(days=WINDOW) < day <= today]
    return sum(some), len(some)


def check_channels_words(company: Shown, plain: PlainCompany, today: date) -> int:
    """Check what /channels says of the channels that are quiet: of those spoken to, so and so many."""
    text = Page(company.doors.page("/channels?lang=en")).text("content")
    found = 0
    for channel in {str(one.names["channel"]) for one in plain.leads.values()}:
        told = re.search(rf"(?<!\w){re.escape(channel)}: ([\d.]+\s% non-target \([\d,]+ of [\d,]+\))", text)
        if told:
            mine = [one for one in plain.leads.values() if one.names["channel"] == channel]
            count, of = lately(mine, non_target, plain, today)
            is_written(told[1], "en", count / of, count, of)
            found += 1
    return found


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_point_of_the_chart_of_weeks_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw = Random(51)
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        html = company.doors.page(f"/channels?lang=en&level={draw.choice(['channel', 'campaign'])}")
        chart = json.loads(unescape(re.findall(r"data-chart='(.*?)'", html)[0]))
        weeks: dict[str, dict[date, list[PlainLead]]] = defaultdict(lambda: defaultdict(list))
        for one in plain.leads.values():
            weeks[str(one.names["channel"])][one.day - timedelta(days=one.day.weekday())].append(one)
        tells = bool(plain.words.get("abc") or plain.words["stages"].get("non_target"))
        hand = {channel: points_of(of, plain, tells) for channel, of in weeks.items()}
        largest = sorted(hand, key=lambda channel: (-sum(n for _, n in hand[channel].values()), channel))
        assert [trace["name"] for trace in chart["traces"]] == largest[:MOST_CHANNELS]
        for trace in chart["traces"]:
            told = dict(zip(trace["x"], trace["y"], strict=True))
            shown = {
                f"{week}": bad / of if tells else of
                for week, (bad, of) in hand[trace["name"]].items()
                if not tells or of >= FEWEST_OF_A_WEEK
            }
            assert told == pytest.approx(shown)


def points_of(weeks: dict[date, list[PlainLead]], plain: PlainCompany, tells: bool) -> dict[date, tuple[int, int]]:
    """Return of each week how many were non-target, of how many that were looked at; or how many leads came."""
    if not tells or not plain.records_calls:
        return {week: (sum(one.told["bad"] for one in some), len(some)) for week, some in weeks.items()}
    found = {}
    for week, some in weeks.items():
        looks = [one for one in some if one.told["spoken"]]
        found[week] = sum(one.told["bad"] for one in looks), len(looks)
    return found
