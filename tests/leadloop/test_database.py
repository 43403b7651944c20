"""Migrations: a database of any version before becomes what this version works with, and keeps what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from features.facts.contacts import Contact, ContactBook
from features.facts.database import writing
from features.facts.tables import METADATA
from features.facts.values import LeadId
from leadloop.database import MIGRATIONS, bring_up_to_date
from models.hand_out_log import HandOut, HandOutLog, remember_hand_out
from tests.support.contacts import keep_contact
from tests.support.facts import NOON

ANNA = {"lead_id": "7", "name": "Анна", "phone": "89123456789", "email": "anna@firma.ru"}
KEEP = text("INSERT INTO contacts (lead_id, name, phone, email) VALUES (:lead_id, :name, :phone, :email)")


@contextmanager
def back_at(revision: str, engine: Engine) -> Iterator[Connection]:
    """Bring a database back to the shape that an earlier version made, and give a transaction in which it is so."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        yield connection


def test_a_migrated_database_has_the_very_tables_that_the_code_works_with(engine: Engine) -> None:
    with engine.connect() as connection:
        differences: list[Any] = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_contacts_kept_by_the_first_version_are_there_after_the_second(engine: Engine) -> None:
    with back_at("0001", engine) as connection:
        connection.execute(KEEP, ANNA)
    bring_up_to_date(engine)
    book = ContactBook(engine, b"secret")
    assert book.contact(LeadId("7")) == Contact("Анна", "89123456789", "anna@firma.ru")


def test_the_first_version_gets_the_contact_that_holds(engine: Engine) -> None:
    for import_id, name in enumerate(("Анна", "Аня"), start=1):
        keep_contact(engine, "7", Contact(name, None, None), import_id)
    with back_at("0001", engine) as connection:
        assert connection.execute(text("SELECT name FROM contacts")).scalars().all() == ["Аня"]


def test_how_leads_left_the_queue_goes_with_its_table_and_the_table_comes_back_empty(engine: Engine) -> None:
    with writing(engine) as connection:
        remember_hand_out(connection, HandOut(LeadId("7"), NOON, NOON, 1, 1, 0, "by_worth", 1.0))
    with back_at("0002", engine) as connection:
        assert "hand_outs" not in inspect(connection).get_table_names()
    bring_up_to_date(engine)
    assert list(HandOutLog(engine).every()) == []
