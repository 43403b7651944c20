"""Many rows into a table at once, straight to the driver: what a request path adds is worth no statement of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

MARKERS = {"qmark": "?", "format": "%s", "pyformat": "%s"}


def add_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], *, known: str = ""
) -> None:
    """Insert rows, each the values of ``columns`` in their order.

    ``known="ON CONFLICT DO NOTHING"`` passes over the rows whose key is there already.
    """
    if rows:
        connection.exec_driver_sql(_statement(connection.dialect, table, columns, known), list(rows))


@cache
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...], known: str) -> str:
    quote, marker = dialect.identifier_preparer.quote, MARKERS[dialect.paramstyle]
    names = ", ".join(quote(name) for name in columns)
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({', '.join([marker] * len(columns))}) {known}".strip()
