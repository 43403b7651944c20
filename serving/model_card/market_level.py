"""The level that follows the market, as the model's page tells it: what became of a middling lead's probability."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

import orjson

from features.log_odds import probability_of
from models.score import NORMAL_80
from models.since_report import SinceReport

COLOUR = "#1f5fbf"
NOTICEABLE = 0.05
"""A strength that differs by less is not worth a word."""


def level_word(report: SinceReport | None) -> Literal["holds", "unmoved", "higher", "lower"]:
    """Return how the level stands to the one that the model learned; less than a percent is no change to tell.

    A level that was not moved "holds" only where as many bought as promised: else too little was seen to move it.

    >>> level_word(None)
    'unmoved'
    """
    if report is None:
        return "unmoved"
    before, now = (round(one, 2) for one in report.example)
    if before == now:
        return "holds" if report.together and report.together.verdict == "as_expected" else "unmoved"
    return "higher" if now > before else "lower"


def strength_word(report: SinceReport | None) -> Literal["stronger", "weaker"] | None:
    """Return whether leads differ more than the model learned, or less; None where that is not to be told."""
    strength = report.looks[-1].strength if report else 1.0
    return None if abs(strength - 1.0) < NOTICEABLE else "stronger" if strength > 1.0 else "weaker"


def level_chart(report: SinceReport | None, zone: ZoneInfo) -> str | None:
    """Return the chart of a middling lead's probability day by day, and where the truth lies; None before there are two days."""
    if report is None or len(report.looks) < 2:
        return None
    centre = report.followed().centre
    days = [one.at.astimezone(zone).date().isoformat() for one in report.looks]
    low, high = (
        [probability_of(centre + one.believed + side * NORMAL_80 * one.deviation) for one in report.looks]
        for side in (-1, 1)
    )
    edge = {"x": days, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    traces = [
        {**edge, "y": low},
        {**edge, "y": high, "fill": "tonexty", "fillcolor": "rgba(31,95,191,.15)"},
        {
            "x": days,
            "y": [probability_of(centre + one.shift) for one in report.looks],
            "mode": "lines+markers",
            "line": {"color": COLOUR, "width": 2},
            "showlegend": False,
            "hovertemplate": "%{x}: %{y:.1%}",
        },
    ]
    layout = {
        "yaxis": {"tickformat": ".0%", "rangemode": "tozero"},
        "xaxis": {"type": "date"},
        "margin": {"l": 50, "r": 10, "t": 10, "b": 40},
        "hovermode": "closest",
    }
    return orjson.dumps({"traces": traces, "layout": layout}).decode()
