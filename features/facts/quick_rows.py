"""Many rows into a table, and many asked for, by a statement that stays the same however many: it is made and read once.

The statements go to the driver itself, and to a server several at a time: for each that went alone we would wait for its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    func,
    select,
)

from features.facts.database import errors_as_told, raw

AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""So many rows go into a table of SQLite with one statement, as long as so many are left. A driver lets other threads run
between statements, and waits for its turn after each: row by row a group of leads would wait for a busy service again and again."""
SENT_AT_ONCE = 1_000
"""So many rows go to PostgreSQL in one statement: as one text of JSON, as each value of its own would have to be adapted."""
Row = tuple[Any, ...]
Ask = tuple[Select[Any], Mapping[str, Any]]


def add_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], *, known: str = ""
) -> None:
    """Insert rows, each the values of ``columns`` in their order.

    ``known="ON CONFLICT DO NOTHING"`` passes over the rows whose key is there already.
    """
    if not rows:
        return
    with errors_as_told(connection):
        cursor = raw(connection).cursor()
        if connection.dialect.name == "sqlite":
            _add_few(cursor, table, columns, rows, known)
        else:
            _send(cursor, table, columns, rows, known)


def carry_out(connection: Connection, change: Update, values: Mapping[str, Any]) -> None:
    """Change rows as a statement says."""
    with errors_as_told(connection):
        _execute(raw(connection).cursor(), connection.dialect, change, values)


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """Let what is added until the block ends go to a server in one go; an error of any of it is raised at the end.

    Meanwhile nothing is read, and nothing is changed but by the functions of this file.
    """
    with errors_as_told(connection), _pipeline(connection):
        yield


def found(connection: Connection, *asked: Ask) -> list[list[Row]]:
    """Return the rows of several queries, asked in one go."""
    with errors_as_told(connection):
        with _pipeline(connection):
            cursors = [_execute(raw(connection).cursor(), connection.dialect, *one) for one in asked]
        return [cursor.fetchall() for cursor in cursors]


def among(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the texts that are ``given`` with it."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam("among")).table_valued("value").c.value))
    return column == func.any(cast(bindparam("among"), ARRAY(Text)))


def given(dialect: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return what is given with ``among``."""
    return {"among": orjson.dumps(texts).decode() if dialect == "sqlite" else list(texts)}


def _add_few(cursor: Any, table: Table, columns: tuple[str, ...], rows: Sequence[Row], known: str) -> None:
    done = 0
    for size in AT_ONCE:
        while len(rows) - done >= size:
            values = tuple(chain.from_iterable(rows[done : done + size]))
            cursor.execute(_values(table, columns, known, size), values)
            done += size


def _send(cursor: Any, table: Table, columns: tuple[str, ...], rows: Sequence[Row], known: str) -> None:
    statement = _recordset(table, columns, known)
    for start in range(0, len(rows), SENT_AT_ONCE):
        some = [dict(zip(columns, row, strict=True)) for row in rows[start : start + SENT_AT_ONCE]]
        cursor.execute(statement, (orjson.dumps(some, default=bytes.hex).decode(),))


@cache
def _values(table: Table, columns: tuple[str, ...], known: str, size: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"{_into(table, columns)} VALUES {', '.join([row] * size)} {known}".strip()


@cache
def _recordset(table: Table, columns: tuple[str, ...], known: str) -> str:
    """Return what inserts the rows that a text of JSON tells; bytes stand in it as digits."""
    kinds = {name: _kind(table.c[name]) for name in columns}
    taken = ", ".join(f"decode(\"{name}\", 'hex')" if kind == "bytea" else f'"{name}"' for name, kind in kinds.items())
    told = ", ".join(f'"{name}" {"text" if kind == "bytea" else kind}' for name, kind in kinds.items())
    return f"{_into(table, columns)} SELECT {taken} FROM json_to_recordset(%s::json) AS told({told}) {known}".strip()


def _into(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table.name}" ({names})'


def _kind(column: Column[Any]) -> str:
    kinds = ((BigInteger | Integer, "bigint"), (Float, "double precision"), (LargeBinary, "bytea"))
    return next((name for kind, name in kinds if isinstance(column.type, kind)), "text")


def _execute(cursor: Any, dialect: Dialect, statement: Select[Any] | Update, values: Mapping[str, Any]) -> Any:
    text, own, places = _as_written(dialect, statement)
    told = {**own, **values}
    cursor.execute(text, told if places is None else [told[name] for name in places])
    return cursor


@cache
def _as_written(
    dialect: Dialect, statement: Select[Any] | Update
) -> tuple[str, dict[str, Any], tuple[str, ...] | None]:
    """Return a statement as text, the values of its own, and which it takes in which order; None: it takes them by name."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), compiled.params, tuple(compiled.positiontup or ()) if compiled.positional else None


def _pipeline(connection: Connection) -> AbstractContextManager[Any]:
    pipeline: AbstractContextManager[Any] = (
        raw(connection).pipeline() if connection.dialect.name == "postgresql" else nullcontext()
    )
    return pipeline
