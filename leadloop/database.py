"""Brings a database to the shape that this version of leadloop works with."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect

from features.facts.keyring import leave_no_trace

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that the database has not seen; a new database gets all of them.

    Where contacts were kept in plain before, the file is written anew: what was overwritten must not be found in its gaps.
    """
    was_plain = _is_plain(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if was_plain and engine.dialect.name == "sqlite":
        leave_no_trace(engine)
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("VACUUM")
        leave_no_trace(engine)


def _is_plain(engine: Engine) -> bool:
    tables = inspect(engine)
    return tables.has_table("contacts") and "key_id" not in {one["name"] for one in tables.get_columns("contacts")}
