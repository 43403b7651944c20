"""Many rows into a table, and many asked for, by a statement that stays the same however many: it is made and read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Dialect, Table, Text, bindparam, cast, func, select

MARKERS = {"qmark": "?", "format": "%s", "pyformat": "%s"}
AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""So many rows go into the table with one statement, as long as so many are left. A driver lets other threads run between
statements, and waits for its turn after each: row by row a group of leads would wait for a busy service again and again."""


def add_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], *, known: str = ""
) -> None:
    """Insert rows, each the values of ``columns`` in their order.

    ``known="ON CONFLICT DO NOTHING"`` passes over the rows whose key is there already.
    """
    done = 0
    for size in AT_ONCE:
        while len(rows) - done >= size:
            values = tuple(chain.from_iterable(rows[done : done + size]))
            connection.exec_driver_sql(_statement(connection.dialect, table, columns, known, size), values)
            done += size


@cache
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...], known: str, size: int) -> str:
    quote, marker = dialect.identifier_preparer.quote, MARKERS[dialect.paramstyle]
    names = ", ".join(quote(name) for name in columns)
    row = f"({', '.join([marker] * len(columns))})"
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES {', '.join([row] * size)} {known}".strip()


def among(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the texts that are ``given`` with it."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam("among")).table_valued("value").c.value))
    return column == func.any(cast(bindparam("among"), ARRAY(Text)))


def given(dialect: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return what is given with ``among``."""
    return {"among": orjson.dumps(texts).decode() if dialect == "sqlite" else list(texts)}
