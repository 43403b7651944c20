"""The trend chart, and what an alarm has cost so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import orjson

from features.facts.channels import channel_reader
from features.facts.company import Company
from features.facts.values import Spend
from monitoring.channel_quality import period_of, week_of
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.non_target_alarm import Alarm
from monitoring.non_target_days import NonTargetDay, main_days, non_target_days, rate_of

MOST_CHANNELS = 7
FEWEST_ON_THE_CHART = 20
"""A week with fewer looks draws no point: it would jump about and look like an alarm."""
ALARM_COLOUR = "#b3261e"


@dataclass(frozen=True, slots=True)
class AlarmWithCost:
    """An alarm, and what was paid for the channel since; None where no spend is known."""

    alarm: Alarm
    cost: float | None


def cost_since(alarm: Alarm, spend: Iterable[Spend], company: Company) -> float | None:
    """Return what was paid for the alarm's channel since its day, in the company's currency."""
    channel_of = channel_reader(company.channels)
    costs = [
        one.cost
        for one in spend
        if one.day >= alarm.since and one.currency == company.currency and channel_of(one.marks) == alarm.channel
    ]
    return sum(costs) if costs else None


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
