"""The first rows of an export, column by column: as much as a draft needs, and never more than memory bears."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from features.drafting.column_kinds import is_date
from features.errors import ImportRefused
from features.facts.contact_signs import IS_EMAIL, IS_PHONE
from features.facts.file_shape import FileShape, header_of, is_placeholder, rows_of, shape_of
from features.facts.table_rows import Unfit

MOST_ROWS = 50_000
MOST_CELLS = 4_000_000
LONGEST_CELL = 300


@dataclass(frozen=True, slots=True)
class SampledFile:
    """What was read of one export; ``columns`` holds the cells, spaces at their edges taken off."""

    path: Path
    shape: FileShape
    columns: dict[str, list[str]]
    is_whole: bool
    misfits: int

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return len(next(iter(self.columns.values()), []))

    def filled(self, column: str) -> list[str]:
        """Return the cells of a column that say something."""
        return [cell for cell in given(self.columns[column], ()) if cell is not None]


def given(cells: Sequence[str], placeholders: Collection[str]) -> list[str | None]:
    """Return the cells, None for those that say nothing.

    >>> given(["Москва", "", "Select"], ["Select"])
    ['Москва', None, None]
    """
    nothing = {cell for cell in set(cells) if is_placeholder(cell, placeholders)}
    return [None if cell in nothing else cell for cell in cells]


def sampled(path: Path, *, most_rows: int = MOST_ROWS) -> SampledFile:
    """Read the first rows of ``path``; repeated words are kept once, so memory grows with what differs.

    Raises
    ------
    ImportRefused
        Where the file is empty, no text table, or has one column name twice.
    """
    shape = shape_of(path)
    header = header_of(path, shape)
    if any(IS_EMAIL.match(name) or IS_PHONE.match(name) or is_date(name) for name in header):
        raise ImportRefused(f"The first row of {path.name} holds data, no column names; export it with a header.")
    doubled = sorted({name for name in header if header.count(name) > 1 and name})
    if doubled:
        raise ImportRefused(f"{path.name} has the column {doubled[0]!r} twice; rename one of them.")
    names = [name for name in header if name]
    columns: dict[str, list[str]] = {name: [] for name in names}
    limit = max(min(most_rows, MOST_CELLS // max(len(names), 1)), 1)
    known: dict[str, str] = {}
    misfits = seen = 0
    for _, _, row in islice(rows_of(path, shape), limit + 1):
        seen += 1
        if seen > limit:
            break
        if isinstance(row, Unfit):
            misfits += 1
            continue
        for name in names:
            cell = row.get(name, "").strip()[:LONGEST_CELL]
            columns[name].append(known.setdefault(cell, cell))
    return SampledFile(path, shape, columns, seen <= limit, misfits)
