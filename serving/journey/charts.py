"""The chart of ripening: what share of each cohort had bought by each day of age, and where it will end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from serving.pages import Writing

if TYPE_CHECKING:
    from monitoring.ripening import Cohort

MOST_COHORTS = 8
"""So many cohorts are drawn, the latest: more lines cannot be told apart."""
PALE, FULL = (173, 198, 232), (23, 71, 143)


def ripening_chart(cohorts: Sequence[Cohort], w: Writing, horizon_days: int) -> str:
    """Return the chart: a line a cohort, the older the paler, and a point with its interval where it will end."""
    drawn = [one for one in cohorts if one.curve][-MOST_COHORTS:]
    traces: list[dict[str, Any]] = []
    for place, one in enumerate(drawn):
        colour = _colour(place / max(len(drawn) - 1, 1))
        name = w.day(one.begins)
        traces.append({
            "name": name, "x": list(range(len(one.curve))), "y": list(one.curve), "mode": "lines", "legendgroup": name,
            "line": {"shape": "hv", "width": 2.5, "color": colour},
            "hovertemplate": f"{name}<br>%{{x}} {w('jr_days')}: %{{y:.1%}}<extra></extra>",
        })  # fmt: skip
        if one.waiting:
            low, high = one.end_interval
            traces.append({
                "name": name, "x": [horizon_days + 1 + place * 0.7], "y": [one.end], "mode": "markers", "legendgroup": name,
                "showlegend": False, "marker": {"size": 9, "symbol": "diamond", "color": colour},
                "error_y": {"type": "data", "symmetric": False, "array": [high - one.end], "arrayminus": [one.end - low],
                            "color": colour, "thickness": 1.5},
                "hovertemplate": f"{name}<br>{w('jr_end')}: %{{y:.1%}}<extra></extra>",
            })  # fmt: skip
    layout = {
        "yaxis": {"tickformat": ".0%", "rangemode": "tozero"},
        "xaxis": {"title": {"text": w("jr_age_axis"), "font": {"size": 12}}, "tickformatstops": [], "hoverformat": "",
                  "zeroline": False},
        "hovermode": "closest", "margin": {"l": 45, "r": 10, "t": 10, "b": 45}, "legend": {"orientation": "h", "y": -0.25},
    }  # fmt: skip
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _colour(depth: float) -> str:
    red, green, blue = (round(pale + (full - pale) * depth) for pale, full in zip(PALE, FULL, strict=True))
    return f"rgb({red},{green},{blue})"
