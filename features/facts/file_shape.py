"""How a file is written: encoding, separator, order of dates, decimal sign; recognised where nobody said.

What cannot be recognised is not guessed: a file full of dates such as 03/04/2026 is refused with the remedy (``date_cells.py``).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, cast

from features.errors import FactRefused, ImportRefused
from features.facts.channels import tidied
from features.facts.date_cells import DateOrder, guess_date_order
from features.facts.export_columns import Export
from features.facts.told_currency import ANY_CODE, ANY_SIGN

Separator = Literal[",", ";", "\t"]
Decimal = Literal[".", ","]
SAMPLE = 1_000_000
"""Bytes from which encoding and separator are recognised."""
SAMPLE_ROWS = 2_000
BINARY = {
    b"PK\x03\x04": "a spreadsheet (xlsx) or archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (xls)",
    b"%PDF": "a PDF",
}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
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
    sample = _sample(path)
    encoding = _marked_encoding(sample) or said.encoding or _encoding(sample, path)
    text = _decoded(sample, encoding, path)
    separator = said.separator or _separator(text)
    readable = _readable(csv.reader(text.splitlines(), delimiter=separator))
    rows = [row or [] for row in islice(readable, SAMPLE_ROWS)]
    cells = [cell for row in rows[1:] for cell in row]
    return FileShape(encoding, separator, said.date_order or guess_date_order(cells), said.decimal or decimal_of(cells))


def encoding_of(path: Path, export: Export) -> str:
    """Return how the letters of ``path`` are written; ``ImportRefused`` for what is no text table."""
    sample = _sample(path)
    return _marked_encoding(sample) or export.encoding or _encoding(sample, path)


def header_of(path: Path, shape: FileShape) -> list[str]:
    """Return the column names, spaces at their edges taken off."""
    with path.open(encoding=shape.encoding, newline="") as file:
        return [name.strip() for name in next(csv.reader(file, delimiter=shape.separator), [])]


def rows_of(path: Path, shape: FileShape, *, after: int = 0) -> Iterator[tuple[int, int, dict[str, str] | None]]:
    """Yield (row number from 1, line number in the file, column -> cell); None for a row of another width.

    The first ``after`` rows are read over.
    """
    with path.open(encoding=shape.encoding, newline="", errors="replace") as file:
        reader = csv.reader(file, delimiter=shape.separator)
        header = [name.strip() for name in next(reader, [])]
        width, line = len(header), reader.line_num + 1
        number = 0
        for cells in _readable(reader):
            started, line = line, reader.line_num + 1
            if cells == []:
                continue
            number += 1
            if number > after:
                fits = cells is not None and len(cells) >= width and not any(cells[width:])
                yield number, started, dict(zip(header, cells or [], strict=False)) if fits else None


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Yield the rows, None for one that cannot be read: a quotation mark opened and never closed swallows lines."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


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


def _sample(path: Path) -> bytes:
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise ImportRefused(f"{path.name} is empty; export it again.")
    for start, kind in BINARY.items():
        if sample.startswith(start):
            raise ImportRefused(f"{path.name} is {kind}; save it as CSV (UTF-8) and import that.")
    return sample


def _marked_encoding(sample: bytes) -> str | None:
    return next((name for mark, name in MARKS if sample.startswith(mark)), None)


def _encoding(sample: bytes, path: Path) -> str:
    if b"\x00" in sample:
        raise ImportRefused(f"{path.name} is no text file; save it as CSV (UTF-8) and import that.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _decoded(sample: bytes, encoding: str, path: Path) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)(errors="strict").decode(sample)
    except (UnicodeDecodeError, LookupError):
        raise ImportRefused(
            f"{path.name} is not written in {encoding}; mend export.encoding in company.yaml."
        ) from None


def _separator(text: str) -> Separator:
    """Return the separator that cuts the first lines into the most columns, equally many in each."""
    lines = text.splitlines()[:50]

    def fitness(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in _readable(csv.reader(lines, delimiter=separator)) if row]
        width = widths[0] if widths else 1
        same = sum(one == width for one in widths) / max(len(widths), 1)
        return (same if width > 1 else 0.0, width)

    return cast(Separator, max((",", ";", "\t"), key=fitness))


def decimal_of(cells: Sequence[str]) -> Decimal:
    """Return the decimal sign that most numbers among the cells have."""
    commas = sum(bool(re.fullmatch(r"-?[\d\s\u00a0]+,\d{1,2}|-?\d+,\d+", cell.strip())) for cell in cells)
    dots = sum(bool(re.fullmatch(r"-?[\d\s\u00a0]+\.\d+", cell.strip())) for cell in cells)
    return "," if commas > dots else "."
