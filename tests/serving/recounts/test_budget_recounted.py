"""Every number of /budget equals adding up the exported files by hand: cost, sales made and expected, what a sale cost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import chances_of
from tests.support.plain_figures import PlainCompany, byar

WEEK = timedelta(days=7)
RECENT, FEWEST_SOLD = 13, 3.0


def monday_of(day: Any) -> Any:
    return day - timedelta(days=day.isoweekday() - 1)


def plain_weeks(company: PlainCompany, moment: datetime) -> dict[str, dict[Any, dict[str, float]]]:
    """Return by channel and Monday what was paid, and what came of the leads of that week; this week is not over."""
    today, chances = moment.astimezone(company.zone).date(), chances_of(company, moment)
    paid = [row for row in company.spend if row["day"] < today]
    days = [one.day for one in company.leads.values()] + [row["day"] for row in paid]
    weeks: list[Any] = []
    monday = monday_of(min(days))
    while monday < monday_of(today):
        weeks.append(monday)
        monday += WEEK
    channels = {str(one.names["channel"]) for one in company.leads.values()} | {row["channel"] for row in paid}
    empty = {"cost": 0.0, "sales": 0, "expected": 0.0, "late": 0}
    table = {channel: {week: dict(empty) for week in weeks} for channel in channels}
    for row in paid:
        if monday_of(row["day"]) in weeks:
            table[row["channel"]][monday_of(row["day"])]["cost"] += row["cost"]
    for one in company.leads.values():
        if monday_of(one.day) in weeks:
            cell = table[str(one.names["channel"])][monday_of(one.day)]
            if one.told["won"]:
                cell["sales"] += 1
            elif one.told["outcome"] in ("open", "never_called"):
                cell["expected"] += chances.get(one.id, 0.0) * company.share(one)
            cell["late"] += one.told["late"] is not None
    return table


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_the_budget_equals_adding_up_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw = Random(21)
    for moment in company.moments()[1:]:
        table = plain_weeks(company.at(moment), moment)
        language = draw.choice(["ru", "en"])
        html = company.doors.page(f"/budget?lang={language}")
        shown = max(RECENT, -(-(company.at(moment).horizon or 0) // 7))
        recent = {channel: [weeks[one] for one in sorted(weeks)[-shown:]] for channel, weeks in table.items()}
        sums = {
            channel: {key: sum(week[key] for week in weeks) for key in ("cost", "sales", "expected", "late")}
            for channel, weeks in recent.items()
        }
        rows = Page(html).tables[0].rows
        assert sorted(row[0] for row in rows) == sorted(sums)
        assert [row[0] for row in rows] == sorted(sums, key=lambda one: (-sums[one]["cost"], -sold_of(sums[one]), one))
        for row in rows:
            check_row(row, sums[row[0]], language, company.at(moment).horizon or 0)
        check_chart(html, sums)


def sold_of(one: dict[str, float]) -> float:
    return one["sales"] + one["expected"]


def check_row(row: list[str], hand: dict[str, float], language: str, horizon: int) -> None:
    cost, sold = hand["cost"], sold_of(hand)
    is_written(row[1], language, *([cost] if cost else []))
    is_written(
        row[2], language, sold, hand["sales"], hand["expected"], *([hand["late"], horizon] if hand["late"] else [])
    )
    if cost and sold >= FEWEST_SOLD:
        low, high = byar(sold)
        is_written(row[3], language, cost / sold, cost / high, cost / low)
    else:
        is_written(row[3], language)


def check_chart(html: str, sums: dict[str, dict[str, float]]) -> None:
    """Check the points of the chart against the same sums."""
    told = {name: one for name, one in sums.items() if one["cost"] and sold_of(one) >= FEWEST_SOLD}
    found = re.search(r"data-chart='([^']+)'", html)
    assert (found is None) == (not told)
    if found:
        trace = orjson.loads(found[1].replace("&#34;", '"'))["traces"][0]
        assert dict(zip(trace["y"], trace["x"], strict=True)) == pytest.approx(
            {name: one["cost"] / sold_of(one) for name, one in told.items()}
        )


def test_a_planned_test_says_what_its_channels_usually_sell_and_cost_in_a_week(demo: Shown) -> None:
    table = plain_weeks(demo.at(demo.exported_at), demo.exported_at)
    for chosen in (["Партнёры"], ["Яндекс Директ", "Авито"]):
        asked = "".join(f"&channel={one}" for one in chosen)
        text = Page(demo.doors.page(f"/budget?lang=en&weeks=12{asked}")).text("plan")
        usual = re.search(r"Usually ([^;]+?);", text)
        assert usual, text
        weeks = [table[channel][week] for channel in chosen for week in sorted(table[channel])[-RECENT:]]
        is_written(usual[0], "en", sum(map(sold_of, weeks)) / RECENT, sum(week["cost"] for week in weeks) / RECENT)
