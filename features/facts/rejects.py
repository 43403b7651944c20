"""The file of what did not fit of an import: a line for each row and cell, with its place and the remedy."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from features.facts.read_rows import AHEAD, ReadRow

if TYPE_CHECKING:
    from _csv import Writer

COLUMNS = ("row", "line", "column", "what", "reason")


def rejects_file(folder: Path, import_id: int) -> Path:
    """Return where it is written what did not fit of an import."""
    return folder / f"{import_id}-rejects.csv"


def lay_ahead(path: Path) -> bool:
    """Return whether a row of the file lay ahead of its export; so too where the file is no longer there to say."""
    if not path.exists():
        return True
    with path.open(encoding="utf-8-sig", newline="") as file:
        return any(line[3:4] == ["row"] and line[4].startswith(AHEAD) for line in csv.reader(file))


class Rejects:
    """The file of rows and cells that did not fit; made when the first comes."""

    def __init__(self, path: Path, *, keep_up_to: int) -> None:
        self.path = path
        if path.exists():
            self._drop_after(keep_up_to)

    def add(self, batch: list[ReadRow]) -> None:
        """Write what is wrong in a batch."""
        lines = [
            (row.number, row.line, wrong.column, "row" if row.facts is None else "cell", wrong.remedy)
            for row in batch
            for wrong in row.complaints
        ]
        if lines:
            with self._open() as writer:
                writer.writerows(lines)

    def _drop_after(self, row: int) -> None:
        """Forget what a cut-off import wrote of rows that were not stored."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            kept = [line for line in csv.reader(file) if line and line[0].isdigit() and int(line[0]) <= row]
        self.path.unlink()
        if kept:
            with self._open() as writer:
                writer.writerows(kept)

    @contextmanager
    def _open(self) -> Iterator[Writer]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        with self.path.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(COLUMNS)
            yield writer
