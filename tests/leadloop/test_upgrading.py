"""Upgrades without downtime: from every version before, with data in; while the version before goes on writing; and ahead of it.

The law of a step: it adds. Tables and columns of the version before stay, what is new in them may be empty or has a default, so
that the version before reads and writes beside the new one until it is stopped. The tests go through every step there is, so a
new one is held to it without a line here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Engine,
    LargeBinary,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    select,
    text,
)  # fmt: skip
from sqlalchemy.types import TypeEngine

from features.facts.codec import encoded, microseconds
from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for, writing
from features.facts.keyring import give_keyring, keyring_in
from features.facts.store import FactStore
from features.facts.values import Call, Fact, LeadId
from leadloop.database import MIGRATIONS, bring_up_to_date, newest_revision, revision_of
from tests.leadloop.command_line import Small
from tests.support.facts import NOON, call, lead

SAID = "Просил перезвонить"
SEALED = {("contacts", "name"), ("contacts", "phone"), ("contacts", "email"), ("facts", "payload")}
"""What step 0010 takes out of plain sight; the tests read it as the product does."""


def steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [one.revision for one in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


EARLIER = steps()[:-1]


@pytest.fixture(params=["sqlite", "postgres"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give a database of each kind in which nothing is, not even tables."""
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        emptying = create_engine(url, poolclass=NullPool)
        with emptying.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine = engine_for(url)
    give_keyring(engine, keyring_in(tmp_path))
    yield engine
    engine.dispose()


def brought_to(engine: Engine, revision: str) -> MetaData:
    """Bring a database to the shape of an earlier version; return that shape."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return shape_of(engine)


def shape_of(engine: Engine) -> MetaData:
    shape = MetaData()
    shape.reflect(engine)
    shape.remove(shape.tables["alembic_version"])
    return shape


def rows_of(table: Table, n: int) -> list[dict[str, Any]]:
    """Return what a program that knows this shape would write: a row, of facts a lead and its call."""
    row = _row(table, n)
    if table.name != "facts":
        return [row]
    known, lead_id = microseconds(NOON), f"lead {n}"
    facts: tuple[Fact, ...] = (lead(lead_id), replace(call(lead_id, NOON), comment=SAID))
    kinds = zip(("lead", "call"), facts, (2 * n, 2 * n + 1), strict=True)
    shared = {"lead_id": lead_id, "at_us": known, "known_us": known, "import_id": None}
    return [
        {
            **row,
            **shared,
            "kind": kind,
            "number": number,
            "key": _value("key", LargeBinary(), number),
            "payload": encoded(fact),
        }
        for kind, fact, number in kinds
    ]


def _row(table: Table, n: int) -> dict[str, Any]:
    row = {one.name: _value(one.name, one.type, n) for one in table.columns}
    if table.name == "contacts":
        row |= {"lead_id": f"lead {n}", "name": f"Анна {n}", "phone": f"+7912345678{n}", "email": f"a{n}@firma.ru"}
        row |= dict.fromkeys(row.keys() & {"key_id", "sealed"})
    return row


def _value(name: str, kind: TypeEngine[Any], n: int) -> Any:
    if isinstance(kind, LargeBinary):
        return f"{name} {n}".encode().ljust(16, b".")[:16]
    if isinstance(kind, String):
        return f"{name} {n}"[: kind.length or 100]
    return n if kind.python_type is not float else n + 0.5


def put(engine: Engine, shape: MetaData, numbers: range) -> None:
    with writing(engine) as connection:
        for table in shape.sorted_tables:
            connection.execute(insert(table), [row for n in numbers for row in rows_of(table, n)])


def require_all_there(engine: Engine, shape: MetaData, numbers: range) -> None:
    """Fail where a row, or a value of it, is not what a program of that shape wrote."""
    with engine.connect() as connection:
        for table in shape.sorted_tables:
            found = connection.execute(select(*table.columns)).mappings().all()
            for wrote in (row for n in numbers for row in rows_of(table, n)):
                plain = {name: one for name, one in wrote.items() if (table.name, name) not in SEALED}
                assert any(plain.items() <= {**one}.items() for one in found), table.name
    book, store = ContactBook(engine, b"secret"), FactStore(engine)
    said = {str(one.lead_id): one for one in store.histories()}
    for n in numbers:
        assert book.contact(LeadId(f"lead {n}")) == Contact(f"Анна {n}", f"+7912345678{n}", f"a{n}@firma.ru")
        _, fact = said[f"lead {n}"].facts
        assert isinstance(fact, Call)
        assert fact.comment == SAID


@pytest.mark.parametrize("revision", EARLIER)
def test_from_each_version_before_everything_is_still_there_and_its_programs_go_on_reading_and_writing(
    bare: Engine, revision: str
) -> None:
    before = brought_to(bare, revision)
    put(bare, before, range(1, 3))
    bring_up_to_date(bare)
    assert revision_of(bare) == newest_revision()
    require_all_there(bare, before, range(1, 3))
    require_only_added(bare, before)
    put(bare, before, range(3, 5))
    require_all_there(bare, before, range(1, 5))


def require_only_added(engine: Engine, before: MetaData) -> None:
    """Fail where a table or column is gone, or a new column has to be filled by whoever does not know it."""
    now = inspect(engine)
    for table in before.sorted_tables:
        columns = {one["name"]: one for one in now.get_columns(table.name)}
        assert set(table.columns.keys()) <= columns.keys(), table.name
        key = now.get_pk_constraint(table.name)["constrained_columns"]
        numbered = set(key) if len(key) == 1 else set()
        added = columns.keys() - set(table.columns.keys()) - numbered
        unfilled = [name for name in added if not columns[name]["nullable"] and columns[name]["default"] is None]
        assert unfilled == [], table.name


@pytest.mark.parametrize("revision", [EARLIER[-1], "0009"])
def test_a_program_of_the_version_before_goes_on_writing_while_the_step_is_taken(bare: Engine, revision: str) -> None:
    before = brought_to(bare, revision)
    some = {name: before.tables[name] for name in ("facts", "contacts")}
    done: list[int] = []
    has_begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        for n in range(1, 1_000_000):  # until it is stopped
            with writing(bare) as connection:
                for table in some.values():
                    connection.execute(insert(table), rows_of(table, n))
            done.append(n)
            if n == 20:
                has_begun.set()
            if stop.is_set():
                return

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert has_begun.wait(60)
    bring_up_to_date(bare)
    at_the_end = len(done)
    while len(done) < at_the_end + 5 and writer.is_alive():
        stop.wait(0.01)
    stop.set()
    writer.join(60)
    assert len(done) >= at_the_end + 5
    with bare.connect() as connection:
        counts = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in some.values()]
    assert counts == [2 * len(done), len(done)]


def test_two_that_bring_a_database_up_to_date_at_once_do_not_meet(bare: Engine) -> None:
    went_wrong: list[BaseException] = []

    def bring() -> None:
        try:
            bring_up_to_date(bare)
        except BaseException as error:  # noqa: BLE001 - told below
            went_wrong.append(error)

    both = [threading.Thread(target=bring) for _ in range(3)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert went_wrong == []
    assert revision_of(bare) == newest_revision()


def test_a_database_of_a_later_version_is_left_as_it_is(imported: Small) -> None:
    engine = engine_for(f"sqlite:///{imported.home / 'leadloop.db'}")
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert "of a later version" in imported.done("migrate")
    assert "1" in imported.done("imports")


def test_migrate_says_where_the_database_stands(company: Small) -> None:
    assert f"at revision {newest_revision()}, the newest" in company.done("migrate")
