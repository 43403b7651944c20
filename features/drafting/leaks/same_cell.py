"""Whether a cell of one export says the same as a cell of another, however each file writes numbers, dates, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isclose
from zoneinfo import ZoneInfo

from features.drafting.column_kinds import is_date, is_number
from features.errors import FactRefused
from features.facts.cells import NO, YES
from features.facts.channels import tidied
from features.facts.date_cells import DateOrder, guess_date_order, parse_moment
from features.facts.file_shape import Decimal, FileShape, parse_number

NO_ZONE = ZoneInfo("UTC")
SEPARATES_ITEMS = re.compile("[,;]")


@dataclass(frozen=True, slots=True)
class Manner:
    """How the cells of one column are written."""

    decimal: Decimal = "."
    date_order: DateOrder | None = None

    @classmethod
    def of(cls, shape: FileShape, cells: Sequence[str]) -> Manner:
        """Return how a column of a file is written: dates as the whole file has them, else as this column does."""
        return cls(shape.decimal, shape.date_order or guess_date_order(cells))


def says_the_same(one: str, other: str, manner: Manner, other_manner: Manner) -> bool:
    """Return whether two cells say the same; a date without a time is the same as that day at any time.

    >>> comma, point = Manner(",", "dmy"), Manner(".", "ymd")
    >>> says_the_same("1 200,50", "1200.5", comma, point), says_the_same("03.02.2026", "2026-02-03 14:05", comma, point)
    (True, True)
    >>> says_the_same(" Да", "true", comma, point), says_the_same("b; a", "a, b", comma, point)
    (True, True)
    >>> says_the_same("1A", "1B", comma, point), says_the_same("Омск", "Томск", comma, point)
    (False, False)
    """
    words = tidied(one), tidied(other)
    if words[0] == words[1] or any(set(words) <= same for same in (YES, NO)):
        return True
    if is_number(one) and is_number(other):
        return _same_number(one, other, manner, other_manner)
    if is_date(one) and is_date(other):
        return _same_moment(one, other, manner, other_manner)
    return _items(words[0]) == _items(words[1])


def _same_number(one: str, other: str, manner: Manner, other_manner: Manner) -> bool:
    numbers = _number(one, manner), _number(other, other_manner)
    units = {unit for unit in (_unit(one), _unit(other)) if unit}
    return None not in numbers and len(units) <= 1 and isclose(numbers[0] or 0.0, numbers[1] or 0.0, rel_tol=1e-9)


def _same_moment(one: str, other: str, manner: Manner, other_manner: Manner) -> bool:
    first, second = _moment(one, manner), _moment(other, other_manner)
    if first is None or second is None:
        return False
    if not (first[1] and second[1]):
        return first[0].date() == second[0].date()
    # Spreadsheets leave the seconds out, so that a moment is the same to the minute.
    return first[0].replace(second=0, microsecond=0) == second[0].replace(second=0, microsecond=0)


def _number(cell: str, manner: Manner) -> float | None:
    try:
        return parse_number(cell, manner.decimal)
    except FactRefused:
        return None


def _moment(cell: str, manner: Manner) -> tuple[datetime, bool] | None:
    try:
        return parse_moment(cell, manner.date_order, NO_ZONE)
    except FactRefused:
        return None


def _unit(cell: str) -> str:
    return "".join(letter for letter in cell.casefold() if letter.isalpha() or letter in "₽$€%")


def _items(word: str) -> list[str]:
    return sorted(item.strip() for item in SEPARATES_ITEMS.split(word))
