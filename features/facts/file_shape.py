"""How a file is written: encoding, separator, order of dates, decimal sign; recognised where nobody said.

What cannot be recognised is not guessed: a file full of dates such as 03/04/2026 is refused with the remedy (``date_cells.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from features.errors import FactRefused, ImportRefused
from features.facts.channels import tidied
from features.facts.date_cells import DateOrder, guess_date_order
from features.facts.export_columns import Export
from features.facts.file_letters import damage_in, encoding_of, opened
from features.facts.table_rows import Unfit, table_rows
from features.facts.told_currency import ANY_CODE, ANY_SIGN

Separator = Literal[",", ";", "\t"]
Decimal = Literal[".", ","]
SEPARATORS: tuple[Separator, ...] = (",", ";", "\t")
SAMPLE_ROWS = 2_000
ROWS_OF_SEPARATORS = 50
"""Rows from which the separator is recognised."""
ALWAYS_EMPTY = frozenset(
    {"", "-", "—", "n/a", "na", "nan", "null", "none", "#n/a", "не выбрано", "не указано", "не задано"}
)
MULTIPLES = {"тыс": 1e3, "k": 1e3, "к": 1e3, "млн": 1e6, "m": 1e6, "mn": 1e6, "млрд": 1e9, "bn": 1e9}
MULTIPLE = re.compile(r"(?<=[\d\s])(тыс|k|млн|млрд)(?!\w)\.?")
MULTIPLE_OF_MONEY = re.compile(r"(?<=[\d\s])(m|mn|bn)(?!\w)|^[-+]?[\d\s.,\u00a0\u202f'’]*\d\s?(к)(?!\w)(?!\.)")
"""Of money alone: "12 m" may be metres and "3к" rooms. A "к" behind a sum of roubles, or with a point, is kopecks."""
KOPECKS = re.compile(
    r"([-+]?\d(?:[\s.,\u00a0\u202f'’]{0,2}\d)*)[\s\u00a0\u202f]*(?:руб[а-я]*|р|rub|грн|₽|₴)\.?[\s\u00a0\u202f]*"
    r"(?:(\d{2})|(\d{1,2})[\s\u00a0\u202f]*(?:к|коп[а-я]*)\.?)"
)
"""Roubles and, behind their word, kopecks: "5 руб. 50 к", "12 000 р. 05 коп."."""
MONEY = re.compile(rf"(?<![a-z])[a-z]{{1,2}}(?=\$)|{ANY_SIGN}|{ANY_CODE.lower()}")
"""A currency in a cell that was made small: its sign, perhaps with the country before it (US$), or its code."""
LEFT_OF_A_NUMBER = re.compile(
    r"[\s\u00a0\u202f'’]|руб\.?|р\.|%|кв\.?\s?м\.?$|[мm][23]\.?$|[A-Za-zÀ-ÖØ-öø-žА-Яа-яЁё]+[²³]?\.?$"
)
PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
"""How most numbers are written, whatever the decimal sign of the others."""


@dataclass(frozen=True, slots=True)
class FileShape:
    """How one file is written."""

    encoding: str
    separator: Separator
    date_order: DateOrder | None
    decimal: Decimal


def shape_of(path: Path, export: Export | None = None) -> FileShape:
    """Return how ``path`` is written; what ``export`` says wins over what is recognised.

    ``date_order`` stays None where the sample's dates fit more than one order.

    Raises
    ------
    ImportRefused
        For a file that is empty, or no text table at all.
    """
    said = export or Export()
    encoding = encoding_of(path, said.encoding)
    separator = said.separator or _separator(path, encoding)
    rows = _first_rows(path, encoding, separator, SAMPLE_ROWS)
    cells = [cell for row in rows[1:] if not isinstance(row, Unfit) for cell in row]
    return FileShape(encoding, separator, said.date_order or guess_date_order(cells), said.decimal or decimal_of(cells))


def header_of(path: Path, shape: FileShape) -> list[str]:
    """Return the column names, spaces at their edges taken off; ``ImportRefused`` where they cannot be read."""
    for header in _first_rows(path, shape.encoding, shape.separator, 1):
        names = header if isinstance(header, Unfit) else damage_in(header, shape.encoding) or header
        if isinstance(names, Unfit):
            raise ImportRefused(
                f"The first row of {path.name}, in which the names of the columns stand, {names.remedy}."
            )
        return [name.strip() for name in names]
    return []


def rows_of(path: Path, shape: FileShape, *, after: int = 0) -> Iterator[tuple[int, int, dict[str, str] | Unfit]]:
    """Yield (row number from 1, line number in the file, column -> cell), or what is wrong with a row that is unfit.

    The first ``after`` rows are read over.
    """
    header = header_of(path, shape)
    with opened(path, shape.encoding) as file:
        rows = islice(table_rows(file, shape.separator), 1, None)
        for number, (line, cells) in enumerate(rows, start=1):
            if number > after:
                yield number, line, row_of(header, cells, shape.encoding)


def row_of(header: Sequence[str], cells: list[str] | Unfit, encoding: str) -> dict[str, str] | Unfit:
    """Return a row's cells by their columns, or what is wrong with it."""
    if isinstance(cells, Unfit):
        return cells
    return damage_in(cells, encoding) or dict(zip(header, cells, strict=False))


def _first_rows(path: Path, encoding: str, separator: str, most: int) -> list[list[str] | Unfit]:
    with opened(path, encoding) as file:
        return [cells for _, cells in islice(table_rows(file, separator), most)]


def is_placeholder(text: str, placeholders: Iterable[str]) -> bool:
    """Return whether a cell says that nothing was given.

    >>> is_placeholder(" Select ", ["Select"]), is_placeholder("", []), is_placeholder("Москва", ["Select"])
    (True, True, False)
    """
    word = tidied(text)
    return word in ALWAYS_EMPTY or any(word == tidied(other) for other in placeholders)


def parse_number(text: str, decimal: Decimal = ".", *, is_money: bool = False) -> float:
    """Return a number as people write it; ``is_money`` where it is known to be money, whether or not a currency stands by.

    >>> parse_number("1 234,50", ","), parse_number("$1,234.50"), parse_number("12 %"), parse_number("90 тыс. руб.")
    (1234.5, 1234.5, 12.0, 90000.0)
    >>> parse_number("EUR 4,800"), parse_number("£4.8k"), parse_number("€1.2m"), parse_number("12 m")
    (4800.0, 4800.0, 1200000.0, 12.0)
    >>> parse_number("5к", is_money=True), parse_number("5 к ₽"), parse_number("5к руб."), parse_number("3к")
    (5000.0, 5000.0, 5000.0, 3.0)
    >>> parse_number("5 руб. 50 к"), parse_number("12 000 р. 5 коп.")
    (5.5, 12000.05)
    >>> parse_number("220 м2"), parse_number("220 кв. м"), parse_number("5 чел."), parse_number("350 000 рублей")
    (220.0, 220.0, 5.0, 350000.0)

    Raises
    ------
    FactRefused
        Where the text is no number.
    """
    folded = text.strip().casefold()
    if PLAIN.fullmatch(folded):
        return float(folded)
    kopecks = KOPECKS.fullmatch(folded)
    if kopecks:
        whole, more = parse_number(kopecks[1], decimal), int(kopecks[2] or kopecks[3])
        if whole != int(whole):
            raise FactRefused("number", "write it as 1234.50 or 1 234,50")
        return round(whole + (-more if folded.startswith("-") else more) / 100, 2)
    word = MONEY.sub("", folded)
    of_money = MULTIPLE_OF_MONEY.search(word) if is_money or word != folded or "руб" in word else None
    multiple = MULTIPLE.search(word) or of_money
    sort = multiple[multiple.lastindex or 0] if multiple else ""
    if multiple:
        start, end = multiple.span(multiple.lastindex or 0)
        word = word[:start] + word[end:].removeprefix(".")
    bare = LEFT_OF_A_NUMBER.sub("", word)
    bare = bare.replace(".", "").replace(",", ".") if _is_comma_decimal(bare, decimal) else bare.replace(",", "")
    try:
        number = float(bare) * MULTIPLES.get(sort, 1.0)
    except ValueError:
        raise FactRefused("number", "write it as 1234.50 or 1 234,50") from None
    if number in (float("inf"), float("-inf")) or number != number:
        raise FactRefused("number", "write it as 1234.50 or 1 234,50")
    return number


def _is_comma_decimal(bare: str, decimal: Decimal) -> bool:
    if "," in bare and "." in bare:
        return bare.rindex(",") > bare.rindex(".")
    return "," in bare and (decimal == "," or not re.fullmatch(r"-?\d{1,3}(,\d{3})+", bare))


def _separator(path: Path, encoding: str) -> Separator:
    """Return the separator of which the most stand in a row as they do in the header, on average of the first rows."""

    def fitness(separator: str) -> float:
        rows = _first_rows(path, encoding, separator, ROWS_OF_SEPARATORS)
        fitting = [row for row in rows if not isinstance(row, Unfit)]
        return (len(fitting[0]) - 1) * len(fitting) / len(rows) if fitting else 0.0

    return max(SEPARATORS, key=fitness)


def decimal_of(cells: Sequence[str]) -> Decimal:
    """Return the decimal sign that most numbers among the cells have."""
    commas = sum(bool(re.fullmatch(r"-?[\d\s\u00a0]+,\d{1,2}|-?\d+,\d+", cell.strip())) for cell in cells)
    dots = sum(bool(re.fullmatch(r"-?[\d\s\u00a0]+\.\d+", cell.strip())) for cell in cells)
    return "," if commas > dots else "."
