"""The training matrix by columns: numbers as floats, levels as small codes; little memory for a million leads."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.rows.feature import Feature, FeatureRow

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A number per row; nan is missing."""

    values: npt.NDArray[np.float32]

    def take(self, rows: Ints) -> NumberColumn:
        """Return the column of some rows."""
        return NumberColumn(self.values[rows])


@dataclass(frozen=True, slots=True)
class LevelColumn:
    """A code per row, the place in ``levels``; -1 is missing."""

    codes: npt.NDArray[np.int32]
    levels: tuple[str, ...]

    def take(self, rows: Ints) -> LevelColumn:
        """Return the column of some rows."""
        return LevelColumn(self.codes[rows], self.levels)


Column = NumberColumn | LevelColumn
Columns = Mapping[str, Column]


class ColumnsBuilder:
    """Takes rows one by one.

    >>> from features.rows.time_features import TIME_FEATURES
    >>> builder = ColumnsBuilder(TIME_FEATURES[:2])
    >>> builder.add({"hour": 9.0, "weekday": "monday"})
    >>> builder.columns()["weekday"].levels
    ('monday',)
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._numbers = {one.name: array("f") for one in features if one.kind == "number"}
        self._codes = {one.name: array("i") for one in features if one.kind == "level"}
        self._levels: dict[str, dict[str, int]] = {name: {} for name in self._codes}
        self._order = [one.name for one in features]

    def add(self, row: FeatureRow) -> None:
        """Add one row."""
        for name, numbers in self._numbers.items():
            value: Any = row[name]
            numbers.append(float("nan") if value is None else value)
        for name, codes in self._codes.items():
            level = row[name]
            known = self._levels[name]
            codes.append(-1 if level is None else known.setdefault(str(level), len(known)))

    def columns(self) -> dict[str, Column]:
        """Return the columns of all rows added."""
        made: dict[str, Column] = {}
        for name in self._order:
            if name in self._numbers:
                made[name] = NumberColumn(np.frombuffer(self._numbers[name], dtype=np.float32))
            else:
                codes = np.frombuffer(self._codes[name], dtype=np.int32)
                made[name] = LevelColumn(codes, tuple(self._levels[name]))
        return made


def taken(columns: Columns, rows: Ints) -> dict[str, Column]:
    """Return the columns of some rows."""
    return {name: column.take(rows) for name, column in columns.items()}


def joined(first: Column, second: Column) -> Column:
    """Return the rows of one column and, after them, those of another of the same feature.

    >>> one, two = (LevelColumn(np.array([0, -1], dtype=np.int32), (level,)) for level in ("owner", "tenant"))
    >>> joined(one, two)
    LevelColumn(codes=array([ 0, -1,  1, -1], dtype=int32), levels=('owner', 'tenant'))
    """
    if isinstance(first, NumberColumn) and isinstance(second, NumberColumn):
        return NumberColumn(np.concatenate([first.values, second.values]))
    assert isinstance(first, LevelColumn)
    assert isinstance(second, LevelColumn)
    levels = tuple(dict.fromkeys([*first.levels, *second.levels]))
    place = {level: code for code, level in enumerate(levels)}
    codes = np.array([*(place[level] for level in second.levels), -1], dtype=np.int32)[second.codes]
    return LevelColumn(np.concatenate([first.codes, codes]), levels)
