"""Of a lead, call or stage that one file tells twice, which row is the last: its word counts, however far apart they stand."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from features.facts.export_columns import Export
from features.facts.file_shape import FileShape, rows_of
from features.facts.identity import key_of
from features.facts.read_rows import ReadRow, read_row
from features.facts.row_readers import Reading

LastRows = Mapping[bytes, int]
"""By what a fact speaks of, the number of the last row that tells it."""


def last_rows(path: Path, shape: FileShape, kind: str, reading: Reading, batch: int) -> LastRows:
    """Return the last rows of what a file tells in more than one of its batches of ``batch`` rows.

    The file is gone through for its ids alone, eight bytes and a number a row; only rows that stand again in another batch are
    read whole, since one that is rejected later on tells nothing. Costs and plans that stand twice say the same, or are few.
    """
    if kind not in ("leads", "calls", "stages"):
        return {}
    export, hashes, numbers = reading.company.export, array("q"), array("q")
    for number, _, row in rows_of(path, shape):
        if isinstance(row, dict):
            hashes.append(_hash(row, kind, export))
            numbers.append(number)
    again = _in_several_batches(hashes, numbers, batch)
    last: dict[bytes, int] = {}
    for number, line, row in rows_of(path, shape) if again else ():
        if isinstance(row, dict) and _hash(row, kind, export) in again:
            told = read_row(number, line, row, shape, kind, reading)
            last.update((key_of(fact), number) for fact in (told.facts.facts if told.facts else ()))
    return last


def are_last(rows: list[ReadRow], last: LastRows) -> Iterator[bool]:
    """Yield of each fact of some rows whether no later row of the file tells it again, as far as ``last`` knows."""
    for row in rows:
        for fact in row.facts.facts if row.facts else ():
            yield not last or last.get(key_of(fact), row.number) <= row.number


def _in_several_batches(hashes: array[int], numbers: array[int], batch: int) -> set[int]:
    if not hashes:
        return set()
    told, batches = np.frombuffer(hashes, np.int64), (np.frombuffer(numbers, np.int64) - 1) // batch
    order = np.argsort(told, kind="stable")
    told, batches = told[order], batches[order]
    starts = np.flatnonzero(np.r_[True, told[1:] != told[:-1]])
    ends = np.r_[starts[1:], len(told)] - 1
    return set(told[starts[batches[starts] != batches[ends]]].tolist())


def _hash(row: Mapping[str, str], kind: str, export: Export) -> int:
    """Return the hash of the cells by which a row's facts are told apart."""
    if kind == "leads":
        return hash(_cell(row, export.leads.id))
    columns = export.calls if kind == "calls" else export.stages
    lead, own = _cell(row, columns.lead_id), _cell(row, columns.id)
    if own:
        return hash((lead, own))
    what = export.calls.manager if kind == "calls" else export.stages.stage
    return hash((lead, _cell(row, columns.at), _cell(row, what)))


def _cell(row: Mapping[str, str], column: str | None) -> str:
    return " ".join(row.get(column or "", "").split())
