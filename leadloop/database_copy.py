"""A database in one file, as of one moment, and back: SQLite by its online backup, PostgreSQL by its own programs.

Whoever writes meanwhile does not wait, and every fact that was acknowledged before the copy began is in it.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from features.errors import BackupRefused
from features.facts.database import engine_for
from features.settings import Settings


def copy_database(engine: Engine, to: Path) -> None:
    """Write a whole database to the file ``to``; ``BackupRefused`` where ``pg_dump`` is missing or fails."""
    if engine.dialect.name == "sqlite":
        copy_sqlite(Path(engine.url.database or ""), to)
        return
    with _postgres_url(engine) as url:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", f"--dbname={url}")


def copy_sqlite(source: Path, to: Path) -> None:
    """Copy a SQLite database as of one moment; whoever writes to it meanwhile does not wait."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, whole without the log beside it
    shutil.copymode(source, to)


def restore_postgres(dump: Path, settings: Settings, *, clean: bool) -> None:
    """Fill a PostgreSQL database from a dump, whole or not at all; ``clean`` takes out first what is there.

    Raises
    ------
    BackupRefused
        Where ``pg_restore`` is missing or fails.
    """
    engine = engine_for(settings.database_url)
    more = ["--clean", "--if-exists"] if clean else []
    with _postgres_url(engine) as url:
        _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", *more, f"--dbname={url}", str(dump))
    engine.dispose()


@contextmanager
def _postgres_url(engine: Engine) -> Iterator[str]:
    """Give the address that PostgreSQL's own programs read; the password goes by a file and is no argument anybody sees."""
    url = engine.url.set(drivername="postgresql")
    with tempfile.NamedTemporaryFile("w", prefix="leadloop-pass-", encoding="utf-8") as file:
        if url.password:
            file.write(f"*:*:*:*:{str(url.password).replace(chr(92), chr(92) * 2).replace(':', chr(92) + ':')}\n")
            file.flush()
            url = url.set(password=None).update_query_dict({"passfile": file.name})
        yield url.render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not on this machine; install PostgreSQL's client programs (postgresql-client)."
        )
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BackupRefused(f"{program} failed: {said[0] if said else f'it ended with {done.returncode}'}")
