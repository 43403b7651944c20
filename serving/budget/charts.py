"""The chart of what a sale cost in each channel, on average and at the margin, with its intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import orjson

from monitoring.budget.channel_return import ChannelReturn, Interval

COLOURS = {"a_sale": "#1f5fbf", "next_sale": "#c2571a"}


def cost_chart(returns: Sequence[ChannelReturn], words: Callable[[str], str], currency: str) -> str | None:
    """Return the chart; None where no channel's cost of a sale is known."""
    shown = [one for one in reversed(returns) if one.a_sale]
    if not shown:
        return None
    traces = [
        _trace([(one.channel, one.a_sale) for one in shown], words("bg_a_sale"), COLOURS["a_sale"]),
        _trace([(one.channel, one.next_sale) for one in shown], words("bg_next_sale"), COLOURS["next_sale"]),
    ]
    layout = {
        "xaxis": {"rangemode": "tozero", "tickformat": ",.0f", "ticksuffix": f" {currency}", "nticks": 6},
        "yaxis": {"automargin": True, "ticklabeloverflow": "allow"},
        "margin": {"l": 110, "r": 10, "t": 10, "b": 40},
        "scattermode": "group",
    }
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _trace(told: Sequence[tuple[str, tuple[float, Interval] | None]], name: str, colour: str) -> dict[str, object]:
    known = [(channel, one[0], one[1]) for channel, one in told if one]
    most = max((value for _, value, _ in known), default=0.0) * 3
    return {
        "name": name,
        "type": "scatter",
        "mode": "markers",
        "orientation": "h",
        "marker": {"size": 9, "color": colour},
        "x": [value for _, value, _ in known],
        "y": [channel for channel, _, _ in known],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(most if math.isinf(high) else high) - value for _, value, (_, high) in known],
            "arrayminus": [value - low for _, value, (low, _) in known],
            "color": colour,
            "thickness": 1.5,
        },
        "hovertemplate": "%{y}: %{x:,.0f}",
    }
