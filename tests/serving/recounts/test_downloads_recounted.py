"""Every number in the files of /journey equals counting the exports by hand, for random filters, as CSV and as a spreadsheet."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from math import isnan, nan
from random import Random
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import WITHOUT_A_MARK
from tests.support.plain_chances import amount_of, chances_of
from tests.support.plain_figures import (
    PlainCompany,
    PlainLead,
    byar,
    costs_of,
    figures_of,
    period_of,
    returns_of,
    tidy,
    wilson,
)

BY = {
    "channel": ("channel",), "campaign": ("channel", "campaign"), "ad": ("channel", "campaign", "ad"), "offer": ("offer",),
    "landing_page": ("landing_page",), "whole": (),
}  # fmt: skip
FILTERS = ("channel", "campaign", "ad", "offer", "landing_page")
MOST_LINES = 8
"""Lines of each file that are counted again; the whole of it always is."""
COST_NAMES = ("channel", "campaign", "ad")
STEPS = ("reached", "qualified", "meeting", "invoice", "contract", "won")
STEP_WORDS = {
    "Reached": "reached", "Qualified (A or B)": "qualified", "Meeting": "meeting", "Invoice": "invoice",
    "Contract drawn up": "contract",
    "Contract (won)": "won",
    "Дозвонились": "reached", "Целевые (A или B)": "qualified", "Встреча": "meeting", "Счёт": "invoice",
    "Договор подготовлен": "contract", "Договор (продажа)": "won",
}  # fmt: skip
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(content: bytes, language: str) -> list[list[str]]:
    separator = ";" if language == "ru" else ","
    return list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=separator))


def read_xlsx(content: bytes) -> list[list[str]]:
    """Return the first sheet's cells as texts; a day is the number of days by which spreadsheets count."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall(f"{SHEET}si")
        texts = ["".join(one.itertext()) for one in shared]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        cells: dict[int, str] = {}
        for cell in row.findall(f"{SHEET}c"):
            value = cell.find(f"{SHEET}v")
            place = 0
            for letter in (cell.get("r") or "").rstrip("0123456789"):
                place = place * 26 + ord(letter) - 64
            text = "" if value is None else value.text or ""
            cells[place - 1] = texts[int(text)] if cell.get("t") == "s" else text
        rows.append([cells.get(place, "") for place in range(max(cells) + 1)])
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def number_of(text: str, language: str) -> float | None:
    return None if not text else float(text.replace(",", ".") if language == "ru" else text)


class Counted:
    """A line of the table counted by hand: the leads and costs that belong to it."""

    def __init__(
        self, plain: PlainCompany, asked: Mapping[str, Any], chances: Mapping[str, float],
        amounts: Mapping[str, float | None], today: date,
    ) -> None:  # fmt: skip
        self.plain, self.asked, self.chances, self.today = plain, asked, chances, today
        self.amounts = amounts

    def line(self, names: Mapping[str, Any], period: date | None) -> list[float | None]:
        """Return the cells behind the names, in the order of the columns."""
        only = {**self.asked["only"], **names}
        first, last = self.asked["first"], self.asked["last"]

        def fits(day: date) -> bool:
            return (
                (first is None or day >= first)
                and (last is None or day <= last)
                and (period is None or period_of(day, self.asked["period"]) == period)
            )

        def keeps(one: PlainLead) -> bool:
            return fits(one.day) and all(one.names[name] == word for name, word in only.items())

        hand = figures_of(self.plain, keeps, self.chances)
        costs = None
        if not set(only) - set(COST_NAMES):
            costs = costs_of(
                self.plain,
                lambda row: (
                    row["day"] < self.today
                    and fits(row["day"])
                    and all(row[name] == word for name, word in only.items())
                ),
            )
        waiting = [
            one for one in self.plain.leads.values()
            if keeps(one) and one.told["outcome"] in ("open", "never_called") and not one.told["won"]
        ]  # fmt: skip
        amounts = [
            (self.chances[one.id] * self.plain.share(one), self.amounts[one.id])
            for one in waiting
            if one.id in self.chances
        ]
        hand["expected_revenue"] = (
            None if any(a is None for _, a in amounts) else sum(c * (a or 0.0) for c, a in amounts)
        )
        bought = {
            row["channel"] for row in self.plain.spend if row["clicks"] and row["day"] < self.today and fits(row["day"])
        }
        clicked = sum(keeps(one) and one.names["channel"] in bought for one in self.plain.leads.values())
        return self._cells(hand, costs, hand["leads"] if names else clicked, names or period is None)

    def _cells(
        self, hand: Mapping[str, Any], costs: Mapping[str, Any] | None, clicked: int, is_told: Any
    ) -> list[float | None]:
        """Return the cells; of the whole only leads of channels whose clicks were bought are held against the clicks.

        Searchers and friends come without a click that anybody paid for; a line of one channel needs no such care. That
        cell of a month of all channels together is not compared (nan).
        """
        shown, clicks = (costs["impressions"], costs["clicks"]) if costs else (None, None)
        cells: list[float | None] = [shown, clicks, *share(clicks, shown), hand["leads"]]
        cells += share(clicked, clicks) if is_told else [nan] * 3
        before = hand["leads"]
        for step in self.asked["steps"]:
            count = hand["sales"] if step == "won" else hand[f"{step}_or_later"]
            cells += [count, hand[f"own_{step}"], *share(count, before), *share(count, hand["leads"])]
            before = count
        cost = costs["cost"] if costs else None
        cells += [
            hand["open"],
            hand["unworked"],
            hand["expected"],
            hand["revenue"],
            hand["expected_revenue"],
            cost,
            None,
        ]
        for count in (hand["leads"], hand["qualified"], hand["sales"]):
            if cost is None or not count:
                cells += [None, None, None]
            else:
                low, high = byar(count)
                cells += [cost / count, cost / high, cost / low]
        known = cost and hand["revenue"] is not None
        returns = returns_of(hand, cost) if cost and known else []
        late = hand["late"]
        return [
            *cells, *returns, *[None] * (3 - len(returns)), hand["of_unworked"], len(late),
            None if not late or None in late else sum(late),
        ]  # fmt: skip


def share(count: float | None, of: float | None) -> list[float | None]:
    """Return a share with its interval; nothing where more came than stood before, as people come without a click."""
    if count is None or not of or count > of:
        return [None, None, None]
    return [count / of, *wilson(int(count), int(of))]


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_a_downloaded_journey_equals_counting_by_hand(
    name: str, request: pytest.FixtureRequest
) -> None:
    company: Shown = request.getfixturevalue(name)
    draw, lines = Random(41), 0
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        chances = chances_of(plain, moment)
        amounts = {name: amount_of(plain.leads[name], plain) for name in chances}
        for _ in range(4):
            said, asked = random_view(plain, draw)
            language, kind = draw.choice(["ru", "en"]), draw.choice(["csv", "xlsx"])
            got = company.doors.client.get(f"/journey.{kind}?{urlencode({**said, 'lang': language})}")
            assert got.status_code == 200, got.text
            rows = read_csv(got.content, language) if kind == "csv" else read_xlsx(got.content)
            spoken = language if kind == "csv" else "en"
            asked["steps"] = [
                STEP_WORDS[one.split(":")[0]]
                for one in rows[0]
                if one.endswith((": recorded at the step", ": отмечено на этапе"))
            ]
            counted = Counted(plain, asked, chances, amounts, moment.astimezone(plain.zone).date())
            lines += check_rows(rows, asked, counted, spoken, draw)
    assert lines > 20


def check_rows(rows: list[list[str]], asked: Mapping[str, Any], counted: Counted, language: str, draw: Random) -> int:
    names, has_period = BY[asked["by"]], asked["period"] != "all"
    ahead = max(len(names), 1) + has_period
    check_cells(rows[0][ahead:], rows[1][ahead:], counted.line({}, None), language)
    for row in draw.sample(rows[2:], min(len(rows) - 2, MOST_LINES)):
        words = {name: unnamed(one, name) for name, one in zip(names, row, strict=False)}
        period = day_of(row[ahead - 1]) if has_period else None
        check_cells(rows[0][ahead:], row[ahead:], counted.line(words, period), language)
    return min(len(rows) - 2, MOST_LINES)


def unnamed(word: str, dimension: str) -> str | None:
    """Return the name in the data: a file writes names, but those of channels, as people do."""
    if word in ("not told", "не указано", "(none)", "—"):
        return None
    name = word.removeprefix("'")
    return WITHOUT_A_MARK.get(name, name) if dimension == "channel" else tidy(name)


def day_of(text: str) -> date:
    return date(1899, 12, 30) + timedelta(days=int(float(text))) if "-" not in text else date.fromisoformat(text)


def check_cells(header: list[str], cells: list[str], hand: list[float | None], language: str) -> None:
    """Compare cell by cell."""
    for title, cell, value in zip(header, cells, hand, strict=True):
        if value is not None and isnan(value):
            continue
        told = number_of(cell, language)
        assert (told is None) == (value is None), f"{title}: {cell!r} is not {value}"
        assert told is None or told == pytest.approx(value, rel=1e-6, abs=1e-6), f"{title}: {cell!r} is not {value}"


def random_view(plain: PlainCompany, draw: Random) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a view as an address and as what it asks for."""
    leads = list(plain.leads.values())
    only: dict[str, str | None] = {}
    for name in draw.sample(FILTERS, draw.choice([0, 0, 1, 2])):
        only[name] = draw.choice(leads).names[name]
    first, last = sorted(one.day for one in draw.sample(leads, 2))
    begins, ends = draw.choice([(None, None), (first, last), (first, None)])
    by, period = draw.choice(sorted(BY)), draw.choice(["all", "month", "week", "day"])
    said = {name: word if word is not None else "(none)" for name, word in only.items()} | {"by": by, "period": period}
    said |= {"from": begins.isoformat()} if begins else {}
    said |= {"to": ends.isoformat()} if ends else {}
    return said, {"only": only, "by": by, "period": period, "first": begins, "last": ends}
