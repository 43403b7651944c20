"""Cuts every feature into the cells that all rungs of the ladder share: ranges of a number, levels of a choice, missing.

Shared cells make the rungs comparable entry by entry, and a blend of their tables a table again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells
from training.columns import Column, Columns, LevelColumn, NumberColumn

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_RANGES, FEWEST_RANGES, RANGES_TOGETHER = 64, 16, 800
"""Of a number, each with about as many rows, fewer where there are many numbers; a number with fewer different values has
a cell for each."""
LEADS_FOR_A_LEVEL = 20.0
"""A level with fewer training leads than this stands with the rare ones."""
MOST_LEVELS = 1_000
"""Of all features together, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to fit on or to judge by: each row's cell by field, outcomes from 0 to 1, weights, and the log-odds it starts from."""

    cells: Mapping[str, FieldCells]
    where: Mapping[str, Ints]
    outcome: Floats
    weight: Floats
    start: Floats

    def __len__(self) -> int:
        return len(self.outcome)

    def of(self, rows: Ints) -> Rows:
        """Return some of the rows."""
        where = {name: cells[rows] for name, cells in self.where.items()}
        return Rows(self.cells, where, self.outcome[rows], self.weight[rows], self.start[rows])

    def without(self, names: Collection[str]) -> Rows:
        """Return the rows without some fields."""
        cells = {name: one for name, one in self.cells.items() if name not in names}
        where = {name: self.where[name] for name in cells}
        return Rows(cells, where, self.outcome, self.weight, self.start)

    def starting_from(self, start: Floats) -> Rows:
        """Return the rows with other log-odds to start from."""
        return Rows(self.cells, self.where, self.outcome, self.weight, start)

    def with_outcome(self, outcome: Floats) -> Rows:
        """Return the rows with other outcomes; one between 0 and 1 is a chance."""
        return Rows(self.cells, self.where, outcome, self.weight, self.start)

    def weighing(self, weight: Floats) -> Rows:
        """Return the rows with other weights."""
        return Rows(self.cells, self.where, self.outcome, weight, self.start)


def shared_cells(
    columns: Columns,
    weight: Floats,
    *,
    words: Mapping[str, Sequence[str]] | None = None,
    borders: Mapping[str, Sequence[float]] | None = None,
) -> dict[str, FieldCells]:
    """Return the cells of every feature that says anything of the rows; one that never differs is left aside.

    ``words`` are levels, by feature, that have a cell of their own however rare; ``borders`` cuts that are made in any case.

    >>> area = NumberColumn(np.array([10, 10, 50, 90], dtype=np.float32))
    >>> shared_cells({"area": area}, np.ones(4))["area"].cuts
    (30.0, 70.0)
    """
    words, borders = words or {}, borders or {}
    kept = kept_levels(columns, weight)
    kept |= {name: tuple(dict.fromkeys((*kept[name], *words[name]))) for name in kept if name in words}
    numbers = sum(isinstance(column, NumberColumn) for column in columns.values())
    most = min(max(RANGES_TOGETHER // max(numbers, 1), FEWEST_RANGES), MOST_RANGES)
    made = {}
    for name, column in columns.items():
        cells = (
            FieldCells(name, levels=kept[name]) if name in kept else _ranges(name, column, most, borders.get(name, ()))
        )
        if cells is not None and len(np.unique(_column_cells(column, cells, 0))) > 1:
            made[name] = cells
    return made


def kept_levels(columns: Columns, weight: Floats) -> dict[str, tuple[str, ...]]:
    """Return each level feature's levels that have a cell of their own, the most frequent first."""
    mass = {
        name: np.bincount(column.codes[column.codes >= 0], weight[column.codes >= 0], minlength=len(column.levels))
        for name, column in columns.items()
        if isinstance(column, LevelColumn)
    }
    every = np.sort(np.concatenate([*mass.values(), np.zeros(1)]))[::-1]
    too_rare = every[MOST_LEVELS] if len(every) > MOST_LEVELS else 0.0
    kept = {}
    for name, masses in mass.items():
        often = np.flatnonzero((masses >= LEADS_FOR_A_LEVEL) & (masses > too_rare))
        column = columns[name]
        assert isinstance(column, LevelColumn)
        kept[name] = tuple(column.levels[code] for code in often[np.argsort(-masses[often], kind="stable")])
    return kept


def cells_of(columns: Columns, cells: Mapping[str, FieldCells]) -> dict[str, Ints]:
    """Return each row's cell, by field; a field that is no column, or one of another kind, is missing in every row."""
    count = length_of(columns)
    return {name: _column_cells(columns.get(name), one, count) for name, one in cells.items()}


def masses_of(where: Mapping[str, Ints], weight: Floats, cells: Mapping[str, FieldCells]) -> dict[str, Floats]:
    """Return the weight of the rows that stand in each cell, by field.

    >>> role = FieldCells("role", levels=("owner",))
    >>> masses_of({"role": np.array([0, 0, role.missing])}, np.array([1.0, 0.5, 2.0]), {"role": role})["role"].tolist()
    [1.5, 0.0, 2.0]
    """
    return {
        name: np.bincount(where[name], weight, minlength=one.count).astype(np.float64) for name, one in cells.items()
    }


def length_of(columns: Columns) -> int:
    """Return the number of rows."""
    column = next(iter(columns.values()))
    return len(column.codes if isinstance(column, LevelColumn) else column.values)


def _ranges(name: str, column: Column, most: int, borders: Sequence[float]) -> FieldCells | None:
    """Return a number's cells, cut halfway between values that were seen: on a value, rounding would choose the side."""
    if not isinstance(column, NumberColumn):
        return None
    values = column.values[np.isfinite(column.values)].astype(np.float64)
    if not len(values):
        return None
    different = np.unique(values)
    ends = different[:-1]
    if len(different) > most:
        ends = np.unique(np.quantile(values, np.arange(1, most) / most, method="lower"))
        ends = ends[ends < different[-1]]
    following = different[np.searchsorted(different, ends, side="right")]
    return FieldCells(name, cuts=tuple(sorted({*((ends + following) / 2).tolist(), *borders})))


def _column_cells(column: Column | None, cells: FieldCells, count: int) -> Ints:
    if isinstance(column, LevelColumn) and cells.levels is not None:
        return _coded(column, cells.levels, missing=cells.missing)
    if not isinstance(column, NumberColumn) or cells.cuts is None:
        return np.full(count, cells.missing)
    where = np.searchsorted(np.array(cells.cuts), column.values.astype(np.float64), side="left")
    return np.where(np.isnan(column.values), cells.missing, where).astype(np.int64)


def _coded(column: LevelColumn, levels: tuple[str, ...], *, missing: int) -> Ints:
    """Return the codes of ``levels``; rare ones get the code after them all."""
    places = {level: place for place, level in enumerate(levels)}
    table = np.array([*(places.get(level, len(levels)) for level in column.levels), missing], dtype=np.int64)
    return table[column.codes]
