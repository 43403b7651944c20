"""The chart of what a sale cost in each channel, on average and at the margin, with its intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import orjson

from monitoring.budget.channel_return import ChannelReturn, Interval

LOOKS = {"a_sale": ("#1f5fbf", "circle"), "next_sale": ("#c2571a", "diamond")}
"""Colour and mark, so that the two are told apart without colours."""
ROOM = 1.25
"""The axis ends so far behind the dearest sale; an interval that reaches further, or has no end, runs off it."""


def cost_chart(
    returns: Sequence[ChannelReturn],
    words: Callable[[str], str],
    around: tuple[str, str],
    named: Callable[[str], str] = str,
) -> str | None:
    """Return the chart, channels as ``named`` calls them; None where no channel's cost of a sale is known.

    ``around`` is what stands before a number of money and what behind it.
    """
    shown = [one for one in reversed(returns) if one.a_sale]
    if not shown:
        return None
    traces = [
        _trace([(named(one.channel), one.a_sale) for one in shown], words("bg_a_sale"), LOOKS["a_sale"]),
        _trace([(named(one.channel), one.next_sale) for one in shown], words("bg_next_sale"), LOOKS["next_sale"]),
    ]
    dearest = max(told[0] for one in shown for told in (one.a_sale, one.next_sale) if told)
    layout = {
        "xaxis": {"range": [0, dearest * ROOM], "tickformat": ",.0f", "tickprefix": around[0], "ticksuffix": around[1],
                  "nticks": 5, "tickangle": 0, "tickformatstops": []},
        "yaxis": {"automargin": True, "ticklabeloverflow": "allow"},
        "margin": {"l": 110, "r": 10, "t": 10, "b": 40},
        "scattermode": "group",
    }  # fmt: skip
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _trace(
    told: Sequence[tuple[str, tuple[float, Interval] | None]], name: str, look: tuple[str, str]
) -> dict[str, object]:
    colour, symbol = look
    known = [(channel, one[0], one[1]) for channel, one in told if one]
    most = max((value for _, value, _ in known), default=0.0) * 3
    return {
        "name": name,
        "type": "scatter",
        "mode": "markers",
        "orientation": "h",
        "marker": {"size": 9, "color": colour, "symbol": symbol},
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
