"""The level that follows the market, as the model's page tells it: by how much the odds of every lead were moved."""

from __future__ import annotations

import math
from typing import Literal

import orjson

from models.score import NORMAL_80
from models.since_report import Look, SinceReport

NOTICEABLE = 0.05
"""A strength that differs by less is not worth a word."""
COLOUR = "#1f5fbf"
NOTHING = 0.005
"""Odds that were moved by less are told as not moved."""


def odds_moved(report: SinceReport | None) -> float:
    """Return by what part the odds of every lead are moved now: 0.1 is a tenth up.

    >>> odds_moved(None)
    0.0
    """
    return _odds(report.looks[-1].shift) if report else 0.0


def level_word(report: SinceReport | None) -> Literal["holds", "higher", "lower"]:
    """Return how the level stands to the one that the model learned."""
    moved = odds_moved(report)
    return "holds" if abs(moved) < NOTHING else "higher" if moved > 0 else "lower"


def strength_word(report: SinceReport | None) -> Literal["stronger", "weaker"] | None:
    """Return whether leads differ more than the model learned, or less; None where that is not to be told."""
    strength = report.looks[-1].strength if report else 1.0
    return None if abs(strength - 1.0) < NOTICEABLE else "stronger" if strength > 1.0 else "weaker"


def level_chart(report: SinceReport | None) -> str | None:
    """Return the chart of the level day by day with its band; None before there are two days."""
    if report is None or len(report.looks) < 2:
        return None
    days = [one.at.date().isoformat() for one in report.looks]
    edge = {"x": days, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    traces = [
        {**edge, "y": [_odds(_end(one, -1)) for one in report.looks]},
        {**edge, "y": [_odds(_end(one, 1)) for one in report.looks], "fill": "tonexty", "fillcolor": "rgba(31,95,191,.15)"},
        {
            "x": days,
            "y": [_odds(one.shift) for one in report.looks],
            "mode": "lines+markers",
            "line": {"color": COLOUR, "width": 2},
            "showlegend": False,
            "hovertemplate": "%{x}: %{y:+.0%}",
        },
    ]  # fmt: skip
    layout = {
        "yaxis": {"tickformat": "+.0%"},
        "xaxis": {"type": "date"},
        "margin": {"l": 50, "r": 10, "t": 10, "b": 40},
        "hovermode": "closest",
    }
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _end(one: Look, side: int) -> float:
    return one.shift + side * NORMAL_80 * one.deviation


def _odds(shift: float) -> float:
    return math.exp(shift) - 1.0
