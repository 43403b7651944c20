"""The bad share of an alarm's group week by week, with the day of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import orjson

from features.facts.company import Company
from monitoring.alarms.alarm import Alarm
from monitoring.alarms.group import badness_of, members
from monitoring.channel_quality import week_of
from monitoring.intervals import FEWEST, Rate
from monitoring.lead_book import LeadSummary

WEEKS = 20
BEFORE_COLOUR, SINCE_COLOUR, BAND_COLOUR = "#5b6675", "#b3261e", "rgba(179, 38, 30, 0.12)"


def weekly_chart(alarm: Alarm, summaries: Iterable[LeadSummary], company: Company, moment: datetime) -> str | None:
    """Return the chart's data; None for a measure by which no single lead is bad, or with fewer than two weeks to show.

    The week of the change stands on the side on which most of it lies. A week with too few leads draws no point.
    """
    is_bad = badness_of(alarm.watched.measure, company, moment)
    if is_bad is None:
        return None
    counts: dict[date, list[int]] = {}
    for one in members(summaries, alarm.watched):
        bad = is_bad(one)
        if bad is not None:
            count = counts.setdefault(week_of(one.created_at.astimezone(company.zone).date()), [0, 0])
            count[0] += bad
            count[1] += 1
    weeks = [(week, Rate(*count)) for week, count in sorted(counts.items())[-WEEKS:] if count[1] >= FEWEST]
    if len(weeks) < 2:
        return None
    middle = timedelta(days=3)
    sides = [
        (0, [w for w in weeks if w[0] + middle < alarm.since]),
        (1, [w for w in weeks if w[0] + middle >= alarm.since]),
    ]
    traces = [_trace(side, shown) for side, shown in sides if shown]
    latest = alarm.latest + timedelta(days=1)
    marks = [
        {"type": "rect", "xref": "x", "yref": "paper", "x0": f"{alarm.earliest}", "x1": f"{latest}", "y0": 0, "y1": 1,
         "fillcolor": BAND_COLOUR, "line": {"width": 0}, "layer": "below"},
        {"type": "line", "xref": "x", "yref": "paper", "x0": f"{alarm.since}", "x1": f"{alarm.since}", "y0": 0, "y1": 1,
         "line": {"color": SINCE_COLOUR, "width": 1, "dash": "dot"}},
    ]  # fmt: skip
    layout = {"yaxis": {"tickformat": ".0%", "rangemode": "tozero"}, "shapes": marks, "showlegend": False}
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _trace(side: int, weeks: list[tuple[date, Rate]]) -> dict[str, object]:
    values = [rate.value or 0.0 for _, rate in weeks]
    return {
        "x": [(week + timedelta(days=3)).isoformat() for week, _ in weeks],
        "y": values,
        "text": [f"{rate.count} / {rate.of}" for _, rate in weeks],
        "mode": "lines+markers",
        "line": {"color": SINCE_COLOUR if side else BEFORE_COLOUR},
        "hovertemplate": "%{y:.0%}<br>%{text}<extra></extra>",
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [rate.interval[1] - value for value, (_, rate) in zip(values, weeks, strict=True)],
            "arrayminus": [value - rate.interval[0] for value, (_, rate) in zip(values, weeks, strict=True)],
            "thickness": 1,
        },
    }
