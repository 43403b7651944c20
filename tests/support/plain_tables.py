"""The tables of a model as its file tells them, looked up by hand: which cell, what it adds, who stands where few stood."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import exp
from pathlib import Path
from typing import Any

import orjson

FEWEST_OF_A_CELL = 20


class PlainTables:
    """The tables of a model as its file tells them, looked up by hand."""

    def __init__(self, folder: Path) -> None:
        said = orjson.loads((folder / "model.json").read_bytes())
        self.said, self.cells = said, {one["feature"]: one for one in said["cells"]}
        self.parts = said["parts"]
        self.singles = {one["features"][0]: one for one in self.parts if len(one["features"]) == 1}

    def count(self, feature: str) -> int:
        one = self.cells[feature]
        return len(one.get("levels") or one.get("cuts") or ()) + 2

    def cell(self, feature: str, value: Any) -> int:
        """Return the cell of a value: its range or level, the one before the last for other levels, the last for none."""
        one, count = self.cells[feature], self.count(feature)
        if value is None or value != value:
            return count - 1
        if one.get("levels") is not None:
            return one["levels"].index(value) if value in one["levels"] else count - 2
        return bisect_left(one["cuts"], value)

    def entry(self, part: Mapping[str, Any], row: Mapping[str, Any]) -> int:
        """Return which entry of a table of one field or two a row takes."""
        place = 0
        for feature in part["features"]:
            place = place * self.count(feature) + self.cell(feature, row.get(feature))
        return place

    def moved(self, row: Mapping[str, Any]) -> float:
        """Return what all tables add."""
        return float(sum(part["values"][self.entry(part, row)] for part in self.parts))

    def is_unlike(self, row: Mapping[str, Any]) -> bool:
        """Return whether a lead stands where fewer than twenty did, or among levels too rare for a cell of their own."""
        for feature, one in self.cells.items():
            cell, table = self.cell(feature, row.get(feature)), self.singles.get(feature)
            rare = one.get("levels") is not None and cell == self.count(feature) - 2
            if rare or (table and table["leads"][cell] < FEWEST_OF_A_CELL):
                return True
        return False


def move_of(values: list[float], leads: list[int]) -> float:
    """Return how far a table moves a lead from the mean of all, on average."""
    every = sum(leads)
    if not every:
        return 0.0
    middle = sum(value * count for value, count in zip(values, leads, strict=True)) / every
    return float(sum(abs(value - middle) * count for value, count in zip(values, leads, strict=True)) / every)


def level_of(said: Mapping[str, Any]) -> dict[str, float]:
    """Return shift and strength as all steps together believe them, as far as following paid, and how unsure the shift is."""
    best, paid = max(said["beliefs"]), 1 / (1 + exp(-said["gain"]))
    weights = [exp(one - best) for one in said["beliefs"]]
    shares = [one / sum(weights) for one in weights]
    shift, strength = (sum(w * one[n] for w, one in zip(shares, said["means"], strict=True)) for n in (0, 1))
    steps = zip(shares, said["means"], said["covariances"], strict=True)
    variance = sum(w * (own[0] + (mean[0] - shift) ** 2) for w, mean, own in steps)
    return {
        "centre": said["centre"], "shift": paid * shift, "strength": max(1 + paid * strength, 0.1), "variance": variance,
    }  # fmt: skip
