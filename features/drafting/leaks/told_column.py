"""A column as the finder looks at it: a small number for what each lead's cell says, and whether it says anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.drafting.column_kinds import ColumnKind, kind_of
from features.drafting.leak_signs import levels_of
from features.drafting.sampled_file import given
from features.facts.file_shape import Decimal

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST_LEVELS = 25
"""More words than these are taken together: the rare ones tell nothing by themselves."""
NOTHING = 0
"""The code of a cell that says nothing."""


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """One column.

    ``codes`` has one number a lead, equal for leads whose cells say the same; ``filled`` is True where a cell says
    something, ``written`` also where a word stands that means "not chosen": that it was asked is then known.
    """

    name: str
    kind: ColumnKind
    answers: list[str | None]
    codes: Codes
    filled: Flags
    written: Flags


def told(name: str, cells: Sequence[str], placeholders: Collection[str], decimal: Decimal = ".") -> ToldColumn:
    """Return the column of these cells.

    >>> column = told("city", ["Omsk", "", "Select", "Omsk"], ["Select"])
    >>> column.codes.tolist(), column.filled.tolist(), column.written.tolist()
    ([1, 0, 0, 1], [True, False, False, True], [True, False, True, True])
    """
    answers = given(cells, placeholders)
    spoken = [cell for cell in answers if cell is not None]
    kind = kind_of(spoken)
    if kind == "constant" and len(spoken) < len(answers):
        kind = "choice"  # the same word or nothing: that it stands there is the answer
    levels = levels_of(answers, kind, decimal)
    frequent = [level for level, _ in Counter(level for level in levels if level).most_common(MOST_LEVELS)]
    numbers = {level: place for place, level in enumerate(frequent, start=1)} | {"": NOTHING}
    codes = np.array([numbers.get(level, len(frequent) + 1) for level in levels], dtype=np.int64)
    filled = np.array([cell is not None for cell in answers], dtype=np.bool_)
    written = np.array([cell is not None for cell in given(cells, ())], dtype=np.bool_)
    return ToldColumn(name, kind, answers, codes, filled, written)
