"""A table of an upload as text: commas, one line each, in UTF-8 without a mark at its start."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], *, before: str = "") -> bytes:
    r"""Return the table's bytes; a cell is quoted only where it has to be.

    >>> table_text(("id", "name"), [("7", "a,b")])
    b'id,name\n7,"a,b"\n'
    """
    text = io.StringIO()
    if before:
        text.write(before + "\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
