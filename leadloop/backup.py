"""Everything a company needs to go on elsewhere in one file: database, models, reports, keys, company.yaml.

The database is copied as of one moment while the service goes on writing (``database_copy.py``): every fact that was
acknowledged before the backup began is in it. ``restore.py`` is the way back.

The data keys that open contacts (``contact-keys.db``) are in no backup unless that is asked for: a person is forgotten by
destroying his keys, and no copy may bring them back.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from features.errors import BackupRefused
from features.facts.database import engine_for, reading
from features.settings import Settings
from leadloop.backup_file import COMPANY, DATA_KEYS, DATABASES, HOME, Manifest, write_backup_file
from leadloop.database_copy import copy_database, copy_sqlite
from models.artefact import POINTER
from models.shadow_pointer import CHALLENGER
from monitoring.kept_lines import FOLDER as KEPT

SCHEMA = "SELECT version_num FROM alembic_version"
NUMBER = "SELECT coalesce(max(number), 0) FROM facts"
KEYS = frozenset({"person.key", "contact.key"})
COPIED_AS_DATABASE = frozenset({"leadloop.db", "mlflow.db", DATA_KEYS})
LEFT_OUT = (".db-wal", ".db-shm", ".db-journal", ".part", ".new")
OF_THE_MOMENT = (f"{KEPT}/", "metrics/", "pace/")
"""Folders of what a running service makes for itself, and makes anew."""
POINTERS = tuple(f"models/{name}" for name in (POINTER, CHALLENGER))
"""What names a folder of models is read before the folders are: a promotion meanwhile would name one that is not in the backup."""


def make_backup(
    settings: Settings, to: Path, *, moment: datetime, with_keys: bool = True, with_contact_keys: bool = False
) -> Manifest:
    """Write a backup to the file ``to``; it appears there whole or not at all, readable by its owner alone.

    Parameters
    ----------
    with_keys
        Also the key that recognises persons and the master key.
    with_contact_keys
        Also the data keys: whoever is forgotten later can be read in this backup as long as it is kept.

    Raises
    ------
    BackupRefused
        Where there is no database, ``pg_dump`` is missing or fails, or the data keys lie elsewhere than in the data folder.
    """
    if with_contact_keys and not (settings.home / DATA_KEYS).exists():
        raise BackupRefused(
            f"{settings.home} holds no {DATA_KEYS}; copy the data keys where LEADLOOP_KEYS_URL has them."
        )
    engine = engine_for(settings.database_url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise BackupRefused(f"{settings.home} holds no database; name the --home that `leadloop serve` uses.")
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".leadloop-backup-") as place:
        folder = Path(place)
        named = DATABASES[engine.dialect.name]
        (folder / "database").mkdir()
        copy_database(engine, folder / named)
        schema, number = _state_of(engine, folder / named)
        engine.dispose()
        left_out = (KEYS if not with_keys else frozenset()) | (frozenset() if with_contact_keys else {DATA_KEYS})
        files = {named: folder / named, COMPANY: settings.company_file, **_files_of(settings.home, folder, left_out)}
        kind = "sqlite" if named.endswith(".db") else "postgresql"
        return write_backup_file(to, Manifest(moment, kind, schema, number, with_keys, {}), files, folder=folder)


def copy_data_keys(settings: Settings, to: Path) -> None:
    """Copy the data keys to the file ``to``, as of one moment, in place of the copy before; only its owner may read it.

    Of PostgreSQL it is a dump, as a backup holds one.

    Raises
    ------
    BackupRefused
        Where there are none, or ``pg_dump`` is missing or fails.
    """
    engine = engine_for(settings.keys_url or f"sqlite:///{settings.home / DATA_KEYS}")
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise BackupRefused(f"There are no data keys yet at {engine.url.database}: no contact was sealed.")
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".leadloop-keys-") as place:
        copy = Path(place) / to.name
        copy_database(engine, copy)
        copy.chmod(0o600)
        copy.replace(to)
    engine.dispose()


def _state_of(engine: Engine, copy: Path) -> tuple[str, int]:
    """Return the schema's version and the last storage number of a copy; of a dump, those of the database just after it."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(copy)) as copied:
            return str(copied.execute(SCHEMA).fetchone()[0]), int(copied.execute(NUMBER).fetchone()[0])
    with reading(engine) as connection:
        return str(connection.execute(text(SCHEMA)).scalar_one()), int(connection.execute(text(NUMBER)).scalar_one())


def _files_of(home: Path, folder: Path, left_out: frozenset[str]) -> dict[str, Path]:
    """Return what of the data folder goes into a backup, by its name there; databases as copies of one moment."""
    files: dict[str, Path] = {}
    pointers = {name: _copied(home / name, folder / name) for name in POINTERS if (home / name).exists()}
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        passes = name.startswith(OF_THE_MOMENT) or name.endswith(LEFT_OUT)
        if not path.is_file() or passes or name == "leadloop.db" or name in left_out or name in POINTERS:
            continue
        if name in COPIED_AS_DATABASE:
            copy_sqlite(path, folder / "database" / name)
            path = folder / "database" / name
        files[f"{HOME}/{name}"] = path
    return files | {f"{HOME}/{name}": path for name, path in pointers.items()}


def _copied(path: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(path, to))
