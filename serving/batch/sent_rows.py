"""The rows of a batch as they come in, one after another: lines of NDJSON, or the items of one JSON array.

A batch is never held whole: what is kept is the row that is being read, and no row may be longer than a request of its own.
A row that cannot be read is told from the next one by the line's end, or by the comma that follows it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Protocol

from features.errors import FactRefused
from serving.http_errors import LARGEST_BODY

TOO_LONG = b""
"""What stands for a row that is longer than a request may be."""
OUTSIDE = re.compile(rb'["\[\]{},]')
IN_TEXT = re.compile(rb'["\\]')


class RowSplitter(Protocol):
    """Whatever tells the rows apart in the pieces of a body."""

    def rows_of(self, piece: bytes) -> Iterator[bytes]:
        """Yield the rows that end in a piece."""
        ...

    def rest(self) -> Iterator[bytes]:
        """Yield what is left when nothing more comes."""
        ...


class _Begun:
    """The row that has begun to come."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._is_long = False

    def add(self, part: bytes) -> None:
        self._is_long = self._is_long or len(self._read) + len(part) > LARGEST_BODY
        if self._is_long:
            self._read.clear()
        else:
            self._read += part

    def ended(self) -> Iterator[bytes]:
        row, is_long = bytes(self._read).strip(), self._is_long
        self._read.clear()
        self._is_long = False
        if is_long or row:
            yield TOO_LONG if is_long else row


class _Mark:
    """The byte order mark that some programs put before a body; it is no part of the first row."""

    def __init__(self) -> None:
        self.begun = b""
        self._is_over = False

    def skipped_in(self, piece: bytes) -> bytes:
        """Return a piece without the mark, of which it may hold a part."""
        if self._is_over:
            return piece
        begins = self.begun + piece
        self._is_over = len(begins) >= len(BOM_UTF8) or not BOM_UTF8.startswith(begins)
        self.begun = b"" if self._is_over else begins
        return begins.removeprefix(BOM_UTF8) if self._is_over else b""


class Lines:
    r"""NDJSON: a row a line; empty lines are none.

    >>> lines = Lines()
    >>> [*lines.rows_of(b'{"id": "7"}\n\n{"id"'), *lines.rows_of(b': "8"}'), *lines.rest()]
    [b'{"id": "7"}', b'{"id": "8"}']
    """

    def __init__(self) -> None:
        self._begun, self._mark = _Begun(), _Mark()

    def rows_of(self, piece: bytes) -> Iterator[bytes]:
        """Yield the lines that end in a piece."""
        *ended, begun = self._mark.skipped_in(piece).split(b"\n")
        for line in ended:
            self._begun.add(line)
            yield from self._begun.ended()
        self._begun.add(begun)

    def rest(self) -> Iterator[bytes]:
        """Yield the last line, which nothing ends."""
        self._begun.add(self._mark.begun)
        yield from self._begun.ended()


class Items:
    r"""One JSON array: a row an item, which a comma outside of texts, objects and arrays ends.

    >>> items = Items()
    >>> [*items.rows_of(b'[{"id": "7", "x": "\\"],"}, {"id"'), *items.rows_of(b': "8"}, oops]'), *items.rest()]
    [b'{"id": "7", "x": "\\"],"}', b'{"id": "8"}', b'oops']
    """

    def __init__(self) -> None:
        self._begun, self._mark = _Begun(), _Mark()
        self._depth = 0
        self._in_text = self._skips_one = self._has_begun = self._has_ended = False

    def rows_of(self, piece: bytes) -> Iterator[bytes]:
        """Yield the items that end in a piece; ``FactRefused`` where the body is no array."""
        piece = self._mark.skipped_in(piece)
        if not piece:  # a sign that the piece before left to be skipped still is
            return
        self._require_array(piece)
        begin, place = 0, int(self._skips_one)
        self._skips_one = False
        while not self._has_ended and (found := (IN_TEXT if self._in_text else OUTSIDE).search(piece, place)):
            sign, place = found[0], found.end()
            if self._in_text and sign == b"\\":
                place += 1
                self._skips_one = place > len(piece)
            elif sign == b'"':
                self._in_text = not self._in_text
            elif sign in b"[{":
                self._depth += 1
                begin = place if self._depth == 1 else begin
            else:
                self._depth -= sign != b","
                if self._depth <= (sign == b","):
                    self._begun.add(piece[begin : found.start()])
                    yield from self._begun.ended()
                    begin, self._has_ended = place, self._depth <= 0
        self._begun.add(piece[begin:])

    def rest(self) -> Iterator[bytes]:
        """Yield the item that has begun, where the array was cut off in it, or all that came behind the array."""
        self._begun.add(self._mark.begun)
        yield from self._begun.ended()

    def _require_array(self, piece: bytes) -> None:
        begins = b"" if self._has_begun else piece.lstrip()[:1]
        if begins not in (b"", b"["):
            raise FactRefused(
                "batch", "is one JSON array of rows; for rows on lines of their own say application/x-ndjson"
            )
        self._has_begun = self._has_begun or begins == b"["
