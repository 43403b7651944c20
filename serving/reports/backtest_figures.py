"""The replay of the past as the page shows it: lines with counts and intervals, and the charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from models.backtest_report import FIRST_CALLED, MODEL, RULES, BacktestReport, Period, Tally
from models.measured import Measured
from monitoring.intervals import Rate

MODEL_COLOUR, RULES_COLOUR, PLAIN_COLOUR = "#1f5fbf", "#8a6d1b", "#5b6675"
BAR_COLOUR, TRUE_COLOUR = "#b9cfee", "#177245"
FEWEST_ON_THE_CHART = 20
"""A month with fewer settled leads draws no point."""


@dataclass(frozen=True, slots=True)
class Line:
    """One month or period: its leads, and the sales that were foretold and came true."""

    tally: Tally
    expected: float

    @property
    def bought(self) -> Rate:
        """Return how many of the settled leads bought."""
        return Rate(self.tally.sales, self.tally.settled)

    @property
    def expected_rate(self) -> float | None:
        """Return the mean probability of the settled leads."""
        return self.expected / self.tally.settled if self.tally.settled else None


def share_of(found: Measured, sales: int) -> Measured:
    """Return a number of sales as a share of all."""
    return Measured(found.value / sales, found.low / sales, found.high / sales)


class BacktestFigures:
    """What the page asks of a report; the names in a chart come from the page, in the reader's language."""

    def __init__(self, report: BacktestReport, zone: ZoneInfo) -> None:
        self.report = report
        self._zone = zone

    def day(self, moment: datetime) -> datetime:
        """Return a moment in the company's time zone."""
        return moment.astimezone(self._zone)

    @property
    def months(self) -> list[tuple[str, Line]]:
        """Return each month as it is written, and its line."""
        return [(f"{one.month:%m.%Y}", Line(one.tally, one.expected)) for one in self.report.months]

    @property
    def total(self) -> Line:
        """Return all leads that were scored."""
        tallies = [one.tally for one in self.report.months]
        sums = [sum(getattr(one, name) for one in tallies) for name in Tally.__dataclass_fields__]
        return Line(Tally(*sums), sum(one.expected for one in self.report.months))

    @property
    def periods(self) -> list[tuple[Period, Line]]:
        """Return each period and its line."""
        return [(one, Line(one.tally, one.expected)) for one in self.report.periods]

    def foretold_chart(self, foretold: str, came_true: str) -> str:
        """Return the chart of the share of buyers by month: foretold, and what came true with its interval."""
        shown = [(label, line) for label, line in self.months if line.tally.settled >= FEWEST_ON_THE_CHART]
        labels = [label for label, _ in shown]
        expected = [line.expected_rate for _, line in shown]
        bought = [line.bought for _, line in shown]
        texts = [f"{one.count} / {one.of}" for one in bought]
        true = _with_error_bars([Measured(one.value or 0.0, *one.interval) for one in bought])
        traces: list[dict[str, object]] = [
            {"name": foretold, "x": labels, "y": expected, "type": "bar", "marker": {"color": BAR_COLOUR},
             "hovertemplate": "%{y:.1%}"},
            {"name": came_true, "x": labels, "text": texts, "mode": "markers", "marker": {"size": 9, "color": TRUE_COLOUR},
             "hovertemplate": "%{y:.1%}<br>%{text}", **true},
        ]  # fmt: skip
        return _chart(traces, {"yaxis": PERCENT, "xaxis": {"type": "category"}})

    def found_chart(self, by_model: str, by_rules: str, at_random: str) -> str:
        """Return the chart of the share of each period's buyers that stood among its first leads."""
        judged = [(one, one.judged) for one in self.report.periods if one.judged and one.learned_leads]
        days = [f"{self.day(one.since):%Y-%m-%d}" for one, _ in judged]
        traces = [
            {"name": name, "x": days, "mode": "lines+markers", "line": {"color": colour, "dash": dash}, "hovertemplate": "%{y:.0%}",
             **_with_error_bars([share_of(of[key].found, one.tally.sales) for one, of in judged], is_plain=key != MODEL)}
            for key, name, colour, dash in ((MODEL, by_model, MODEL_COLOUR, "solid"), (RULES, by_rules, RULES_COLOUR, "dash"))
        ]  # fmt: skip
        traces.append({
            "name": at_random, "x": days, "y": [FIRST_CALLED] * len(days), "mode": "lines", "hoverinfo": "skip",
            "line": {"color": PLAIN_COLOUR, "dash": "dot", "width": 1},
        })  # fmt: skip
        return _chart(traces, {"yaxis": PERCENT})

    def learning_chart(self, name: str, leads: str) -> str:
        """Return the learning curve: log-loss over the base rate's, against how many settled leads were learned from."""
        judged = [(one.learned_leads, one.judged[MODEL]) for one in self.report.periods if one.judged]
        x = [count for count, _ in judged]
        losses = _with_error_bars([of.over_base for _, of in judged])
        traces = [
            {"name": name, "x": x, "mode": "lines+markers", "line": {"color": MODEL_COLOUR},
             "hovertemplate": "%{x}: %{y:.3f}", **losses},
            {"x": x, "y": [1.0] * len(x), "mode": "lines", "hoverinfo": "skip", "showlegend": False,
             "line": {"color": PLAIN_COLOUR, "dash": "dot", "width": 1}},
        ]  # fmt: skip
        return _chart(
            traces,
            {
                "yaxis": {"tickformat": ".2f"},
                "xaxis": {"title": {"text": leads}, "tickformat": ",d", "tickformatstops": []},
                "margin": {"l": 45, "r": 10, "t": 10, "b": 60},
                "legend": {"orientation": "h", "y": 1.15},
            },
        )


PERCENT = {"tickformat": ".0%", "rangemode": "tozero"}


def _with_error_bars(measured: Sequence[Measured], *, is_plain: bool = False) -> dict[str, object]:
    """Return values with their intervals as error bars; plain ones without."""
    values: dict[str, object] = {"y": [one.value for one in measured]}
    if is_plain:
        return values
    up, down = [one.high - one.value for one in measured], [one.value - one.low for one in measured]
    return values | {"error_y": {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1}}


def _chart(traces: Sequence[dict[str, object]], layout: dict[str, object]) -> str:
    return orjson.dumps({"traces": traces, "layout": layout}).decode()
