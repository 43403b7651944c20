"""Everything a company needs to go on elsewhere in one file, and the way back: database, models, reports, keys, company.yaml.

The database is copied as of one moment while the service goes on writing (SQLite's online backup, ``pg_dump``): every fact
that was acknowledged before the backup began is in it. A restore checks every file against the manifest before anything
is touched, builds the new data folder beside the old one, and puts it in place with one rename.

The data keys that open contacts (``contact-keys.db``) are in no backup unless that is asked for: a person is forgotten by
destroying his keys, and no copy may bring them back. A restore takes along those that the data folder has now, and whom it
knows as forgotten.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import Engine, insert, inspect, select, text

from features.errors import BackupRefused, UnknownLead
from features.facts.codec import instant
from features.facts.company_file import read_company
from features.facts.database import engine_for, reading, writing
from features.facts.forgetting import forget_person
from features.facts.keyring import Keyring, give_keyring, keyring_in
from features.facts.sealed_texts import free_texts
from features.facts.store import forgotten_among
from features.facts.tables import FORGOTTEN
from features.facts.values import LeadId
from features.settings import Settings
from leadloop.database import bring_up_to_date
from monitoring.kept_lines import FOLDER as KEPT

FORMAT = 1
SCHEMA = "SELECT version_num FROM alembic_version"
NUMBER = "SELECT coalesce(max(number), 0) FROM facts"
MANIFEST, COMPANY, HOME = "manifest.json", "company.yaml", "home"
DATABASES = {"sqlite": "database/leadloop.db", "postgresql": "database/leadloop.dump"}
KEYS = frozenset({"person.key", "contact.key"})
DATA_KEYS = "contact-keys.db"
COPIED_AS_DATABASE = frozenset({"leadloop.db", "mlflow.db", DATA_KEYS})
ForgottenLead = tuple[LeadId, str, int]
"""A lead, what holds its person's leads together, and when he was forgotten."""
LEFT_OUT = (".db-wal", ".db-shm", ".db-journal", ".part")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    made_at: datetime
    database: str
    schema: str
    number: int
    """The last storage number in it."""
    with_keys: bool
    files: dict[str, str]
    """Name in the archive -> SHA-256 of its bytes."""


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
    part = to.with_name(f"{to.name}.part")
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".leadloop-backup-") as place:
        folder = Path(place)
        named = DATABASES[engine.dialect.name]
        (folder / "database").mkdir()
        _copy_database(engine, folder / named)
        schema, number = _state_of(engine, folder / named)
        engine.dispose()
        left_out = (KEYS if not with_keys else frozenset()) | (frozenset() if with_contact_keys else {DATA_KEYS})
        files = {named: folder / named, COMPANY: settings.company_file, **_files_of(settings.home, folder, left_out)}
        hashes = {name: _hash_of(path) for name, path in files.items()}
        manifest = Manifest(
            moment, "sqlite" if named.endswith(".db") else "postgresql", schema, number, with_keys, hashes
        )
        (folder / MANIFEST).write_bytes(_written(manifest))
        with _private(part) as file, _archive(file, to) as archive:
            archive.add(folder / MANIFEST, MANIFEST)
            for name, path in files.items():
                archive.add(path, name)
    part.replace(to)
    return manifest


def restore_backup(source: Path, settings: Settings, *, moment: datetime, replace: bool = False) -> Manifest:
    """Make the data folder, the database and company.yaml from a backup.

    ``replace`` keeps what is there under another name (a data folder, company.yaml) and overwrites a PostgreSQL database;
    without it a place that is not empty is refused.

    Raises
    ------
    BackupRefused
        Where the file is damaged or of another format, the place is taken, or the database is of another kind. Nothing is
        changed then.
    """
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    _require_room(settings, kind, replace)
    home = settings.home
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".leadloop-restore-") as place:
        folder = Path(place)
        manifest = _unpacked(source, folder)
        if manifest.database != kind:
            raise BackupRefused(
                f"{source.name} holds a {manifest.database} database and LEADLOOP_DATABASE_URL names {kind}; restore it where "
                f"{manifest.database} is used."
            )
        new = folder / HOME
        new.mkdir(exist_ok=True)
        _take_keys_along(home, new)
        if kind == "sqlite":
            forgotten = _forgotten_in(f"sqlite:///{home / 'leadloop.db'}") if (home / "leadloop.db").exists() else []
            (folder / DATABASES[kind]).replace(new / "leadloop.db")
            _checked_and_brought_up_to_date(new, settings, forgotten, folder / COMPANY)
        else:
            forgotten = _forgotten_in(settings.database_url)
            _restore_postgres(folder / DATABASES[kind], settings, clean=replace)
            engine = engine_for(settings.database_url)
            keyring = give_keyring(engine, _keyring_in(new, settings))
            bring_up_to_date(engine)
            _forget_again(engine, forgotten, folder / COMPANY)
            engine.dispose()
            keyring.close()
        if home.exists() and any(home.iterdir()):
            home.rename(home.with_name(f"{home.name}.before-{moment:%Y%m%d-%H%M%S}"))
        elif home.exists():
            home.rmdir()
        new.rename(home)
        _put_company(folder / COMPANY, settings.company_file, moment, replace=replace)
    return manifest


def _require_room(settings: Settings, kind: str, replace: bool) -> None:
    if replace:
        return
    if settings.home.exists() and any(settings.home.iterdir()):
        raise BackupRefused(
            f"{settings.home} is not empty; name another --home, or say --replace (what is there is kept under another name)."
        )
    if kind == "postgresql":
        engine = engine_for(settings.database_url)
        with reading(engine) as connection:
            taken = inspect(connection).has_table("facts")
        engine.dispose()
        if taken:
            raise BackupRefused("The database holds leadloop's tables already; name an empty one, or say --replace.")


def _copy_database(engine: Engine, to: Path) -> None:
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(engine.url.database or ""), to)
        return
    with _postgres_url(engine) as url:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", f"--dbname={url}")


def _copy_sqlite(source: Path, to: Path) -> None:
    """Copy a SQLite database as of one moment; whoever writes to it meanwhile does not wait."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, whole without the log beside it
    shutil.copymode(source, to)


def _restore_postgres(dump: Path, settings: Settings, *, clean: bool) -> None:
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
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        is_shortcut = name.startswith(f"{KEPT}/")
        if not path.is_file() or name.endswith(LEFT_OUT) or name == "leadloop.db" or name in left_out or is_shortcut:
            continue
        if name in COPIED_AS_DATABASE:
            _copy_sqlite(path, folder / "database" / name)
            path = folder / "database" / name
        files[f"{HOME}/{name}"] = path
    return files


def _unpacked(source: Path, folder: Path) -> Manifest:
    """Unpack a backup, and return its manifest once every file is what it says."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = _read((folder / MANIFEST).read_bytes())
    except (OSError, EOFError, tarfile.TarError, orjson.JSONDecodeError, KeyError, ValueError) as error:
        raise BackupRefused(
            f"{source.name} is no backup of leadloop's, or is damaged ({type(error).__name__})."
        ) from error
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    wrong = sorted(
        name for name, wanted in manifest.files.items() if name not in found or _hash_of(folder / name) != wanted
    )
    if wrong or found - set(manifest.files):
        named = (wrong or sorted(found - set(manifest.files)))[0]
        raise BackupRefused(f"{source.name} is damaged: {named} is not what its manifest says; take another backup.")
    return manifest


def _take_keys_along(home: Path, new: Path) -> None:
    """Copy the data keys and the master key that a data folder has now, unless the backup brings its own."""
    if (new / DATA_KEYS).exists() or not (home / DATA_KEYS).exists():
        return
    _copy_sqlite(home / DATA_KEYS, new / DATA_KEYS)
    if (home / "contact.key").exists():
        shutil.copy(home / "contact.key", new / "contact.key")


def _keyring_in(new: Path, settings: Settings) -> Keyring:
    """Return the keyring of a data folder that is being made; keys that lie elsewhere stay there."""
    is_elsewhere = settings.keys_url not in ("", f"sqlite:///{settings.home / DATA_KEYS}")
    return keyring_in(new, settings.keys_url if is_elsewhere else "")


def _forgotten_in(url: str) -> list[ForgottenLead]:
    """Return the leads that were forgotten by now in the database that a restore takes the place of."""
    engine = engine_for(url)
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table(FORGOTTEN.name):
                return []
            rows = connection.execute(select(FORGOTTEN.c.lead_id, FORGOTTEN.c.token, FORGOTTEN.c.at_us)).all()
            return [(LeadId(row.lead_id), row.token, row.at_us) for row in rows]
    finally:
        engine.dispose()


def _forget_again(engine: Engine, leads: list[ForgottenLead], company_file: Path) -> None:
    """Forget in a restored database whoever was forgotten since; of a lead that is not in it, remember that it is."""
    texts = free_texts(read_company(company_file)) if leads else frozenset()
    for lead_id, token, at_us in leads:
        with reading(engine) as connection:
            if forgotten_among(connection, [lead_id]):
                continue
        try:
            forget_person(engine, lead_id, texts=texts, moment=instant(at_us))
        except UnknownLead:
            with writing(engine) as connection:
                connection.execute(insert(FORGOTTEN).values(lead_id=lead_id, token=token, at_us=at_us))


def _checked_and_brought_up_to_date(
    new: Path, settings: Settings, forgotten: list[ForgottenLead], company_file: Path
) -> None:
    engine = engine_for(f"sqlite:///{new / 'leadloop.db'}")
    keyring = give_keyring(engine, _keyring_in(new, settings))
    with reading(engine) as connection:
        said = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    if said != "ok":
        raise BackupRefused(f"The database in this backup is damaged ({said}); take another backup.")
    bring_up_to_date(engine)
    _forget_again(engine, forgotten, company_file)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    keyring.close()


def _put_company(words: Path, to: Path, moment: datetime, *, replace: bool) -> None:
    if to.exists() and to.read_bytes() != words.read_bytes():
        if not replace:  # the words that are there may be newer; those of the backup stand beside them
            shutil.copyfile(words, to.with_name(f"{to.name}.restored"))
            return
        to.rename(to.with_name(f"{to.name}.before-{moment:%Y%m%d-%H%M%S}"))
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(words, to)


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """Give a new file that only its owner reads; on disk when the block ends, gone where the block fails."""
    path.unlink(missing_ok=True)
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _archive(file: BinaryIO, to: Path) -> tarfile.TarFile:
    if to.name.endswith((".gz", ".tgz")):
        return tarfile.open(fileobj=file, mode="w:gz")
    return tarfile.open(fileobj=file, mode="w")


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(manifest: Manifest) -> bytes:
    return orjson.dumps(
        {"format": FORMAT, **{name: getattr(manifest, name) for name in Manifest.__slots__}}, option=orjson.OPT_INDENT_2
    )


def _read(written: bytes) -> Manifest:
    said = orjson.loads(written)
    if said.pop("format") != FORMAT:
        raise BackupRefused("This backup is of another format; restore it with the version of leadloop that made it.")
    return Manifest(**{**said, "made_at": datetime.fromisoformat(said["made_at"])})
