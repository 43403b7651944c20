"""Leads of a company whose form hangs together: buildings decide area and city, and the time on the site decides the sale."""

from __future__ import annotations

import numpy as np

from features.drafting.leaks.ended import Ended
from features.drafting.leaks.finder import find_leaks
from features.drafting.leaks.findings import Finding

Cells = dict[str, list[str]]
COUNT = 3_000


def honest_leads(seed: int = 1, count: int = COUNT) -> tuple[Cells, list[bool]]:
    """Return columns that a lead itself tells, and who bought."""
    lot = np.random.default_rng(seed)
    house = lot.integers(0, 3, count)
    area = lot.gamma(3, 10 + 15 * house)
    city = np.where(lot.random(count) < 0.5, house, lot.integers(0, 3, count))
    minutes = lot.gamma(2, 1 + 2 * house)
    chance = 1 / (1 + np.exp(2.5 - 0.35 * minutes - 0.3 * house))
    columns = {
        "building": [("flat", "house", "office")[one] for one in house],
        "city": [("Omsk", "Perm", "Tula")[one] for one in city],
        "area": [f"{one:.0f}" for one in area],
        "minutes": [f"{one:.1f}" for one in minutes],
    }
    return columns, (lot.random(count) < chance).tolist()


def found(columns: Cells, won: list[bool], order: list[float] | None = None) -> dict[str, Finding]:
    """Return the finding of each column."""
    return {one.column: one for one in find_leaks(columns, Ended.of(won), order=order, placeholders=["Select"])}


def named(columns: Cells, won: list[bool], order: list[float] | None = None) -> dict[str, str]:
    """Return column -> what it knows, for those that something speaks against."""
    return {name: one.knows for name, one in found(columns, won, order).items() if one.knows != "honest"}
