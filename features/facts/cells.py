"""One cell of an export becomes a value, or a complaint that names the column and the remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from features.errors import FactRefused
from features.facts.company import Company, FormField
from features.facts.date_cells import parse_moment
from features.facts.file_shape import FileShape, is_placeholder, parse_number
from features.facts.told_currency import currency_told, told_currencies
from features.facts.values import Answer

YES = frozenset({"yes", "да", "true", "1", "y", "д", "+", "t"})
NO = frozenset({"no", "нет", "false", "0", "n", "н", "f"})
LONGEST = 20_000
CLOCK = re.compile(r"^(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)(?:[.,]\d+)?$")
DAYS_END = timedelta(days=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A cell that does not fit: the column and what would be right. The cell itself is never repeated."""

    column: str
    remedy: str


@dataclass(slots=True)
class Cells:
    """A row's cells, read by column; optional cells that do not fit are left out and complained of."""

    company: Company
    shape: FileShape
    row: dict[str, str] = field(repr=False)
    complaints: list[Complaint] = field(default_factory=list)

    def text(self, column: str | None) -> str | None:
        """Return the cell's text, spaces tidied; None where the column is not there or nothing was given."""
        if column is None:
            return None
        cell = self.row.get(column)
        if cell is None or _is_nothing(cell, self.company.export.placeholders):
            return None
        return " ".join(cell.replace("\x00", "").split())[:LONGEST]  # no text of a database holds a zero byte

    def needed(self, column: str) -> str:
        """Return the cell's text; ``FactRefused`` where nothing was given."""
        text = self.text(column)
        if text is None:
            raise FactRefused(column, "is empty; every row needs it")
        return text

    def moment(self, column: str, *, day_ends: bool) -> datetime:
        """Return the cell's moment; a day without a time is its start, or its end where ``day_ends``.

        Raises
        ------
        FactRefused
            Where nothing was given, or it is no date; so for ``number`` where it is no number.
        """
        text = self.needed(column)
        try:
            moment, has_time = parse_moment(text, self.shape.date_order, self.company.zone)
        except FactRefused as error:
            raise FactRefused(column, error.remedy) from None
        if has_time or not day_ends:
            return moment
        return (moment.astimezone(self.company.zone) + DAYS_END).astimezone(UTC)

    def optional_moment(self, column: str | None) -> datetime | None:
        """Return the cell's moment (a day's end), or None where there is none or it does not fit."""
        if column is None or self.text(column) is None:
            return None
        try:
            return self.moment(column, day_ends=True)
        except FactRefused as error:
            self.complaints.append(Complaint(error.field, error.remedy))
            return None

    def number(self, column: str | None, *, is_money: bool = False) -> float | None:
        """Return the cell's number, or None where nothing was given; ``FactRefused`` where it is no number."""
        text = self.text(column)
        if text is None or column is None:
            return None
        try:
            return parse_number(text, self.shape.decimal, is_money=is_money)
        except FactRefused as error:
            raise FactRefused(column, error.remedy) from None

    def optional_number(self, column: str | None) -> float | None:
        """Return the cell's number, or None where there is none or it does not fit."""
        try:
            return self.number(column)
        except FactRefused as error:
            self.complaints.append(Complaint(error.field, error.remedy))
            return None

    def amount(self, column: str | None, currency: str | None = None) -> float | None:
        """Return money in the company's currency, or None where none was given, or it was told in another.

        ``currency`` is the column that names it, if there is one; else the amount itself may. ``FactRefused`` where the
        amount is no number.
        """
        number, own = self.number(column, is_money=True), self.company.currency
        named = (self.text(currency) or "").upper()
        told = currency_told(named if told_currencies(named) else self.text(column), own)
        if number is None or column is None or told == own:
            return number
        remedy = f"is in another currency than company.yaml's {own}; the stage counts without it"
        self.complaints.append(Complaint(column, remedy))
        return None

    def seconds(self, column: str | None) -> float | None:
        """Return a call's length, told as seconds or as a clock shows it (1:35, 00:01:35); None where it does not fit."""
        told = clock_seconds(self.text(column) or "")
        return self.optional_number(column) if told is None else float(told)

    def answer(self, column: str, asked: FormField) -> Answer | None:
        """Return the answer to a field, or None where there is none or it does not fit its kind."""
        text = self.text(column)
        if text is None:
            return None
        try:
            return self._answer(text, asked)
        except FactRefused as error:
            self.complaints.append(Complaint(column, error.remedy))
            return None

    def _answer(self, text: str, asked: FormField) -> Answer:
        if asked.kind == "number":
            return parse_number(text, self.shape.decimal)
        if asked.kind == "yes_no":
            return yes_or_no(text)
        if asked.kind == "date":
            moment, _ = parse_moment(text, self.shape.date_order, self.company.zone)
            return moment.astimezone(self.company.zone).date().isoformat()
        if asked.kind == "list":
            return tuple(item.strip() for item in text.replace(";", ",").split(",") if item.strip())
        return text


def clock_seconds(text: str) -> int | None:
    """Return how many seconds a clock shows; None where it shows none.

    >>> clock_seconds("1:35"), clock_seconds("00:01:35"), clock_seconds("95")
    (95, 95, None)
    """
    found = CLOCK.match(text)
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


def yes_or_no(text: str) -> str:
    """Return "yes" or "no" for a word that means either; ``FactRefused`` for any other.

    >>> yes_or_no("Да"), yes_or_no("0")
    ('yes', 'no')
    """
    word = text.strip().casefold()
    if word in YES:
        return "yes"
    if word in NO:
        return "no"
    raise FactRefused("answer", "is a yes/no question; write yes, no, да or нет")


@lru_cache(maxsize=50_000)
def _is_nothing(cell: str, placeholders: tuple[str, ...]) -> bool:
    return is_placeholder(cell, placeholders)
