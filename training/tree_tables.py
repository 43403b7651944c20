"""Shallow trees become tables: exactly the same sum, but one that people can read.

A tree of depth 1 asks one field. A tree of depth 2 asks its root's field and, on each side, one more: it is the sum of
two tables of two fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells
from training.tables import Tables

Floats = npt.NDArray[np.float64]


def tables_of(trees: list[dict[str, Any]], cells: Mapping[str, FieldCells]) -> Tables:
    """Return the tables of LightGBM's dumped trees (``dump_model()["tree_info"]``).

    Parameters
    ----------
    cells
        The cells of every feature, in the order of the columns that LightGBM was given. Of a number it was given each
        cell's upper end, of a level its code, and nan for a missing one.
    """
    names = list(cells)
    roots = [tree["tree_structure"] for tree in trees]
    asked = {names[node["split_feature"]] for root in roots for node in _splits(root)}
    tables = Tables({name: cells[name] for name in names if name in asked})
    for root in roots:
        _add_tree(root, tables, names)
    return tables


def _splits(node: dict[str, Any]) -> list[dict[str, Any]]:
    if "split_feature" not in node:
        return []
    return [node, *_splits(node["left_child"]), *_splits(node["right_child"])]


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
