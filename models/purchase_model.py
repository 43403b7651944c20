"""The purchase model: a sum of tables of one or two fields that people can read.

Each field is cut into cells (ranges of a number, levels of a choice, and one for "missing"); each part of the sum is a
table over the cells of one field, or of two. A lead's log-odds are its start plus one entry of every table; how uncertain
they are is a sum of entries too, one a field. A number
beyond the range seen stands in the outermost cell; a level never seen stands with the rare ones.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from features.errors import ArtefactUnreadable
from features.rows.feature import FeatureRow, Value
from models.score import Cell, Reason

RARE = "…"
"""How a reason names the cell of all levels too rare, or too new, for one of their own."""


@dataclass(frozen=True, slots=True)
class FieldCells:
    """How one feature's values fall into cells.

    A number stands in cell ``i`` where ``cuts[i-1] < value <= cuts[i]``; a level has the cell of its place in
    ``levels``, or the one after them all. The last cell is "missing". ``whole`` numbers are told as such.
    """

    feature: str
    cuts: tuple[float, ...] | None = None
    levels: tuple[str, ...] | None = None
    whole: bool = False
    count: int = field(init=False, repr=False, compare=False)
    """The number of cells, rare and missing among them."""
    missing: int = field(init=False, repr=False, compare=False)
    """The cell of a missing value."""
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = len(self.levels if self.levels is not None else self.cuts or ())
        object.__setattr__(self, "count", own + 2)
        object.__setattr__(self, "missing", own + 1)
        object.__setattr__(self, "_places", {level: place for place, level in enumerate(self.levels or ())})

    def cell(self, value: Value) -> int:
        """Return the cell of a value; one of another kind (a field was declared anew since) is missing.

        >>> FieldCells("area", cuts=(10.0, 50.0)).cell(50.0), FieldCells("who", levels=("owner",)).cell("tenant")
        (1, 1)
        """
        if value is None or value != value:
            return self.missing
        if self.levels is not None:
            return self._places.get(value, self.missing - 1) if isinstance(value, str) else self.missing
        return bisect_left(self.cuts or (), value) if not isinstance(value, str) else self.missing

    def words(self, cell: int) -> Cell:
        """Return a cell as a reason tells it: a level, a range with None for an open end, or None for missing."""
        if cell == self.missing:
            return None
        if self.levels is not None:
            return self.levels[cell] if cell < len(self.levels) else RARE
        cuts = self.cuts or ()
        low, high = _end(cuts[cell - 1]) if cell else None, _end(cuts[cell]) if cell < len(cuts) else None
        if not self.whole:
            return low, high
        return None if low is None else math.floor(low) + 1.0, None if high is None else float(math.floor(high))


def _end(cut: float) -> float:
    """Return a cut as people say it: LightGBM cuts off nothing at 1e-35."""
    return 0.0 if abs(cut) < 1e-30 else cut


Cells = Sequence[int] | Mapping[int, int]
"""The cells in which a row stands, by the places of their features; those that are asked for need to be there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the sum: an entry for each cell of its field, or for each pair of cells, row by row.

    ``leads`` and ``sales`` count the training leads of each entry.
    """

    features: tuple[str, ...]
    values: tuple[float, ...]
    leads: tuple[int, ...]
    sales: tuple[int, ...]


class PurchaseModel:
    """The tables, ready to answer in microseconds.

    Examples
    --------
    >>> model = PurchaseModel([FieldCells("area", cuts=(50.0,))],
    ...                       [Part(("area",), (-0.5, 0.5, 0.0), (120, 80, 10), (4, 12, 0))])
    >>> model.moved({"area": 70.0})
    0.5
    >>> model.reasons({"area": 70.0})
    [Reason(feature='area', cell=(50.0, None), contribution=0.5, leads=80, sales=12)]
    """

    def __init__(
        self, cells: Sequence[FieldCells], parts: Sequence[Part], doubts: Mapping[str, Sequence[float]] | None = None
    ) -> None:
        self.cells, self.parts = tuple(cells), tuple(parts)
        self.doubts = {feature: tuple(values) for feature, values in (doubts or {}).items()}
        self._place = place = {one.feature: n for n, one in enumerate(self.cells)}
        self._singles = [(place[p.features[0]], p.values) for p in self.parts if len(p.features) == 1]
        self._pairs = [
            (place[p.features[0]], place[p.features[1]], self.cells[place[p.features[1]]].count, p.values)
            for p in self.parts
            if len(p.features) == 2
        ]
        self._read_with: dict[int, list[tuple[int, int, int, tuple[float, ...]]]] = {}
        for one in self._pairs:
            self._read_with.setdefault(one[0], []).append(one)
            self._read_with.setdefault(one[1], []).append(one)
        self._counts = {place[p.features[0]]: p for p in self.parts if len(p.features) == 1}
        self._alone = [self._adds_alone(n) for n in range(len(self.cells))]

    def moved(self, row: FeatureRow) -> float:
        """Return by how much the tables move the log-odds of a row from its start."""
        at, total = self.places(row), 0.0
        for place, values in self._singles:
            total += values[at[place]]
        for first, second, width, values in self._pairs:
            total += values[at[first] * width + at[second]]
        return total

    def places(self, row: FeatureRow) -> list[int]:
        """Return the cell of each feature in which a row stands."""
        return [one.cell(row.get(one.feature)) for one in self.cells]

    def doubt(self, place: int, cell: int) -> float:
        """Return what a cell of the feature at ``place`` adds to the variance of log-odds; where little was seen it is much."""
        values = self.doubts.get(self.cells[place].feature)
        return values[cell] if values else 0.0

    def drawn_apart(self, strength: float) -> PurchaseModel:
        """Return the model with every entry multiplied by ``strength``, itself where that is 1."""
        if strength == 1.0:
            return self
        parts = [replace(one, values=tuple(strength * value for value in one.values)) for one in self.parts]
        doubts = {name: [strength**2 * value for value in values] for name, values in self.doubts.items()}
        return PurchaseModel(self.cells, parts, doubts)

    def cells_of(self, feature: str) -> FieldCells | None:
        """Return the cells of a feature; None where no table reads it."""
        place = self.place_of(feature)
        return None if place is None else self.cells[place]

    def place_of(self, feature: str) -> int | None:
        """Return the place of a feature among the cells; None where no table reads it."""
        return self._place.get(feature)

    def reasons(self, row: FeatureRow) -> list[Reason]:
        """Return what each feature contributes; their sum is ``moved``.

        A feature's own table counts in full, one of two features by half for each (the Shapley values of such a sum:
        Lundberg & Lee 2017, "A unified approach to interpreting model predictions").
        """
        at = self.places(row)
        return [self.reason(place, cell, self.share(place, at)) for place, cell in enumerate(at)]

    def share(self, place: int, at: Cells) -> float:
        """Return what the feature at ``place`` contributes for a row that stands in these cells."""
        share = self._alone[place][at[place]]
        for first, second, width, values in self._read_with.get(place, ()):
            share += values[at[first] * width + at[second]] / 2
        return share

    def adds(self, place: int, at: Cells) -> float:
        """Return what all tables add that read the feature at ``place``: all of the sum that hangs on its cell."""
        return 2 * self.share(place, at) - self._alone[place][at[place]]

    def read_with(self, place: int) -> list[int]:
        """Return the places of the features that a table reads together with the one at ``place``."""
        return [second if first == place else first for first, second, _, _ in self._read_with.get(place, ())]

    def _adds_alone(self, place: int) -> list[float]:
        """Return what the own tables of the feature at ``place`` add in each of its cells."""
        own = [values for where, values in self._singles if where == place]
        return [sum(entries) for entries in zip(*own, strict=True)] if own else [0.0] * self.cells[place].count

    def reason(self, place: int, cell: int, contribution: float) -> Reason:
        """Return the reason that the feature at ``place`` is in a cell where it contributes so much."""
        cells, counted = self.cells[place], self._counts.get(place)
        leads, sales = (counted.leads[cell], counted.sales[cell]) if counted else (0, 0)
        return Reason(cells.feature, cells.words(cell), contribution, leads, sales)

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain values; floats keep every digit."""
        cells = [
            {"feature": one.feature, "cuts": one.cuts, "levels": one.levels, "whole": one.whole} for one in self.cells
        ]
        parts = [{"features": p.features, "values": p.values, "leads": p.leads, "sales": p.sales} for p in self.parts]
        return {"cells": cells, "parts": parts, "doubts": self.doubts}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> PurchaseModel:
        """Return the model that was saved; ``ArtefactUnreadable`` where it does not hold together."""
        try:
            cells = [
                FieldCells(one["feature"], _cuts(one["cuts"]), _levels(one["levels"]), whole=bool(one["whole"]))
                for one in said["cells"]
            ]
            parts = [
                Part(tuple(p["features"]), tuple(map(float, p["values"])), tuple(p["leads"]), tuple(p["sales"]))
                for p in said["parts"]
            ]
            doubts = {str(feature): tuple(map(float, values)) for feature, values in said["doubts"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArtefactUnreadable(f"The model's tables cannot be read ({type(error).__name__}).") from None
        _check(cells, parts, doubts)
        return cls(cells, parts, doubts)


def _cuts(values: Sequence[Any] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(map(float, values))


def _levels(values: Sequence[Any] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(map(str, values))


def _check(cells: Sequence[FieldCells], parts: Sequence[Part], doubts: Mapping[str, tuple[float, ...]]) -> None:
    counts = {one.feature: one.count for one in cells}
    for one in cells:
        if (one.cuts is None) == (one.levels is None) or list(one.cuts or ()) != sorted(one.cuts or ()):
            raise ArtefactUnreadable(f"The model's field {one.feature!r} needs either rising cuts or levels.")
    for part in parts:
        if not 1 <= len(part.features) <= 2 or not set(part.features) <= set(counts):
            raise ArtefactUnreadable(f"The model's part {part.features!r} names fields that it does not have.")
        size = counts[part.features[0]] * (counts[part.features[1]] if len(part.features) == 2 else 1)
        if not len(part.values) == len(part.leads) == len(part.sales) == size:
            raise ArtefactUnreadable(f"The model's part {part.features!r} should have {size} entries.")
        if any(value != value or abs(value) > 100 for value in part.values):
            raise ArtefactUnreadable(f"The model's part {part.features!r} holds an impossible entry.")
    for feature, values in doubts.items():
        if len(values) != counts.get(feature) or any(value != value or abs(value) > 1e6 for value in values):
            raise ArtefactUnreadable(f"The model's doubts of {feature!r} do not fit its cells.")
