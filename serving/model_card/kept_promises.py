"""Whether the model says the truth: what it promised later leads on arrival, and how many of them bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from models.card import Promised
from monitoring.intervals import Rate

PROMISED_COLOUR, BOUGHT_COLOUR = "#b35c00", "#1f5fbf"
Level = Literal["right", "too_high", "too_low"]
Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One tenth of the leads: the mean promise, and the rate that bought."""

    promised: float
    bought: Rate

    @property
    def is_kept(self) -> bool:
        """Return whether the promise lies where chance may have put the rate."""
        low, high = self.bought.interval
        return low <= self.promised <= high


@dataclass(frozen=True, slots=True)
class KeptPromises:
    """All tenths, the best first, and the leads together."""

    tenths: tuple[Kept, ...]
    together: Kept

    @property
    def sales_promised(self) -> float:
        """Return how many sales the promises come to."""
        return self.together.promised * self.together.bought.of

    @property
    def kept(self) -> int:
        """Return how many tenths bought as promised, within chance."""
        return sum(one.is_kept for one in self.tenths)

    @property
    def level(self) -> Level:
        """Return whether more or fewer bought than was promised, all together and beyond chance."""
        if self.together.is_kept:
            return "right"
        return "too_high" if self.together.promised > self.together.bought.interval[1] else "too_low"


def kept_promises(promised: Sequence[Promised]) -> KeptPromises | None:
    """Return what became of the promises; None where too few leads were judged.

    >>> told = kept_promises([Promised(0.3, 100, 31), Promised(0.05, 100, 20)])
    >>> told.kept, told.level, round(told.sales_promised)
    (1, 'too_low', 35)
    """
    if not promised:
        return None
    leads = sum(one.leads for one in promised)
    mean = sum(one.chance * one.leads for one in promised) / leads
    tenths = tuple(Kept(one.chance, Rate(one.sales, one.leads)) for one in promised)
    return KeptPromises(tenths, Kept(mean, Rate(sum(one.sales for one in promised), leads)))


def promise_chart(told: KeptPromises, words: Words) -> str:
    """Return the chart: a bar of what was bought with its interval, and a point of what was promised, for each tenth."""
    places = [str(place) for place in range(1, len(told.tenths) + 1)]
    rates = [one.bought for one in told.tenths]
    values = [rate.count / rate.of for rate in rates]
    bought = {
        "type": "bar",
        "name": words("card_bought"),
        "x": places,
        "y": values,
        "marker": {"color": BOUGHT_COLOUR, "opacity": 0.55},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [rate.interval[1] - value for rate, value in zip(rates, values, strict=True)],
            "arrayminus": [value - rate.interval[0] for rate, value in zip(rates, values, strict=True)],
            "color": BOUGHT_COLOUR,
            "thickness": 1.2,
        },
        "text": [f"{rate.count} / {rate.of}" for rate in rates],
        "textposition": "none",
        "hovertemplate": "%{y:.1%} (%{text})",
    }
    promised = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": words("card_promised"),
        "x": places,
        "y": [one.promised for one in told.tenths],
        "line": {"color": PROMISED_COLOUR, "width": 2},
        "marker": {"size": 8},
        "hovertemplate": "%{y:.1%}",
    }
    layout = {
        "yaxis": {"tickformat": ".0%", "rangemode": "tozero"},
        "xaxis": {"type": "category", "title": {"text": words("card_tenths")}, "fixedrange": True},
        "legend": {"orientation": "h", "y": 1.15},
        "margin": {"l": 45, "r": 10, "t": 10, "b": 50},
        "hovermode": "x unified",
    }
    return orjson.dumps({"traces": [bought, promised], "layout": layout}).decode()
