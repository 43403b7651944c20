"""The figures of a view as rows for a file: every rate with its counts and the ends of its interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from monitoring.intervals import Rate, UnitCost
from monitoring.journey import Journey, JourneyLine, StepName
from serving.downloads import Cell, DownloadTable
from serving.journey.filters import BY, Asked
from serving.pages import Writing

if TYPE_CHECKING:
    from monitoring.ripening import Cohort

AFTER_LEADS: tuple[StepName, ...] = ("reached", "qualified", "meeting", "invoice", "contract", "won")
AGES = (7, 14, 30, 60, 90, 120, 180, 270, 365)
"""Days of age at which the table of cohorts shows what had been bought."""


def journey_table(asked: Asked, told: Journey, beside: Journey | None, w: Writing, known: str) -> DownloadTable:
    """Return the lines of a view, its whole first, and the whole of the view beside it; ``known`` is the moment in words."""
    dimensions = BY[asked.by]
    names = [w(f"jr_by_{one}") for one in dimensions] or [w("jr_what")]
    has_period = asked.period != "all"
    header = [*names, *([w("period")] if has_period else []), *_header(told.steps, w)]
    wholes = [(w("jr_whole"), told.total), *([(w("jr_beside"), beside.total)] if beside else [])]
    rows: list[Sequence[Cell]] = []
    for title, whole in wholes:
        blank: list[Cell] = [None] * (len(names) - 1 + has_period)
        rows.append([title, *blank, *_cells(whole, told.steps)])
    for line in told.lines if dimensions or has_period else ():
        named = zip(line.names, dimensions, strict=True)
        titles: list[Cell] = [name_of(name, w, dimension) for name, dimension in named] or [w("jr_whole")]
        rows.append([*titles, *([line.period] if has_period else []), *_cells(line, told.steps)])
    return DownloadTable(w("journey"), header, rows, {w("jr_known_at"): known} | filter_words(asked, w))


def ripening_table(asked: Asked, cohorts: Sequence[Cohort], w: Writing, known: str) -> DownloadTable:
    """Return a row for every cohort."""
    ages = shown_ages(cohorts)
    header = [
        w("jr_cohort"), w("col_leads"), w("jr_sales"), *(w("jr_by_age", n=age) for age in ages), w("jr_waiting"), w("jr_more"),
        *_with_ends(w("jr_end"), w), *_with_ends(w("jr_end_pace"), w),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = [
        [
            one.begins, one.leads, one.sales, *(one.curve[age] if age < len(one.curve) else None for age in ages), one.waiting,
            one.more, one.end, *one.end_interval, one.end_by_pace, *(one.end_by_pace_interval or (None, None)),
        ]
        for one in cohorts
    ]  # fmt: skip
    return DownloadTable(w("jr_ripening"), header, rows, {w("jr_known_at"): known} | filter_words(asked, w))


def shown_ages(cohorts: Iterable[Cohort]) -> list[int]:
    """Return the ages that any cohort has reached."""
    longest = max((len(one.curve) for one in cohorts), default=0)
    return [age for age in AGES if age < longest]


def name_of(name: object, w: Writing, dimension: str = "") -> str:
    """Return how a line is called; leads of which nothing is told have a name for that."""
    if name in (None, ""):
        return w("jr_none")
    return w.channel(str(name)) if dimension == "channel" else w.named(str(name))


def filter_words(asked: Asked, w: Writing) -> dict[str, str]:
    """Return what a view keeps to, in words."""
    said = {
        w(f"jr_by_{name}"): name_of(None if word == "(none)" else word, w, name) for name, word in asked.only.items()
    }
    if asked.first or asked.last:
        said[w("jr_created")] = days_words(asked.first, asked.last, w)
    if asked.compares:
        told = [
            w.channel(asked.vs_channel) if asked.vs_channel else "",
            days_words(asked.vs_first, asked.vs_last, w) if asked.vs_first or asked.vs_last else "",
        ]
        said[w("jr_beside")] = ", ".join(word for word in told if word)
    return said


def days_words(first: date | None, last: date | None, w: Writing) -> str:
    """Return a span of days in words."""
    if first and last:
        return f"{w.day(first)} – {w.day(last)}"
    return w("jr_since", day=w.day(first)) if first else w("jr_until", day=w.day(last)) if last else w("whole_time")


def _header(steps: Iterable[StepName], w: Writing) -> list[str]:
    columns = [w("jr_step_impressions"), w("jr_step_clicks"), *_with_ends(_of_before("clicks", w), w)]
    columns += [w("jr_step_leads"), *_with_ends(_of_before("leads", w), w)]
    for name in (one for one in AFTER_LEADS if one in steps):
        columns += [w(f"jr_step_{name}"), f"{w(f'jr_step_{name}')}: {w('jr_recorded_col')}"]
        columns += _with_ends(_of_before(name, w), w)
        columns += _with_ends(f"{w(f'jr_step_{name}')}: {w('jr_of_leads_col')}", w)
    columns += [w("jr_open_col"), w("jr_unworked_col"), w("col_expected"), w("jr_revenue"), w("jr_revenue_expected")]
    columns += [w("col_cost"), w("jr_other_money")]
    for key in ("col_cpl", "jr_cpq", "col_cps", "col_romi"):
        columns += _with_ends(w(key), w)
    columns += [w("jr_expected_of_unworked"), w("jr_late_col"), w("jr_late_money")]
    return columns


def _of_before(name: StepName, w: Writing) -> str:
    return f"{w(f'jr_step_{name}')}: {w('jr_of_before_col')}"


def _with_ends(name: str, w: Writing) -> list[str]:
    return [name, f"{name}, {w('jr_low')}", f"{name}, {w('jr_high')}"]


def _cells(line: JourneyLine, steps: Iterable[StepName]) -> list[Cell]:
    cells: list[Cell] = []
    for name in ("impressions", "clicks", "leads"):
        step = next(one for one in line.steps if one.name == name)
        cells += [step.count, *([] if name == "impressions" else _rate(step.of_before))]
    for name in (one for one in AFTER_LEADS if one in steps):
        step = next(one for one in line.steps if one.name == name)
        cells += [step.count, step.recorded, *_rate(step.of_before), *_rate(step.of_leads)]
    tally = line.tally
    cells += [
        tally["open"],
        tally["unworked"],
        tally.expected_sales,
        tally.revenue,
        # Sales are expected and nobody knows what one brings: that is no revenue of nothing.
        None if tally.expected_sales and not tally.expected_revenue else tally.expected_revenue,
        line.cost,
    ]
    others = line.costs.other_costs if line.costs else {}
    cells.append(", ".join(f"{money:.2f} {currency}" for currency, money in others.items()) or None)
    for unit in (line.cost_per_lead, line.cost_per_qualified, line.cost_per_sale):
        cells += _unit(unit)
    late = (tally.late.count, tally.late.amount) if tally.late else (0, None)
    return [*cells, line.romi, *(line.romi_interval or (None, None)), tally.expected_of_unworked, *late]


def _rate(rate: Rate | None) -> list[Cell]:
    return [None, None, None] if rate is None or rate.value is None else [rate.value, *rate.interval]


def _unit(unit: UnitCost | None) -> list[Cell]:
    return [None, None, None] if unit is None else [unit.value, *(unit.interval or (None, None))]
