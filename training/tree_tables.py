"""Shallow trees become tables: exactly the same sum, but one that people can read.

A tree of depth 1 asks one field. A tree of depth 2 asks its root's field and, on each side, one more: it is the sum of
two tables of two fields. Afterwards what a table of two says of one field alone is moved to that field's own table
(purification: Lengerich, Tan, Chang, Hooker & Caruana 2020, "Purifying interaction effects with the functional
ANOVA"), and every table is centred on the training rows, so that an entry reads "against the average lead".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PURIFYING_ROUNDS = 30


@dataclass(slots=True)
class Tables:
    """Entries by field and by pair of fields; ``intercept`` is what is left over."""

    cells: dict[str, FieldCells]
    intercept: float = 0.0
    singles: dict[str, Floats] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def at(self, where: Mapping[str, Ints]) -> Floats:
        """Return the sum for rows whose cells by field are ``where``."""
        total = np.full(len(next(iter(where.values()))), self.intercept)
        for name, values in self.singles.items():
            total += values[where[name]]
        for (first, second), grid in self.pairs.items():
            total += grid[where[first], where[second]]
        return total


def tables_of(trees: list[dict[str, Any]], names: list[str], levels: Mapping[str, tuple[str, ...]]) -> Tables:
    """Return the tables of LightGBM's dumped trees (``dump_model()["tree_info"]``) over the features ``names``.

    ``levels`` gives the coded levels of each level feature; the code after them all is "rare".
    """
    roots = [tree["tree_structure"] for tree in trees]
    tables = Tables({name: _cells(name, roots, names, levels) for name in _asked(roots, names)})
    for root in roots:
        _add_tree(root, tables, names)
    return tables


def purified(tables: Tables, where: Mapping[str, Ints], weight: Floats) -> Tables:
    """Return the same sum with pairs that say nothing of one field alone, centred on rows ``where`` of ``weight``.

    A cell of a field in which no row stands (missing, or rare, where nothing ever was) says nothing: its entries are 0.
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


def _asked(roots: list[dict[str, Any]], names: list[str]) -> list[str]:
    used = {names[node["split_feature"]] for root in roots for node in _splits(root)}
    return [name for name in names if name in used]


def _splits(node: dict[str, Any]) -> list[dict[str, Any]]:
    if "split_feature" not in node:
        return []
    return [node, *_splits(node["left_child"]), *_splits(node["right_child"])]


def _cells(
    name: str, roots: list[dict[str, Any]], names: list[str], levels: Mapping[str, tuple[str, ...]]
) -> FieldCells:
    if name in levels:
        return FieldCells(name, levels=levels[name])
    mine = {n["threshold"] for root in roots for n in _splits(root) if names[n["split_feature"]] == name}
    return FieldCells(name, cuts=tuple(sorted(float(cut) for cut in mine)))


def _goes_left(node: dict[str, Any], cells: FieldCells) -> npt.NDArray[np.bool_]:
    """Return for each cell whether the split sends it left."""
    left = np.zeros(cells.count, dtype=bool)
    if cells.levels is not None:
        codes = [int(code) for code in str(node["threshold"]).split("||")]
        left[[code for code in codes if code < cells.missing]] = True
        return left
    upper = np.array([*(cells.cuts or ()), np.inf])
    left[: len(upper)] = upper <= float(node["threshold"])
    left[cells.missing] = bool(node["default_left"]) if node["missing_type"] == "NaN" else node["threshold"] >= 0.0
    return left


def _add_tree(root: dict[str, Any], tables: Tables, names: list[str]) -> None:
    if "split_feature" not in root:
        tables.intercept += root["leaf_value"]
        return
    first = names[root["split_feature"]]
    left = _goes_left(root, tables.cells[first])
    for child, side in ((root["left_child"], left), (root["right_child"], ~left)):
        if "split_feature" not in child:
            _single(tables, first)[side] += child["leaf_value"]
            continue
        second = names[child["split_feature"]]
        inner = _goes_left(child, tables.cells[second])
        low, high = child["left_child"]["leaf_value"], child["right_child"]["leaf_value"]
        values = np.where(inner, low, high)
        if second == first:
            _single(tables, first)[side] += values[side]
        else:
            grid = _pair(tables, first, second)
            grid[side, :] += values[None, :]


def _single(tables: Tables, name: str) -> Floats:
    return tables.singles.setdefault(name, np.zeros(tables.cells[name].count))


def _pair(tables: Tables, first: str, second: str) -> Floats:
    """Return the pair's grid with ``first`` as its rows; it is kept under the names in order."""
    key = (first, second) if first < second else (second, first)
    grid = tables.pairs.setdefault(key, np.zeros((tables.cells[key[0]].count, tables.cells[key[1]].count)))
    return grid if key[0] == first else grid.T
