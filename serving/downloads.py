"""A table that was seen on a page, as a file: CSV that no spreadsheet takes for formulas, or a real spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO

Cell = str | int | float | date | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 40


@dataclass(frozen=True, slots=True)
class DownloadTable:
    """A header, rows as wide as it, and what was asked for (name -> value), which a spreadsheet keeps on a sheet of its own."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: Mapping[str, str]


def as_csv(table: DownloadTable, language: str) -> bytes:
    r"""Return the table as spreadsheets of the language read it: with semicolons and decimal commas where it is Russian.

    Numbers stay numbers; text that would be taken for a formula gets an apostrophe in front.

    >>> as_csv(DownloadTable("t", ["a", "b"], [["=1+1", -0.5]], {}), "ru").decode("utf-8-sig")
    "a;b\r\n'=1+1;-0,5\r\n"
    """
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if language == "ru" else ",")
    for row in (table.header, *table.rows):
        writer.writerow([_csv_cell(cell, language) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: DownloadTable) -> bytes:
    """Return the table as an Excel workbook: texts are texts and never formulas, numbers numbers, days days."""
    out = BytesIO()
    import xlsxwriter  # as late as this: a server starts without it

    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(table.title[:31])
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(table.header):
            sheet.write_string(0, column, name, bold)
            longest = max((len(str(row[column])) for row in table.rows if isinstance(row[column], str)), default=0)
            sheet.set_column(column, column, min(max(longest, 12), WIDEST))
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
        about = book.add_worksheet("info")
        about.set_column(0, 1, WIDEST)
        for number, (name, value) in enumerate(table.about.items()):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, value)
    return out.getvalue()


def _csv_cell(cell: Cell, language: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    if isinstance(cell, float):
        text = repr(cell)
        return text.replace(".", ",") if language == "ru" else text
    return str(cell)
