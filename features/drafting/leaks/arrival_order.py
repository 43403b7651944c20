"""In which order the leads came: by their moments, else by a number that counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from features.drafting.column_kinds import is_stamp
from features.drafting.sampled_file import SampledFile
from features.errors import FactRefused
from features.facts.date_cells import DateOrder, guess_date_order, parse_moment

RUNS = 0.9
"""Rank correlation with the rows from which unlike numbers run along the file."""
SPARSE = 100
"""A number that counts leads leaves out at most so many for each that it counts; a phone number leaves out millions."""
MOSTLY = 0.97


@dataclass(frozen=True, slots=True)
class ArrivalOrder:
    """One number a lead, larger for later leads, and the column that says so."""

    column: str
    moments: list[float]


def arrival_order(leads: SampledFile, moment_column: str | None) -> ArrivalOrder | None:
    """Return the order of the leads by their moment, else by a running number; None where nothing tells it."""
    if moment_column is not None and moment_column in leads.columns:
        cells = leads.columns[moment_column]
        moments = _moments(cells, leads.shape.date_order or guess_date_order(cells)) or _numbers(cells)
        if moments is not None:
            return ArrivalOrder(moment_column, moments)
    for column, cells in leads.columns.items():
        numbers = _numbers(cells)
        if numbers is not None and counts_leads(numbers):
            return ArrivalOrder(column, numbers)
    return None


def counts_leads(numbers: Sequence[float]) -> bool:
    """Return whether unlike whole numbers run up or down along the file without large gaps.

    >>> counts_leads(list(range(900, 300, -3))), counts_leads([7, 3, 9, 1] * 50)
    (True, False)
    """
    if len(numbers) < 50 or len(set(numbers)) < len(numbers) or max(numbers) - min(numbers) > SPARSE * len(numbers):
        return False
    ranks = np.argsort(np.argsort(np.asarray(numbers)))
    return abs(float(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1])) >= RUNS


def _numbers(cells: Sequence[str]) -> list[float] | None:
    return [float(cell) for cell in cells] if cells and all(cell.isdecimal() for cell in cells) else None


def _moments(cells: Sequence[str], order: DateOrder | None) -> list[float] | None:
    """Return the moments in seconds; a cell without one stands where the row above it stands, None for many such cells."""
    if is_stamp(cells):
        return None
    read = {cell: _moment(cell, order) for cell in set(cells)}
    known = [read[cell] for cell in cells]
    if sum(moment is not None for moment in known) < MOSTLY * len(known):
        return None
    made: list[float] = []
    for moment in known:
        made.append(moment.timestamp() if moment is not None else made[-1] if made else 0.0)
    return made


def _moment(cell: str, order: DateOrder | None) -> datetime | None:
    try:
        return parse_moment(cell, order, ZoneInfo("UTC"))[0].astimezone(UTC)
    except FactRefused:
        return None
