"""The kinds of lead that may come more or less often than before: one answer or mark, or two together.

Everything is read as of the lead's arrival, so that leads that were called are not told from those that were not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.facts.contact_signs import holds_contact
from features.rows.feature import Feature, FeatureRow
from monitoring.breath import breathe

HOUR_KINDS = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))
"""Up to which hour of the company's day an hour is called so."""
HOUR_KIND, DAY_KIND = "hour_kind", "day_kind"
FAMILIES = frozenset({"source", "contact", "answers"})
MOST_LEVELS = 30
"""Levels of a field that are looked at, the most frequent first."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One field's level, or a number's range: from ``low`` on, below ``high``; a level of None is "not given"."""

    field: str
    level: str | None = None
    low: float | None = None
    high: float | None = None


Segment = tuple[Cell, ...]
"""One cell, or two of different fields."""


class Cells:
    """Reads the cells of leads; ranges of numbers are the quarters of the leads ``before``.

    >>> from features.facts.company import Company
    >>> from features.rows.feature_row import features_of
    >>> company = Company.model_validate({"company": "x", "fields": {"area": {"kind": "number"}}})
    >>> cells = Cells(features_of(company), [{"area": float(n), "hour": 9.0} for n in range(8)])
    >>> sorted(str(one.low) for one in cells.of({"area": 100.0, "hour": 9.0, "weekday": "sunday"}) if one.field == "area")
    ['6.0']
    """

    def __init__(
        self, features: Iterable[Feature], before: Sequence[FeatureRow], *, beside: frozenset[str] = frozenset()
    ):
        """Learn the ranges; the fields ``beside`` are left out, such as the channel that all leads share."""
        looked_at = [one for one in features if one.family in FAMILIES and one.name not in beside]
        self._levels = [one.name for one in looked_at if one.kind == "level"]
        numbers = [one.name for one in looked_at if one.kind == "number" and one.family == "answers"]
        self._cuts = {name: _quarters(before, name) for name in numbers}

    def of(self, row: FeatureRow) -> list[Cell]:
        """Return a lead's cells, one for every field; a field whose word holds a contact has none."""
        breathe()
        found = [_hour_cell(row), _day_cell(row)]
        for name in self._levels:
            value = row.get(name)
            if value is None or not holds_contact(str(value)):
                found.append(Cell(name, None if value is None else str(value)))
        for name, cuts in self._cuts.items():
            found.append(_number_cell(name, row.get(name), cuts))
        return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class CellMask:
    """The leads of one cell as bits: lead n of each side is bit n."""

    before: int
    since: int


def masks_of(before: Sequence[Sequence[Cell]], since: Sequence[Sequence[Cell]]) -> dict[Cell, CellMask]:
    """Return which leads have each cell; rare levels of a field with very many are left out."""
    counts: Counter[Cell] = Counter()
    for lead in (*before, *since):
        counts.update(lead)
        breathe()
    kept: dict[str, int] = {}
    chosen = set()
    for cell, _ in counts.most_common():
        if kept.setdefault(cell.field, 0) < MOST_LEVELS:
            kept[cell.field] += 1
            chosen.add(cell)
    sides = _bits(before, chosen), _bits(since, chosen)
    return {cell: CellMask(sides[0].get(cell, 0), sides[1].get(cell, 0)) for cell in sorted(chosen, key=str)}


def _bits(leads: Sequence[Sequence[Cell]], chosen: set[Cell]) -> dict[Cell, int]:
    places: dict[Cell, list[int]] = {}
    for place, lead in enumerate(leads):
        breathe()
        for cell in lead:
            if cell in chosen:
                places.setdefault(cell, []).append(place)
    return {cell: _mask(there, len(leads)) for cell, there in places.items()}


def _mask(places: Iterable[int], of: int) -> int:
    bits = bytearray(of // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _quarters(rows: Sequence[FeatureRow], name: str) -> tuple[float, ...]:
    values = sorted(float(value) for row in rows if isinstance(value := row.get(name), int | float))
    if not values:
        return ()
    return tuple(sorted({values[len(values) * part // 4] for part in (1, 2, 3)} - {values[0]}))


def _number_cell(name: str, value: object, cuts: tuple[float, ...]) -> Cell:
    if not isinstance(value, int | float):
        return Cell(name)
    place = sum(value >= cut for cut in cuts)
    low = cuts[place - 1] if place else None
    return Cell(name, "given", low, cuts[place] if place < len(cuts) else None)


def _hour_cell(row: Mapping[str, object]) -> Cell | None:
    hour = row.get("hour")
    if not isinstance(hour, int | float):
        return None
    return Cell(HOUR_KIND, next(name for end, name in HOUR_KINDS if hour < end))


def _day_cell(row: Mapping[str, object]) -> Cell | None:
    day = row.get("weekday")
    return None if day is None else Cell(DAY_KIND, "weekend" if day in ("saturday", "sunday") else "workday")
