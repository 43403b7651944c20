"""The rows of a table of text: a quotation mark out of place costs its own row, and none behind it.

A mark that opens a cell and that nothing closes takes in line after line, up to the next mark of the file. So a row is read by
the rules first: cells that hold separators, line breaks or marks stand in quotation marks, the marks inside of them doubled.
Where a row breaks them, has another width than the header, or holds lines that are rows themselves, it alone is unfit.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice

LONGEST_CELL = 1_000_000
"""Letters of one cell; so far the end of a cell is looked for."""
csv.field_size_limit(LONGEST_CELL)

LINE_BREAK = re.compile(r"\r\n|\r|\n")
A_NUMBER = re.compile(r"[\s.,:/+()TZ-]*+\d[\d\s.,:/+()TZ-]*+")
"""A number, a date, a phone: what some columns hold in every row, and a line of a comment hardly in the same places."""
A_NUMBER_WEIGHS = 3
SURE = 8
"""From this weight on lines inside of a cell are rows: each separator where rows have one weighs 1, each number 3."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """What is wrong with a row that cannot be read, and what would be right: a sentence whose subject is the row.

    ``cells`` are there where only their number is wrong.
    """

    remedy: str
    cells: tuple[str, ...] = ()


OTHER_WIDTH = Unfit("has another number of cells than the header; look for a stray separator or quotation mark")
OPEN_MARK = Unfit(
    "has a cell that begins with a quotation mark and does not end with one; close or double the quotation mark"
)


def table_rows(
    lines: Iterable[str], separator: str, width: int | None = None
) -> Iterator[tuple[int, list[str] | Unfit]]:
    """Yield the number from 1 of the line on which a row begins, and the row's cells; empty lines are passed over.

    ``width`` is how many cells a row has, those behind them being empty; that of the first row where None.

    >>> for line, told in table_rows(["id;text\\n", '1;"two\\n', 'lines"\\n', '2;"open\\n', "3;fine\\n"], ";"):
    ...     print(line, told if isinstance(told, list) else told.remedy[:34])
    1 ['id', 'text']
    2 ['1', 'two\\nlines']
    4 has a cell that begins with a quot
    5 ['3', 'fine']
    """
    source = _Lines(lines)
    by_the_rules = csv.reader(source, delimiter=separator, strict=True)
    line = 1
    while True:
        told: list[str] | Unfit | None
        try:
            told = next(by_the_rules)
        except StopIteration:
            return
        except csv.Error:
            told = None
        count = len(source.taken)
        if width is None:
            told, count = (told, count) if told is not None else (_first_row(source.taken[0], separator), 1)
            width = len(told) or None if isinstance(told, list) else None
        elif told is None or count > 1 or (told and not _fits(told, width)):
            told, count = _CloseLook(source, separator, width).told(told)
        source.go_on_after(count)
        if told:
            yield line, told
        line += count


def _first_row(line: str, separator: str) -> list[str] | Unfit:
    """Return the cells of a header that breaks the rules."""
    return next(csv.reader([line], delimiter=separator)) if _closes_its_marks(line, separator) else OPEN_MARK


class _Lines(Iterator[str]):
    """Lines that can be gone back to; ``taken`` are those since a row began."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def take(self, count: int) -> None:
        """Make the first ``count`` lines of the row those that were taken."""
        while len(self.taken) < count:
            next(self)

    def go_on_after(self, count: int) -> None:
        """Begin the next row behind the first ``count`` lines of this one."""
        self.take(count)
        self._again.extend(reversed(self.taken[count:]))
        self.taken.clear()


class _CloseLook:
    """A second look at a row that has several lines, breaks the rules or does not fit."""

    def __init__(self, source: _Lines, separator: str, width: int) -> None:
        self._source, self._separator, self._width = source, separator, width
        self._lines = list(source.taken)

    def told(self, cells: list[str] | None) -> tuple[list[str] | Unfit, int]:
        """Return what the row tells, and how many lines are its own; ``cells`` are those by the rules, None if it breaks them."""
        count = len(self._lines)
        if cells is not None and _fits(cells, self._width):
            own = self._lines_before_other_rows(cells)
            return (cells, count) if own is None else (OPEN_MARK, own)
        if cells is None:
            loose, lines = self._read(strict=False)
            if loose and self._is_one_row(loose) and _closes_its_marks("".join(lines), self._separator):
                return loose, len(lines)
        unfit = replace(OTHER_WIDTH, cells=tuple(cells)) if cells is not None and count == 1 else OPEN_MARK
        return unfit, next(self._without_a_mark(), 1)

    def _without_a_mark(self) -> Iterator[int]:
        """Yield how many lines the row has where one of the marks that open its cells is left out, and another row follows."""
        opening = re.compile(rf'(?:^|{self._separator})"')
        marks = ((number, mark.end() - 1) for number, line in enumerate(self._lines) for mark in opening.finditer(line))
        for mark in islice(marks, 2 * self._width):
            cells, lines = self._read(without=mark)
            if cells and self._is_one_row(cells) and self._is_followed(len(lines)):
                yield len(lines)

    def _is_followed(self, count: int) -> bool:
        """Return whether another row begins behind the first ``count`` lines, or nothing follows."""
        cells, lines = self._read(after=count)
        return not lines or (cells is not None and _fits(cells, self._width))

    def _is_one_row(self, cells: Sequence[str]) -> bool:
        return _fits(cells, self._width) and self._lines_before_other_rows(cells) is None

    def _lines_before_other_rows(self, cells: Sequence[str]) -> int | None:
        """Return how many lines are the row's own where one of its cells holds the rows behind it; None where none does."""
        lines = 1
        for place, cell in enumerate(cells):
            if "\n" in cell or "\r" in cell:
                begins, *more = LINE_BREAK.split(cell)
                row = [*cells[:place], *begins.split(self._separator)]
                held = chain(more[:-1], [self._separator.join([more[-1], *cells[place + 1 :]])])
                if _fits(row, self._width) and self._are_rows_like(row, held):
                    return lines
                lines += len(more)
        return None

    def _are_rows_like(self, row: Sequence[str], held: Iterable[str]) -> bool:
        """Return whether the lines that a cell holds are rows: as wide as ``row``, with numbers where it has numbers."""
        numbers = [place for place, cell in enumerate(row[: self._width]) if A_NUMBER.fullmatch(cell)]
        weight = 0
        for cells in (line.split(self._separator) for line in held if line):
            if not _fits(cells, self._width):
                return False
            told = [bool(A_NUMBER.fullmatch(cells[place])) for place in numbers if cells[place]]
            if numbers and sum(told) * 2 <= len(told):
                return False
            weight += self._width - 1 + A_NUMBER_WEIGHS * sum(told)
            if weight >= SURE:
                return self._width > 1
        return False

    def _read(
        self, *, after: int = 0, strict: bool = True, without: tuple[int, int] | None = None
    ) -> tuple[list[str] | None, list[str]]:
        """Return the row that begins ``after`` lines, None where it cannot be read, and its lines.

        ``without`` is the place, line and letter, of a mark that is left out.
        """
        source = self._source
        source.go_on_after(0)
        source.take(after)
        lines = (_left_out(line, number, without) for number, line in enumerate(source)) if without else source
        try:
            cells = next(csv.reader(lines, delimiter=self._separator, strict=strict), [])
        except csv.Error:
            cells = None
        taken = source.taken[after:]
        source.go_on_after(0)
        return cells, taken


def _left_out(line: str, number: int, without: tuple[int, int]) -> str:
    return line[: without[1]] + line[without[1] + 1 :] if number == without[0] else line


def _fits(cells: Sequence[str], width: int) -> bool:
    return len(cells) >= width and not any(cells[width:])


def _closes_its_marks(text: str, separator: str) -> bool:
    """Return whether no cell of a row that breaks the rules runs over a separator or a line break into the next mark.

    >>> _closes_its_marks('7;"ООО "Окна"";"a;b"', ";"), _closes_its_marks('7;"ООО Окна;"a";x', ";")
    (True, False)
    """
    runs_over = re.compile(rf"[{separator}\r\n]")
    cells = _cells_of(separator).finditer(text)
    return not any(cell["behind"] != "" and runs_over.search(cell["inside"]) for cell in cells if cell["inside"])


@cache
def _cells_of(separator: str) -> re.Pattern[str]:
    """Return what finds the cells of a row; ``behind`` is what follows on a closing mark, None where nothing closes."""
    plain = rf"[^{separator}\r\n]*+"
    return re.compile(
        rf'(?:"(?P<inside>[^"]*+(?:""[^"]*+)*+)(?:"(?P<behind>{plain}))?|{plain})(?:{separator}|\r\n|\r|\n|$)'
    )
