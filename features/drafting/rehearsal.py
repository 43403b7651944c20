"""Whether a draft reads the files that it was drafted from: their first rows, read and not stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from features.errors import FactRefused
from features.facts.cells import Cells
from features.facts.company import Company
from features.facts.file_shape import rows_of, shape_of
from features.facts.row_readers import READERS, Reading
from features.facts.table_rows import Unfit

ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many of a file's first rows would go in; ``reasons`` has the most frequent complaints with their count."""

    file: str
    kind: str
    rows: int
    fitting: int
    reasons: tuple[tuple[str, int], ...]


def rehearsed(path: Path, kind: str, company: Company, moment: datetime) -> Rehearsal:
    """Read the first rows of ``path`` as the importer would on the day ``moment``."""
    shape = shape_of(path, company.export)
    reading = Reading(company, moment, b"rehearsal")
    reasons: Counter[str] = Counter()
    rows = fitting = 0
    for _, _, row in islice(rows_of(path, shape), ROWS):
        rows += 1
        if isinstance(row, Unfit):
            reasons[f"the row {row.remedy}"] += 1
            continue
        cells = Cells(company, shape, row)
        try:
            READERS[kind](cells, reading)
        except FactRefused as error:
            reasons[f"{error.field}: {error.remedy}"] += 1
            continue
        fitting += 1
        reasons.update(f"{wrong.column}: {wrong.remedy} (the cell is left out)" for wrong in cells.complaints)
    return Rehearsal(path.name, kind, rows, fitting, tuple(reasons.most_common(3)))
