"""What a command reads has to be there: a mistyped --home is told, and does not become a new and empty data folder.

Where the database is PostgreSQL, or a file elsewhere, the folder still holds models, reports and keys. So a command that needs
those asks for the folder, and one that needs the database alone (keys, people, imports) asks for that alone: for leadloop's tables
in it, as a mistyped address must not be filled with them either.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import DatabaseEmpty, NoDataFolder

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from features.settings import Settings

logger = logging.getLogger("leadloop.data_folder")


def require_data_folder(settings: Settings) -> None:
    """Raise ``NoDataFolder`` where there is no folder, or none with the database that should lie in it."""
    if not settings.home.is_dir():
        raise NoDataFolder(str(settings.home))
    require_database_file(settings)


def require_database_file(settings: Settings) -> None:
    """Raise where the database is a file and not there: it would be made by being opened."""
    file = _file_of(settings.database_url)
    if file is None or file.exists():
        return
    if keeps_its_database(settings):
        raise NoDataFolder(str(settings.home), is_there=settings.home.is_dir())
    raise DatabaseEmpty(str(file))


@contextmanager
def told_where_made(settings: Settings, *, quietly: bool = False) -> Iterator[None]:
    """Say on stderr where the block made the data folder: a command in a mistyped --home would look like any other success.

    Where the log is JSON it is a warning of the log, as every line there is an object.
    """
    was_there = _is_data_folder(settings)
    try:
        yield
    finally:
        if not was_there and not quietly and _is_data_folder(settings):
            from leadloop.log_lines import JSON

            told = f"A new data folder was made at {settings.home}; --home (or LEADLOOP_HOME) names another."
            if settings.log == JSON:
                logger.warning(told)
            else:
                sys.stderr.write(f"{told}\n")  # which whatever shows itself on the terminal meanwhile lets through


def warn_where_others_may_read(settings: Settings) -> None:
    """Say in the log that whoever has an account on this machine may read the data folder; who made it so may have meant it."""
    if os.name == "posix" and settings.home.is_dir() and settings.home.stat().st_mode & stat.S_IRWXO:
        logger.warning(
            "Everybody on this machine may look into %s, where personal data lies; `chmod o= %s` ends that.",
            settings.home,
            settings.home,
        )


def keeps_its_database(settings: Settings) -> bool:
    """Return whether the database is a file in the data folder, and goes with it."""
    file = _file_of(settings.database_url)
    return file is not None and file.parent == settings.home


def _is_data_folder(settings: Settings) -> bool:
    file = _file_of(settings.database_url)
    return settings.home.is_dir() and (file is None or file.exists() or not keeps_its_database(settings))


def holds_database(settings: Settings) -> bool:
    """Return whether there is a database of leadloop's; looking makes none."""
    from features.facts.database import engine_for
    from leadloop.database import revision_of

    file = _file_of(settings.database_url)
    if file is not None and not file.exists():
        return False
    engine = engine_for(settings.database_url)
    try:
        return revision_of(engine) is not None
    finally:
        engine.dispose()


def require_tables(engine: Engine) -> None:
    """Raise ``DatabaseEmpty`` where a database holds no tables of leadloop's."""
    from leadloop.database import revision_of

    if revision_of(engine) is None:
        raise DatabaseEmpty(engine.url.database if engine.dialect.name == "sqlite" else None)


def _file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for one in memory, or on a server."""
    from sqlalchemy import make_url

    named = make_url(url)
    if named.get_backend_name() != "sqlite" or named.database in (None, "", ":memory:"):
        return None
    return Path(str(named.database))
