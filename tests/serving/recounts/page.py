"""A page as a person reads it: its tables by the part that they stand in, and the numbers that are written there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = frozenset({"h1", "h2", "h3", "summary"})
VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "path", "rect", "circle", "line"})
NUMBER = {
    "ru": re.compile(r"\d{1,3}(?:\u00a0\d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    "en": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
}


WITHOUT_A_MARK = {"Без источника": "unknown", "No source": "unknown"}
"""How a page calls the channel of leads that no mark names, and its name in the data."""


@dataclass
class Table:
    """Rows of cells, the header apart; ``part`` is the id of what it stands in, ``title`` the heading before it."""

    part: str
    title: str
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page's tables, and the text of each part that has an id; the channel without a mark is called as the data calls it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self._heading = ""
        self._cell: list[str] | None = None
        self._row: list[str] = []
        self.feed(html)

    def text(self, part: str) -> str:
        """Return the text of a part, pieces with a space between; "" where there is none."""
        return _joined(self.texts.get(part, []))

    def of(self, part: str) -> list[Table]:
        """Return the tables inside a part."""
        return [one for one in self.tables if one.part == part]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        self._open.append((tag, dict(attrs).get("id")))
        if tag == "table":
            ids = [one for name, one in self._open if one and name in ("section", "div", "details")]
            self.tables.append(Table(ids[-1] if ids else "", self._heading))
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._cell = []
        elif tag in HEADINGS:
            self._heading = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in ("td", "th") and self._cell is not None:
            self._row.append(_joined(self._cell))
            self._cell = None
        elif tag == "tr" and self.tables:
            table = self.tables[-1]
            if table.header or any(name == "tbody" for name, _ in self._open):
                table.rows.append(self._row)
            else:
                table.header = self._row

    def handle_data(self, data: str) -> None:
        if not data.strip() or any(name in ("script", "style", "option") for name, _ in self._open):
            return
        for words, channel in WITHOUT_A_MARK.items():
            data = data.replace(words, channel)
        for _, one in self._open:
            if one:
                self.texts.setdefault(one, []).append(data)
        if self._cell is not None:
            self._cell.append(data)
        if any(name in HEADINGS for name, _ in self._open[-2:]):
            self._heading = f"{self._heading} {data}".strip()


def _joined(pieces: list[str]) -> str:
    return re.sub(r"[ \t\n]+", " ", " ".join(pieces)).strip()


def is_written(text: str, language: str, *values: float | None) -> None:
    """Check that the numbers in a text are these and no others, each rounded to the digits that are written.

    A share is written in per cent; None is a number that something else checks.
    """
    found = [(one[0], text[one.end() : one.end() + 2]) for one in NUMBER[language].finditer(text)]
    assert len(found) == len(values), f"{text!r} does not hold {values}"
    for (digits, behind), value in zip(found, values, strict=True):
        if value is None:
            continue
        plain = digits.replace("\u00a0", "").replace(",", ".") if language == "ru" else digits.replace(",", "")
        share = 0.01 if behind == "\u00a0%" else 1.0
        half = 0.5 * 10.0 ** -len(plain.partition(".")[2]) * share
        assert abs(float(plain) * share - abs(value)) <= half + 1e-9 * max(abs(value), 1.0), (
            f"{text!r}: {digits} is not {value}"
        )
