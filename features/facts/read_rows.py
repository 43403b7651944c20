"""The rows of a file one by one: what each says as facts, or what of it does not fit and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from features.errors import FactRefused
from features.facts.cells import Cells, Complaint
from features.facts.export_kind import needed_columns
from features.facts.file_shape import FileShape, rows_of
from features.facts.row_readers import READERS, Reading, RowFacts
from features.facts.spend_exports.found_export import AdExport
from features.facts.table_rows import Unfit
from features.facts.values import Fact, Plan, Stage

BATCH = 5_000
TOLERANCE = timedelta(days=1)
"""How far after the export something may have happened: a day without a time stands at its end."""
DATED_BY = {"leads": "created_at", "calls": "at", "stages": "at", "spend": "day"}
"""The column, by our name, that says when a row of each kind happened."""

AHEAD = "lies after the export was made"
"""How a row is refused that may fit once more time has passed; whatever else is wrong with one, no clock mends."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row: its number from 1, the line on which it begins, its facts (None: refused), and what of it does not fit."""

    number: int
    line: int
    facts: RowFacts | None
    complaints: list[Complaint]


def batches(
    path: Path, shape: FileShape, kind: str, reading: Reading, after: int, costs: AdExport | None
) -> Iterator[list[ReadRow]]:
    """Yield the rows of a file ``after`` a row's number, ``BATCH`` at a time; ``costs`` reads an ad system's own export."""
    numbers_rows = kind == "spend"  # which of a day's like rows one is, the rows before it say
    found = costs.rows() if costs else rows_of(path, shape, after=0 if numbers_rows else after)
    reader = costs.read if costs else READERS[kind]
    read = (read_row(number, line, row, shape, kind, reading, reader) for number, line, row in found)
    rows = (row for row in read if row.number > after)
    while batch := list(islice(rows, BATCH)):
        yield batch


def read_row(
    number: int,
    line: int,
    row: dict[str, str] | Unfit,
    shape: FileShape,
    kind: str,
    reading: Reading,
    reader: Callable[[Cells, Reading], RowFacts] | None = None,
) -> ReadRow:
    """Return what a row says, read by the reader of its kind unless another is given."""
    if isinstance(row, Unfit):
        return ReadRow(number, line, None, [Complaint("", f"the row {row.remedy}")])
    cells = Cells(reading.company, shape, row)
    try:
        facts = (reader or READERS[kind])(cells, reading)
        for fact in facts.facts:
            _refuse_future(fact, kind, reading)
    except FactRefused as error:
        return ReadRow(number, line, None, [Complaint(error.field, error.remedy)])
    return ReadRow(number, line, facts, cells.complaints)


def _refuse_future(fact: Fact, kind: str, reading: Reading) -> None:
    """Refuse what happened after the export told of it; only plans are made for the future."""
    if not isinstance(fact, Plan) and fact.at > reading.exported_at + TOLERANCE:
        export = reading.company.export
        is_status = kind == "leads" and isinstance(fact, Stage)
        column = export.leads.stage_at if is_status else needed_columns(kind, export)[DATED_BY[kind]]
        raise FactRefused(column or "", f"{AHEAD}; look at the order of day and month")
