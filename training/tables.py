"""Tables of one and of two fields over cells: what every rung of the ladder comes to, and what is served."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PURIFYING_ROUNDS = 30
ALIKE = 0.02
"""Neighbouring ranges whose entries all lie within so much log-odds of each other become one: people read fewer."""
SMALLEST_TABLE = 0.01
"""A table that moves the leads by less log-odds than this (the root of the mean square) is left out."""


@dataclass(slots=True)
class Tables:
    """Entries by field and by pair of fields; ``intercept`` is what is left over."""

    cells: dict[str, FieldCells]
    intercept: float = 0.0
    singles: dict[str, Floats] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def at(self, where: Mapping[str, Ints]) -> Floats:
        """Return the sum for rows whose cells by field are ``where``; it names at least one field."""
        total = np.full(len(next(iter(where.values()))), self.intercept)
        for name, values in self.singles.items():
            total += values[where[name]]
        for (first, second), grid in self.pairs.items():
            total += grid[where[first], where[second]]
        return total


def blended(tables: Sequence[Tables], weights: Sequence[float]) -> Tables:
    """Return the weighted sum of tables over the same cells: a blend of sums is a sum.

    >>> cells = {"area": FieldCells("area", cuts=(50.0,))}
    >>> one, two = (Tables(cells, 1.0, {"area": np.array(values)}) for values in ([0.0, 1.0, 0.0], [2.0, 3.0, 0.0]))
    >>> blended([one, two], [0.5, 1.0]).singles["area"].tolist()
    [2.0, 3.5, 0.0]
    """
    made = Tables({}, 0.0)
    for one, weight in zip(tables, weights, strict=True):
        if weight == 0.0:
            continue
        made.cells.update(one.cells)
        made.intercept += weight * one.intercept
        for name, values in one.singles.items():
            made.singles[name] = made.singles.get(name, 0.0) + weight * values
        for pair, grid in one.pairs.items():
            made.pairs[pair] = made.pairs.get(pair, 0.0) + weight * grid
    return made


def purified(tables: Tables, where: Mapping[str, Ints], weight: Floats) -> Tables:
    """Return the same sum with pairs that say nothing of one field alone, centred on rows ``where`` of ``weight``.

    What a table of two says of one field alone is moved to that field's own table (Lengerich, Tan, Chang, Hooker & Caruana
    2020, "Purifying interaction effects with the functional ANOVA"). A cell of a field in which no row stands (missing, or
    rare, where nothing ever was) says nothing: its entries are 0.
    """
    made = Tables(dict(tables.cells), tables.intercept, {n: v.copy() for n, v in tables.singles.items()})
    for (first, second), grid in tables.pairs.items():
        shape = grid.shape
        flat = where[first] * shape[1] + where[second]
        mass = np.bincount(flat, weight, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)
        made.pairs[first, second] = _purified_pair(grid.copy(), mass, made, first, second)
    for name, values in made.singles.items():
        counted = np.bincount(where[name], weight, minlength=len(values))
        mean = float(values @ counted / counted.sum())
        made.singles[name] = np.where(counted > 0, values - mean, 0.0)
        made.intercept += mean
    return made


def simplified(
    tables: Tables, where: Mapping[str, Ints], weight: Floats, borders: Mapping[str, Collection[float]] | None = None
) -> Tables:
    """Return nearly the same tables with fewer entries: neighbouring ranges that say the same become one.

    No entry moves by more than ``ALIKE``; a table that hardly moves any lead is left out. Cuts at ``borders`` stay.
    """
    kept = {name: values for name, values in tables.singles.items() if _moves(values[where[name]], weight)}
    pairs = {pair: grid for pair, grid in tables.pairs.items() if _moves(grid[where[pair[0]], where[pair[1]]], weight)}
    named = [name for name in tables.cells if name in kept or any(name in pair for pair in pairs)]
    made = Tables({}, tables.intercept)
    averages = {}
    for name in named:
        mass = np.bincount(where[name], weight, minlength=tables.cells[name].count).astype(np.float64)
        made.cells[name], averages[name] = _fewer(
            tables.cells[name], _entries(name, kept, pairs), mass, (borders or {}).get(name, ())
        )
    made.singles = {name: averages[name] @ values for name, values in kept.items()}
    made.pairs = {pair: averages[pair[0]] @ grid @ averages[pair[1]].T for pair, grid in pairs.items()}
    return made


def _moves(moved: Floats, weight: Floats) -> bool:
    return float(weight @ moved**2) >= SMALLEST_TABLE**2 * float(weight.sum())


def _entries(name: str, singles: Mapping[str, Floats], pairs: Mapping[tuple[str, str], Floats]) -> Floats:
    """Return all that stands in each cell of a field: a row a cell."""
    found = [singles[name][:, None]] if name in singles else []
    found += [grid if pair[0] == name else grid.T for pair, grid in pairs.items() if name in pair]
    return np.concatenate(found, axis=1)


def _fewer(cells: FieldCells, entries: Floats, mass: Floats, borders: Collection[float]) -> tuple[FieldCells, Floats]:
    """Return fewer cells, and the averages (new cells x old cells) that make the entries of the new ones."""
    if cells.cuts is None:
        return cells, np.eye(cells.count)
    group = [0]
    low = high = entries[0]
    for cut, entry in zip(cells.cuts, entries[1 : cells.missing], strict=True):
        low, high = np.minimum(low, entry), np.maximum(high, entry)
        if (high - low).max() > ALIKE or cut in borders:
            low = high = entry
            group.append(group[-1] + 1)
        else:
            group.append(group[-1])
    cuts = tuple(cut for cut, own, next_ in zip(cells.cuts, group, group[1:], strict=False) if own != next_)
    made = FieldCells(cells.feature, cuts=cuts, whole=cells.whole)
    averages = np.zeros((made.count, cells.count))
    averages[[*group, made.missing], np.arange(cells.count)] = np.maximum(mass, 1e-9)
    return made, averages / averages.sum(1, keepdims=True)


def _purified_pair(grid: Floats, mass: Floats, made: Tables, first: str, second: str) -> Floats:
    rows, columns = mass.sum(1), mass.sum(0)
    for _ in range(PURIFYING_ROUNDS):
        by_row = np.divide((grid * mass).sum(1), rows, out=np.zeros_like(rows), where=rows > 0)
        grid -= by_row[:, None]
        made.singles[first] = made.singles.get(first, np.zeros(len(rows))) + by_row
        by_column = np.divide((grid * mass).sum(0), columns, out=np.zeros_like(columns), where=columns > 0)
        grid -= by_column[None, :]
        made.singles[second] = made.singles.get(second, np.zeros(len(columns))) + by_column
        if max(np.abs(by_row).max(), np.abs(by_column).max()) < 1e-12:
            break
    grid[rows == 0, :] = 0.0
    grid[:, columns == 0] = 0.0
    return grid
