"""What is said of a level never seen: what the rare ones say of it, and nothing where there were hardly any rare ones.

A new campaign is as likely like the rare campaigns before it as these were like each other. Of two rare levels nobody
can tell; then the field says nothing, and what stands above it (the channel, all leads) speaks alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells
from training.columns import Columns, LevelColumn
from training.tables import Tables

Floats = npt.NDArray[np.float64]
RARE_LEVELS_OF_NOTHING = 10.0
"""The entries of the rare levels' cell are multiplied by m / (m + this), where m different levels stand in it."""


def cautious(tables: Tables, columns: Columns) -> Tables:
    """Return the tables with what they say of rare and of unseen levels held to what so many rare levels can tell."""
    held = {name: _held(cells, columns) for name, cells in tables.cells.items()}
    singles = {name: values * held[name] for name, values in tables.singles.items()}
    pairs = {pair: grid * held[pair[0]][:, None] * held[pair[1]][None, :] for pair, grid in tables.pairs.items()}
    return Tables(dict(tables.cells), tables.intercept, singles, pairs)


def _held(cells: FieldCells, columns: Columns) -> Floats:
    held = np.ones(cells.count)
    if cells.levels is not None:
        rare = _rare_levels(cells, columns)
        held[cells.missing - 1] = rare / (rare + RARE_LEVELS_OF_NOTHING)
    return held


def _rare_levels(cells: FieldCells, columns: Mapping[str, object]) -> int:
    """Return how many different levels of the rows have no cell of their own."""
    column = columns[cells.feature]
    assert isinstance(column, LevelColumn)
    seen = np.unique(column.codes[column.codes >= 0])
    own = set(cells.levels or ())
    return sum(column.levels[code] not in own for code in seen)
