"""However many rows go into a table together, each is there once and as it was told."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from features.facts.database import reading, writing
from features.facts.quick_rows import AT_ONCE, SENT_AT_ONCE, add_rows, among, found, given, sent_together
from features.facts.seen_facts import LAST_NUMBER
from features.facts.tables import FACTS, PERSONS, SCORES

COLUMNS = ("person_key", "lead_id", "at_us")
A_KNOWN_KEY = "ON CONFLICT DO NOTHING"


def rows_of(count: int) -> list[tuple[str, str, int]]:
    return [(f"{number:04d}", "7", number) for number in range(count)]


def stored(engine: Engine) -> list[tuple[str, str, int]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(PERSONS).order_by(PERSONS.c.person_key))]


@pytest.mark.parametrize(
    "count", [0, 1, 2, 3, AT_ONCE[0] - 1, AT_ONCE[0], AT_ONCE[0] + 1, sum(AT_ONCE) * 3 + 2, SENT_AT_ONCE + 1]
)
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


ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
ANY_NUMBER = st.integers(-(2**63), 2**63 - 1)
ANY_FLOAT = st.floats(allow_nan=False, allow_infinity=False)
FACT = ("number", "kind", "lead_id", "key", "digest", "at_us", "known_us", "payload")
SCORE = (
    "lead_id", "at_us", "probability", "log_odds", "rules_grade", "refined_grade", "model_version", "number", "rates_number",
    "rates_us", "company_hash", "kind", "row",
)  # fmt: skip


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each run empties the tables
@drawn(
    told=st.lists(st.tuples(ANY_TEXT, st.binary(max_size=16), ANY_NUMBER, ANY_TEXT), max_size=5),
    scores=st.lists(st.tuples(ANY_FLOAT, ANY_FLOAT, st.none() | ANY_TEXT, st.none() | ANY_NUMBER), max_size=5),
)
def test_every_value_comes_back_as_it_was_put(
    engine: Engine,
    told: list[tuple[str, bytes, int, str]],
    scores: list[tuple[float, float, str | None, int | None]],
) -> None:
    with writing(engine) as connection:
        connection.execute(FACTS.delete())
        connection.execute(SCORES.delete())
        facts = [(n, "lead", name, key, key, at, at, word) for n, (name, key, at, word) in enumerate(told, start=1)]
        rows = [
            ("7", 1, p, odds, "A", "B", version, 1, 1, since, "x", "stored", "{}") for p, odds, version, since in scores
        ]
        with sent_together(connection):
            add_rows(connection, FACTS, FACT, facts)
            add_rows(connection, SCORES, SCORE, rows)
    with reading(engine) as connection:
        kept = connection.execute(select(*(FACTS.c[name] for name in FACT)).order_by(FACTS.c.number))
        assert [tuple(row) for row in kept] == facts
        kept = connection.execute(select(*(SCORES.c[name] for name in SCORE)).order_by(SCORES.c.id))
        assert [tuple(row) for row in kept] == rows


def test_several_questions_are_answered_in_their_order(engine: Engine) -> None:
    with writing(engine) as connection:
        add_rows(connection, PERSONS, COLUMNS, rows_of(4))
        mine = select(PERSONS.c.person_key).where(among(engine.dialect.name, PERSONS.c.person_key))
        asked = given(engine.dialect.name, ["0003", "0001", "nobody"])
        last, keys = found(connection, (LAST_NUMBER, {}), (mine.order_by(PERSONS.c.person_key), asked))
    assert (last, keys) == ([(0,)], [("0001",), ("0003",)])


def test_what_is_sent_together_is_kept_whole_or_not_at_all_and_an_error_repeats_no_row(engine: Engine) -> None:
    with writing(engine) as connection:
        add_rows(connection, PERSONS, COLUMNS, rows_of(1))
    with pytest.raises(IntegrityError) as caught:
        put_together(engine, [("0008", "8", 1)], rows_of(1), [("0009", "9", 1)])
    assert stored(engine) == rows_of(1)
    assert "0000" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


def put_together(engine: Engine, *some: list[tuple[str, str, int]]) -> None:
    with writing(engine) as connection, sent_together(connection):
        for rows in some:
            add_rows(connection, PERSONS, COLUMNS, rows)
