"""The chart of a month: what each day brought, beside what the plan asks of a day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson

from features.written_numbers import around_money
from monitoring.plan_fact import DayLine, PlanLine
from serving.pages import Writing

BAR_COLOUR, PLAN_COLOUR = "#1f5fbf", "#8a6d1b"


def days_chart(days: Sequence[DayLine], line: PlanLine, w: Writing) -> str | None:
    """Return the bars of a month: the sum of each day's sales, or their number where no amount is known; None without a sale."""
    sums = days[-1].to_date if days else None
    if sums is None or not sums.sales:
        return None
    is_money = bool(sums.with_amount)
    first, length = days[0].day, monthrange(days[0].day.year, days[0].day.month)[1]
    name = w("pl_sales_sum" if is_money else "pl_sales")
    plan = line.plans.get("sales_sum" if is_money else "sales")
    before, behind = around_money(w.company.currency, w.language) if is_money else ("", "")
    traces: list[dict[str, Any]] = [{
        "name": name, "type": "bar", "marker": {"color": BAR_COLOUR},
        "x": [one.day.isoformat() for one in days],
        "y": [one.sums.amount if is_money else one.sums.sales for one in days],
        "hovertemplate": f"%{{x}}: {before}%{{y:,.0f}}{behind}<extra></extra>",
    }]  # fmt: skip
    ends = [f"{first:%Y-%m}-01", f"{first:%Y-%m}-{length}"]
    if plan:
        traces.append({
            "name": w("pl_a_day"), "type": "scatter", "mode": "lines", "x": ends, "y": [plan / length] * 2,
            "line": {"color": PLAN_COLOUR, "dash": "dot", "width": 2},
            "hovertemplate": f"{w('pl_a_day')}: {before}%{{y:,.0f}}{behind}<extra></extra>",
        })  # fmt: skip
    layout = {
        "xaxis": {"type": "date", "range": [f"{first - timedelta(days=1)}T12:00", f"{ends[1]}T12:00"],
                  "tick0": ends[0], "dtick": 7 * 86_400_000},
        "yaxis": {"tickformat": ",.0f" if is_money else ",d", "tickprefix": before, "ticksuffix": behind,
                  "rangemode": "tozero", "automargin": True},
        "margin": {"l": 60, "r": 10, "t": 10, "b": 40}, "showlegend": bool(plan), "bargap": 0.25,
    }  # fmt: skip
    return orjson.dumps({"traces": traces, "layout": layout}).decode()
