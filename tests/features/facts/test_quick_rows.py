"""However many rows go into a table together, each is there once and as it was told."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from features.facts.database import reading, writing
from features.facts.quick_rows import AT_ONCE, add_rows
from features.facts.tables import PERSONS

COLUMNS = ("person_key", "lead_id", "at_us")
A_KNOWN_KEY = "ON CONFLICT DO NOTHING"


def rows_of(count: int) -> list[tuple[str, str, int]]:
    return [(f"{number:04d}", "7", number) for number in range(count)]


def stored(engine: Engine) -> list[tuple[str, str, int]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(PERSONS).order_by(PERSONS.c.person_key))]


@pytest.mark.parametrize("count", [0, 1, 2, 3, AT_ONCE[0] - 1, AT_ONCE[0], AT_ONCE[0] + 1, sum(AT_ONCE) * 3 + 2])
def test_any_number_of_rows_is_stored(engine: Engine, count: int) -> None:
    with writing(engine) as connection:
        add_rows(connection, PERSONS, COLUMNS, rows_of(count))
    assert stored(engine) == rows_of(count)


def test_rows_whose_key_is_there_are_passed_over_also_where_they_come_together(engine: Engine) -> None:
    with writing(engine) as connection:
        add_rows(connection, PERSONS, COLUMNS, rows_of(10))
        told_again = [(key, lead_id, at + 1_000) for key, lead_id, at in rows_of(70)]
        add_rows(connection, PERSONS, COLUMNS, [*told_again, *told_again], known=A_KNOWN_KEY)
    assert stored(engine) == [*rows_of(10), *told_again[10:]]


def test_a_group_of_leads_is_stored_in_few_statements(sqlite_engine: Engine) -> None:
    said: list[str] = []
    with writing(sqlite_engine) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(lambda statement: said.append(statement[:11]))
        add_rows(connection, PERSONS, COLUMNS, rows_of(64 + 32))
        raw.set_trace_callback(None)
    assert said.count("INSERT INTO") == 2
