"""The chart of how the channels go, week by week: read off the kept sums, so it costs what it shows.

Whoever was spoken to is one look; what the talk or a stage said of it counts. Rubbish that is named without a talk (spam, say) is
known at once, while the leads beside it still wait for their call: counted together, every latest week would look spoiled. Where no
calls are recorded every lead counts as worked, so every lead is a look.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

import orjson

from features.facts.company import Company
from monitoring.counted_cells import Cut, CutKey
from monitoring.intervals import Rate
from monitoring.tally import Tally

MOST_CHANNELS = 7
FEWEST_ON_THE_CHART = 20
"""A week with fewer looks draws no point: it would jump about and look like an alarm."""
ALARM_COLOUR = "#b3261e"
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
BY_WEEK = Cut(("channel",), period="week")
"""The sums that the charts are drawn from."""


def weekly_trend(
    tallies: Mapping[CutKey, Tally],
    company: Company,
    alarmed: Collection[str] = (),
    named: Callable[[str], str] = str,
) -> str | None:
    """Return the chart of the non-target share by week and channel, with Wilson intervals on hover; None where it has no point.

    The channels of ``alarmed`` stand out from the others; ``named`` says how people call a channel.
    """
    weeks: dict[str, dict[date, Rate]] = {}
    for (names, week), tally in tallies.items():
        if week:
            weeks.setdefault(str(names[0]), {})[week] = _looked_at(tally, company)
    layout = {"yaxis": {"tickformat": ".0%", "rangemode": "tozero"}, "hovermode": "closest"}
    largest = _largest({name: sum(one.of for one in of.values()) for name, of in weeks.items()})
    traces = [_trace(named(name), weeks[name], name in alarmed, _look(place)) for place, name in enumerate(largest)]
    drawn = [trace for trace in traces if trace["x"]]
    return orjson.dumps({"traces": drawn, "layout": layout}).decode() if drawn else None


def weekly_leads(tallies: Mapping[CutKey, Tally], named: Callable[[str], str] = str) -> str:
    """Return the chart of leads by week and channel, for a company in which nothing calls a lead non-target."""
    counts: dict[str, dict[date, int]] = {}
    for (names, week), tally in tallies.items():
        if week:
            counts.setdefault(str(names[0]), {})[week] = tally["leads"]
    largest = _largest({name: sum(of.values()) for name, of in counts.items()})
    traces = [
        {"name": named(name), "x": [w.isoformat() for w in sorted(counts[name])],
         "y": [n for _, n in sorted(counts[name].items())], "hovertemplate": "%{x}: %{y}", **_look(place)}
        for place, name in enumerate(largest)
    ]  # fmt: skip
    return orjson.dumps({"traces": traces, "layout": {"yaxis": {"rangemode": "tozero"}}}).decode()


def _looked_at(tally: Tally, company: Company) -> Rate:
    """Return how many of a week's leads were looked at, and non-target ones of them."""
    if not company.calls_recorded:
        return Rate(tally["bad_spoken"] + tally["bad_unspoken"], tally["leads"])
    return Rate(tally["bad_spoken"], tally["spoken"])


def _largest(sizes: Mapping[str, int]) -> list[str]:
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_CHANNELS]


def _trace(name: str, weeks: dict[date, Rate], stands_out: bool, look: dict[str, object]) -> dict[str, object]:
    shown = [(week, rate) for week, rate in sorted(weeks.items()) if rate.of >= FEWEST_ON_THE_CHART]
    texts = [f"{r.count} / {r.of} ({r.interval[0]:.0%}–{r.interval[1]:.0%})" for _, r in shown]
    line = {"width": 4, "color": ALARM_COLOUR} if stands_out else {"width": 1.5}
    return {
        "name": name,
        "x": [week.isoformat() for week, _ in shown],
        "y": [r.value for _, r in shown],
        "text": texts,
        "hovertemplate": "%{x}: %{y:.0%}<br>%{text}",
        **look,
        "line": line,
    }


def _look(place: int) -> dict[str, object]:
    """Return how the line of a channel looks: each has a mark of its own, so that it is known without its colour."""
    return {"mode": "lines+markers", "marker": {"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 6}}
