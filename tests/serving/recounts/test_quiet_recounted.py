"""What /alarms and /channels say of quiet channels, and the chart of the weeks, equal plain loops over the exported files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from random import Random

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import WITHOUT_A_MARK, Page, is_written
from tests.serving.recounts.watched import MEASURES, Known, check_quiet, non_target, watch_of
from tests.support.plain_alarms import PlainWatch
from tests.support.plain_figures import PlainCompany, PlainLead, wilson

WINDOW, MOST_CHANNELS, FEWEST_OF_A_WEEK = 120, 7, 20


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_quiet_share_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    seen, clocks, draw = 0, set[str](), Random(52)
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
        watch = watch_of(plain, moment)
        seen += check_channels_words(company, plain, watch)
        clocks |= check_quiet(page, watch, draw)
    assert (
        seen or name == "hexlet"
    )  # a company without calls, a window and a word for rubbish has nothing to be watched by

    assert clocks == {"demo": {"call", "purchase"}, "olist": {"purchase"}, "hexlet": set()}[name]


def lately(
    mine: list[PlainLead], measure: Callable[[PlainLead, PlainCompany], Known], plain: PlainCompany, today: date
) -> tuple[int, int]:
    """Return how many count of those of whom something became known in the last 120 days."""
    known = [told for one in mine if (told := measure(one, plain))]
    some = [is_so for day, is_so in known if today - timedelta(days=WINDOW) < day <= today]
    return sum(some), len(some)


QUIET = re.compile(
    r": (?:(?P<share>[\d.]+\s% non-target \([\d,]+ of [\d,]+\)); a rise to (?P<rise>[\d.]+\s%) in the last two weeks "
    r"\((?P<latest>[\d,]+) leads?\) would have been noticed|not enough data \((?P<few>[\d,]+) leads? spoken to\))"
    r"(?: ?; not looked at: (?P<silent>[\d,]+) leads?)?"
)


def check_channels_words(company: Shown, plain: PlainCompany, watch: PlainWatch) -> int:
    """Check what /channels says of the quiet channels: how many were spoken to and non-target, from where on a rise would show."""
    text = Page(company.doors.page("/channels?lang=en")).text("content")
    found, today = 0, date.fromordinal(watch.today)
    for channel in {str(one.names["channel"]) for one in plain.leads.values()}:
        told = re.search(rf"(?<!\w){re.escape(channel)}{QUIET.pattern}", text)
        if told:
            mine = [one for one in plain.leads.values() if one.names["channel"] == channel]
            count, of = lately(mine, non_target, plain, today)
            came = sum(one.day > today - timedelta(days=WINDOW) for one in mine)
            is_written(told["silent"] or "", "en", *([came - of] if came > of else []))
            if told["few"]:
                is_written(told["few"], "en", of)
                assert watch.noticeable(channel, "non_target") is None
            else:
                is_written(told["share"], "en", count / of, count, of)
                is_written(told["rise"], "en", watch.noticeable(channel, "non_target"))
                days = watch.days("channel", "non_target")[channel, ""]
                is_written(told["latest"], "en", sum(n for day, _, n in days if day > watch.today - 14))
            found += 1
    return found


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_point_of_the_chart_of_weeks_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw = Random(51)
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        html = company.doors.page(f"/channels?lang=en&level={draw.choice(['channel', 'campaign'])}")
        charts = [json.loads(unescape(one)) for one in re.findall(r"data-chart='(.*?)'", html)]
        chart = charts[0] if charts else {"traces": []}
        for trace in chart["traces"]:
            trace["name"] = WITHOUT_A_MARK.get(trace["name"], trace["name"])
        weeks: dict[str, dict[date, list[PlainLead]]] = defaultdict(lambda: defaultdict(list))
        for one in plain.leads.values():
            weeks[str(one.names["channel"])][one.day - timedelta(days=one.day.weekday())].append(one)
        tells = bool(plain.words.get("abc") or plain.words["stages"].get("non_target"))
        hand = {channel: points_of(of, plain, tells) for channel, of in weeks.items()}
        largest = sorted(hand, key=lambda channel: (-sum(n for _, n in hand[channel].values()), channel))
        drawn = [
            channel
            for channel in largest[:MOST_CHANNELS]
            if not tells or any(of >= FEWEST_OF_A_WEEK for _, of in hand[channel].values())
        ]
        assert [trace["name"] for trace in chart["traces"]] == drawn
        assert ("No channel had a week with 20 leads" in html) == (not drawn)
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
