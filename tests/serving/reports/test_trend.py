"""The chart of how the channels go: whoever sees no colours reads it too."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from features.facts.company import Company
from monitoring.counted_cells import CutKey
from monitoring.tally import PLACE, SIZE, Tally
from serving.reports.trend import FEWEST_ON_THE_CHART, weekly_leads, weekly_trend

WEEK = date(2026, 3, 2)
CHANNELS = ("unknown", "ВКонтакте", "Авито", "Поиск")


def tallies() -> dict[CutKey, Tally]:
    """Return two weeks of each channel, of which the first is the largest."""
    told: dict[CutKey, Tally] = {}
    for place, channel in enumerate(CHANNELS):
        sums = [0] * SIZE
        sums[PLACE["leads"]] = sums[PLACE["spoken"]] = 90 - place
        for week in (WEEK, WEEK + timedelta(days=7)):
            told[(channel,), week] = Tally(tuple(sums))
    return told


def traces(chart: str | None) -> list[dict[str, Any]]:
    assert chart
    drawn: list[dict[str, Any]] = json.loads(chart)["traces"]
    return drawn


def test_each_line_has_a_mark_of_its_own() -> None:
    company = Company(company="Окна")
    for chart in (weekly_trend(tallies(), company), weekly_leads(tallies())):
        marks = [one["marker"]["symbol"] for one in traces(chart)]
        assert len(set(marks)) == len(marks) == len(CHANNELS)


def test_channels_are_called_as_the_page_calls_them_and_the_alarmed_one_stands_out() -> None:
    chart = weekly_trend(tallies(), Company(company="Окна"), ["unknown"], str.upper)
    drawn = {one["name"]: one["line"]["width"] for one in traces(chart)}
    assert list(drawn) == ["UNKNOWN", "ВКОНТАКТЕ", "АВИТО", "ПОИСК"]
    assert max(drawn, key=lambda name: drawn[name]) == "UNKNOWN"


def test_weeks_of_too_few_talks_draw_no_chart_and_no_line() -> None:
    few = {
        key: Tally(tuple(min(one, FEWEST_ON_THE_CHART - 1) for one in tally.sums)) for key, tally in tallies().items()
    }
    assert weekly_trend(few, Company(company="Окна")) is None
    one_busy = few | {(("Поиск",), WEEK): tallies()[("Поиск",), WEEK]}
    assert [one["name"] for one in traces(weekly_trend(one_busy, Company(company="Окна")))] == ["Поиск"]
