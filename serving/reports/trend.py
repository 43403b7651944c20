"""The chart of how the channels go, week by week."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import orjson

from features.facts.company import Company
from monitoring.channel_quality import period_of, week_of
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.non_target_days import NonTargetDay, main_days, non_target_days, rate_of

MOST_CHANNELS = 7
FEWEST_ON_THE_CHART = 20
"""A week with fewer looks draws no point: it would jump about and look like an alarm."""
ALARM_COLOUR = "#b3261e"


def weekly_trend(summaries: Iterable[LeadSummary], company: Company, alarmed: Collection[str] = ()) -> str:
    """Return the chart of the non-target share by week and channel, with Wilson intervals on hover.

    The channels of ``alarmed`` stand out from the others.
    """
    by_channel: dict[str, list[LeadSummary]] = {}
    for one in summaries:
        by_channel.setdefault(one.channel, []).append(one)
    days = {channel: main_days(non_target_days(leads, company)) for channel, leads in by_channel.items()}
    largest = sorted(days, key=lambda channel: -sum(day.looks for day in days[channel]))[:MOST_CHANNELS]
    layout = {"yaxis": {"tickformat": ".0%", "rangemode": "tozero"}, "hovermode": "closest"}
    return orjson.dumps(
        {"traces": [_trace(name, _weeks(days[name]), name in alarmed) for name in largest], "layout": layout}
    ).decode()


def weekly_leads(summaries: Iterable[LeadSummary], company: Company) -> str:
    """Return the chart of leads by week and channel, for a company in which nothing calls a lead non-target."""
    counts: dict[str, dict[date, int]] = {}
    for one in summaries:
        week = period_of(one.created_at, company, "week")
        if week:
            weeks = counts.setdefault(one.channel, {})
            weeks[week] = weeks.get(week, 0) + 1
    largest = sorted(counts, key=lambda channel: -sum(counts[channel].values()))[:MOST_CHANNELS]
    traces = [
        {"name": name, "x": [w.isoformat() for w in sorted(counts[name])], "y": [n for _, n in sorted(counts[name].items())],
         "mode": "lines+markers", "hovertemplate": "%{x}: %{y}"}
        for name in largest
    ]  # fmt: skip
    return orjson.dumps({"traces": traces, "layout": {"yaxis": {"rangemode": "tozero"}}}).decode()


def _weeks(days: Iterable[NonTargetDay]) -> dict[date, Rate]:
    by_week: dict[date, list[NonTargetDay]] = {}
    for one in days:
        by_week.setdefault(week_of(one.day), []).append(one)
    return {week: rate_of(those) for week, those in by_week.items()}


def _trace(name: str, weeks: dict[date, Rate], stands_out: bool) -> dict[str, object]:
    shown = [(week, rate) for week, rate in sorted(weeks.items()) if rate.of >= FEWEST_ON_THE_CHART]
    texts = [f"{r.count} / {r.of} ({r.interval[0]:.0%}–{r.interval[1]:.0%})" for _, r in shown]
    return {
        "name": name,
        "x": [week.isoformat() for week, _ in shown],
        "y": [r.value for _, r in shown],
        "text": texts,
        "mode": "lines+markers",
        "line": {"width": 4, "color": ALARM_COLOUR} if stands_out else {"width": 1.5},
        "hovertemplate": "%{x}: %{y:.0%}<br>%{text}",
    }
