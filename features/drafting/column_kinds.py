"""What kind of answers a column holds: choice, number, yes/no, text, date, list; or nothing that a field could use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from features.facts.cells import NO, YES
from features.facts.channels import tidied
from features.facts.company import FieldKind
from features.facts.date_cells import DATE, guess_date_order
from features.facts.told_currency import ANY_CODE, ANY_SIGN

ColumnKind = FieldKind | Literal["empty", "constant", "identifier"]
MONEY = rf"{ANY_SIGN}|{ANY_CODE}"
ROUBLES = r"руб(?:\.|лей|ля|ль)?|р\.|₽"
UNIT = rf"%|{MONEY}|(?:тыс|млн|млрд)\.?(?:\s?(?:{ROUBLES}))?|{ROUBLES}|кв\.?\s?м\.?|[мm][23]|[a-zа-я²³]{{1,4}}\.?"
NUMBER = re.compile(rf"^[-+]?(?:{MONEY})?\s?\d[\d\s\u00a0\u202f'’]*(?:[.,]\d+)*\s?(?:{UNIT})?$", re.I)
CODE = re.compile(r"^0\d+$")
LOOKED_AT = 4_000
"""Cells, evenly spaced, by which a kind is recognised."""
MOSTLY = 0.97
FEW_LEVELS = 60
SHORT = 60


def kind_of(cells: Sequence[str]) -> ColumnKind:
    """Return the kind of a column by its filled cells.

    >>> kind_of(["12,5", "7", "1 200"]), kind_of(["да", "нет", "Да"]), kind_of(["01.02.2026", "15.03.2026"])
    ('number', 'yes_no', 'date')
    >>> kind_of(["Москва", "Химки", " москва "]), kind_of(["Select"] * 9), kind_of([])
    ('choice', 'constant', 'empty')
    """
    if not cells:
        return "empty"
    levels = {tidied(cell) for cell in cells}
    if len(levels) == 1:
        return "constant"
    if levels <= YES | NO:
        return "yes_no"
    looked = cells[:: max(len(cells) // LOOKED_AT, 1)]
    if is_dates(looked):
        return "date"
    if _share(looked, is_number) >= MOSTLY:
        return "identifier" if _counts_rows(cells, levels) else "number"
    return _of_words(cells, levels)


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, perhaps with a short unit; a code with a leading nought is none.

    >>> [is_number(cell) for cell in ("1 200,50", "90 тыс. руб.", "350 000 рублей", "220 кв. м", "02.Medium", "1-3", "007")]
    [True, True, True, True, False, False, False]
    """
    return bool(NUMBER.match(cell)) and not CODE.match(cell)


def is_dates(cells: Sequence[str]) -> bool:
    """Return whether nearly all cells are dates that could be."""
    return bool(cells) and _share(cells, is_date) >= MOSTLY


def is_date(cell: str) -> bool:
    """Return whether a cell is a date in any order."""
    found = DATE.match(cell)
    if not found:
        return False
    return found["rest"][:1].isdigit() or guess_date_order([cell]) is not None or _fits_two(found)


def is_stamp(cells: Sequence[str]) -> bool:
    """Return whether nearly all cells are moments as computers count them, in seconds or milliseconds since 1970.

    >>> is_stamp(["1767225600", "1767229200"]), is_stamp(["89123456789"])
    (True, False)
    """
    return (
        bool(cells)
        and _share(cells, lambda cell: cell.isdigit() and cell[:1] == "1" and len(cell) in (10, 13)) >= MOSTLY
    )


def _fits_two(found: re.Match[str]) -> bool:
    first, second, third = int(found[1]), int(found[2]), found[3]
    return 1 <= first <= 12 and 1 <= second <= 12 and len(third) in (2, 4)


def _counts_rows(cells: Sequence[str], levels: set[str]) -> bool:
    """Return whether whole numbers name rows rather than measure: no number stands twice."""
    return len(cells) >= 50 and len(levels) == len(cells) and all(cell.lstrip("-").isdigit() for cell in cells)


def _of_words(cells: Sequence[str], levels: set[str]) -> ColumnKind:
    long = sum(map(len, levels)) / len(levels) > SHORT / 2 and any(" " in level for level in levels)
    if _is_list(levels):
        return "list"
    if len(levels) > FEW_LEVELS and len(levels) > 0.9 * len(cells):
        return "text" if long or _spaces(levels) > 0.5 else "identifier"
    if len(levels) <= FEW_LEVELS or len(levels) <= 0.6 * len(cells):
        return "text" if long and len(levels) > FEW_LEVELS else "choice"
    return "text" if _spaces(levels) > 0.5 else "choice"


def _spaces(levels: set[str]) -> float:
    return sum(" " in level for level in levels) / len(levels)


def _is_list(levels: set[str]) -> bool:
    """Return whether cells are picked from few short items, several at a time."""
    several = [level for level in levels if "," in level or ";" in level]
    if len(several) < max(3, 0.2 * len(levels)):
        return False
    items = {item.strip() for level in levels for item in re.split("[,;]", level) if item.strip()}
    return len(items) <= 50 and len(items) < len(levels) and all(len(item) <= 40 for item in items)


def _share(cells: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells)


def is_two_ways(cells: Sequence[str]) -> bool:
    """Return whether dates fit day-first and month-first alike.

    >>> is_two_ways(["03/04/2026", "05/06/2026"]), is_two_ways(["03/04/2026", "25/06/2026"])
    (True, False)
    """
    return is_dates(cells) and guess_date_order(cells) is None
