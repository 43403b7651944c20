"""Brings a database to the shape that this version of leadloop works with.

Steps are taken by one process at a time, and while the version before serves: a step only adds (tables, columns that may be empty
or have a default), what is no longer used goes a version later. So a database may be one version ahead of the program, as during
an upgrade, or after going back to the program before: then it is left as it is.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from features.facts.database import APPEND_LOCK
from features.facts.write_ahead_log import leave_no_trace

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
STEPS_LOCK = 7_405_003
"""PostgreSQL's advisory lock under which steps are taken; SQLite lets one write at a time by itself. Who stores facts waits as
well: a step and a writer that touch two tables in two orders would wait for each other."""
logger = logging.getLogger("leadloop.database")


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that the database has not seen; a new database gets all of them.

    Where contacts were kept in plain before, the file is written anew: what was overwritten must not be found in its gaps. A
    database that needs nothing is opened without Alembic, which takes longer to load than all the rest of it.
    """
    if revision_of(engine) == newest_revision():
        return
    was_plain = _is_plain(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            for lock in (STEPS_LOCK, APPEND_LOCK):
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        stands = _stands(connection)
        if stands is not None and stands not in _revisions():
            logger.warning("the database is of a later version than this program; it is left as it is")
            return
        _upgrade(connection)
    if was_plain and engine.dialect.name == "sqlite":
        leave_no_trace(engine)
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("VACUUM")
        leave_no_trace(engine)


def revision_of(engine: Engine) -> str | None:
    """Return the step up to which a database was brought; None for one without tables."""
    with engine.connect() as connection:
        return _stands(connection)


def newest_revision() -> str:
    """Return the last step that this version knows."""
    return max(_revisions())


def _revisions() -> set[str]:
    """Return every step that there is: files are named for them, and they grow."""
    return {path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def _stands(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _is_plain(engine: Engine) -> bool:
    tables = inspect(engine)
    return tables.has_table("contacts") and "key_id" not in {one["name"] for one in tables.get_columns("contacts")}
