"""Every number on /channels, and the leads of every line of /journey and /offers, equal plain loops, for random filters."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, Table, is_written
from tests.support.plain_chances import chances_of
from tests.support.plain_figures import (
    PlainCompany,
    PlainLead,
    byar,
    costs_of,
    figures_of,
    late_of,
    period_of,
    returns_of,
    tidy,
    wilson,
)

FEWEST = 5
"""Of fewer a rate is not told."""
MOST_UNTOLD = 20
NO_CAMPAIGN = {"ru": "(без кампании)", "en": "(no campaign)"}


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_the_channels_page_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw, rows = Random(31), 0
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        chances = chances_of(plain, moment)
        today = moment.astimezone(plain.zone).date()
        months = sorted({one.day.replace(day=1) for one in plain.leads.values()})
        for _ in range(3):
            level, language = draw.choice(["channel", "campaign"]), draw.choice(["ru", "en"])
            month = draw.choice([None, *months])
            asked = {"level": level, "lang": language, "month": f"{month:%Y-%m}" if month else ""}
            page = Page(company.doors.page(f"/channels?{urlencode(asked)}"))
            (table,) = [one for one in page.tables if len(one.header) == 11]
            expected = lines_of(plain, level, month, company)
            found = {key_of(row[0], level, language, expected): row for row in table.rows}
            assert found.keys() == expected
            for key, row in found.items():
                check_line(row, plain, key, level, month, chances, language, today)
                rows += 1
    assert rows > 15


Key = tuple[str, str | None]


def lines_of(plain: PlainCompany, level: str, month: date | None, company: Shown) -> set[Key]:
    """Return the channels or campaigns that had leads or costs."""
    today = company.moment.astimezone(plain.zone).date()
    told = [(str(one.names["channel"]), one.names["campaign"], one.day) for one in plain.leads.values()]
    told += [(row["channel"], row["campaign"], row["day"]) for row in plain.spend if row["day"] < today]
    some = [one for one in told if month is None or one[2].replace(day=1) == month]
    return {(channel, campaign if level == "campaign" else None) for channel, campaign, _ in some}


def key_of(cell: str, level: str, language: str, known: set[Key]) -> Key:
    """Return which line a cell names: the channel, and behind it the campaign or a link."""
    if level == "channel":
        return max((one for one in known if cell.startswith(one[0])), key=lambda one: len(one[0]))
    (key,) = [one for one in known if cell == f"{one[0]} {one[1] or NO_CAMPAIGN[language]}"]
    return key


def check_line(
    row: list[str], plain: PlainCompany, key: Key, level: str, month: date | None, chances: dict[str, float], language: str,
    today: date,
) -> None:  # fmt: skip
    is_campaign = level == "campaign"

    def fits(channel: Any, campaign: Any, day: date) -> bool:
        of_line = channel == key[0] and (not is_campaign or campaign == key[1])
        return of_line and (month is None or day.replace(day=1) == month)

    hand = figures_of(plain, lambda one: fits(one.names["channel"], one.names["campaign"], one.day), chances)
    costs = costs_of(plain, lambda r: r["day"] < today and fits(r["channel"], r["campaign"], r["day"]))
    calls, grades = plain.records_calls, bool(plain.words.get("abc"))
    is_written(row[1], language, hand["leads"])
    check_rate(row[2], language, hand["processed"], hand["leads"] if calls else 0)
    check_rate(row[3], language, hand["qualified"], hand["spoken"] if calls and grades else 0)
    named = [hand["bad_unspoken"], hand["leads"]] if calls and hand["bad_unspoken"] else []
    can_tell = grades or plain.words["stages"].get("non_target")
    check_rate(row[4], language, hand["bad_spoken"], hand["spoken"] if calls and can_tell else 0, *named)
    early = [hand["sales"] - hand["bought"]] if hand["sales"] > hand["bought"] else []
    check_rate(row[5], language, hand["bought"], hand["bought"] + hand["did_not_buy"], *early)
    is_written(row[6], language, hand["expected"], hand["open"], hand["unworked"])
    cost, revenue = costs["cost"], hand["revenue"]
    told: list[float] = [] if cost is None else [cost]
    if cost and revenue is not None:
        told += returns_of(hand, cost)
    is_written(row[7], language, *told)
    for cell, count in ((row[8], hand["leads"]), (row[9], hand["qualified"])):
        check_unit(cell, language, cost, count, [])
    more = [*([hand["sales"]] if hand["sales"] else []), *late_of(hand, plain)]
    check_unit(row[10], language, cost, hand["sales"], more)


def check_rate(cell: str, language: str, count: int, of: int, *more: float) -> None:
    if not of:
        is_written(cell, language, *more)
    elif of < FEWEST:
        is_written(cell, language, count, of, *more)
    else:
        is_written(cell, language, count / of, *wilson(count, of), count, of, *more)


def check_unit(cell: str, language: str, cost: float | None, count: int, more: list[float]) -> None:
    if cost is None or not count:
        is_written(cell, language, *more)
        return
    fewest, most = byar(count)
    is_written(cell, language, cost / count, cost / most, cost / fewest, *more)


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_the_leads_of_every_line_of_the_journeys_page_equal_counting_by_hand(
    name: str, request: pytest.FixtureRequest
) -> None:
    company: Shown = request.getfixturevalue(name)
    draw = Random(32)
    plain = company.at(company.exported_at)
    for _ in range(4):
        by, period = draw.choice(["channel", "campaign"]), draw.choice(["all", "month"])
        one = draw.choice(list(plain.leads.values()))
        only = {"channel": str(one.names["channel"])} if draw.random() < 0.5 else {}
        page = Page(company.doors.page(f"/journey?{urlencode({'by': by, 'period': period, 'lang': 'en', **only})}"))
        (table,) = [one for one in page.tables if one.title.startswith("Lines of the table")]
        place = table.header.index("Leads")
        counts = Counter(
            line_words(lead, by, period)
            for lead in plain.leads.values()
            if all(lead.names[name] == word for name, word in only.items())
        )
        check_journey(table, place, counts)


def line_words(lead: PlainLead, by: str, period: str) -> str:
    names = [str(lead.names["channel"]), *([lead.names["campaign"] or "not told"] if by == "campaign" else [])]
    return " ".join([*([str(period_of(lead.day, period))] if period != "all" else []), *names])


def check_journey(table: Table, place: int, counts: Counter[str]) -> None:
    found: Counter[str] = Counter()
    for row in table.rows:
        count = int(row[place].replace(",", ""))
        if count:
            found[row[0]] += count
    assert found == counts


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_what_nobody_told_of_names_as_many_leads_as_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    plain = company.at(company.exported_at)
    listed = {tidy(offer) for offer in plain.words.get("offers", {})}
    counts = Counter(
        (kind, one.names[kind])
        for one in plain.leads.values()
        for kind in ("offer", "campaign", "ad")
        if one.names[kind] and not (kind == "offer" and one.names[kind] in listed)
    )
    page = Page(company.doors.page("/offers?lang=en"))
    check_listed(page.text("content"), plain)
    if counts:
        said = re.search("nobody told what the ad promised: ([\\d,]+)", page.text("untold"))
        assert said
        is_written(said[1], "en", len(counts))
    rows = [row for table in page.tables for row in table.rows]
    assert len(rows) == min(len(counts), MOST_UNTOLD)
    told = []
    for kind, words, count in rows:
        (key,) = [one for one in counts if one[0] == kind.casefold() and one[1] == words.split(" tell")[0]]
        is_written(count, "en", counts[key])
        told.append(counts[key])
    assert told == sorted(counts.values(), reverse=True)[:MOST_UNTOLD]


def check_listed(text: str, plain: PlainCompany) -> None:
    """Check the price of each offer that is told of, and how many leads name it."""
    for name, told in plain.words.get("offers", {}).items():
        found = re.search(
            rf"offer {re.escape(name)} Change .*?Price ([\d,]+)\s₽.*? Leads ([\d,]+)", text, re.IGNORECASE
        )
        assert found, name
        count = sum(one.names["offer"] == tidy(name) for one in plain.leads.values())
        is_written(" ".join(found.groups()), "en", told["price"], count)
