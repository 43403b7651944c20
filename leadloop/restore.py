"""The way back from a backup: every file is checked first, the new data folder is built beside, one rename puts it in place.

A restore takes along the data keys that the data folder has now, and forgets again whoever it knows as forgotten: no copy may
bring back a person who asked to be gone. Nor may it let anybody in who was shut out since (``carried_access.py``).
"""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, insert, inspect, select, text

from features.errors import BackupRefused, StoreUnreachable, UnknownLead
from features.facts.codec import instant
from features.facts.company_file import read_company
from features.facts.database import engine_for, reading, writing
from features.facts.forgetting import forget_person
from features.facts.forgotten import forgotten_among
from features.facts.keyring import Keyring, give_keyring, keyring_in
from features.facts.sealed_texts import free_texts
from features.facts.tables import FORGOTTEN
from features.facts.values import LeadId
from features.facts.write_ahead_log import leave_no_trace
from features.settings import Settings, holds_contact_master
from leadloop.backup_file import COMPANY, DATA_KEYS, DATABASES, HOME, Manifest, unpacked
from leadloop.carried_access import Access, Carried, access_in, carry_over
from leadloop.database import bring_up_to_date
from leadloop.database_copy import copy_sqlite, restore_postgres
from leadloop.lost_contacts import Sealed, sealed_in

ForgottenLead = tuple[LeadId, str, int]
"""A lead, what holds its person's leads together, and when he was forgotten."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    manifest: Manifest
    sealed: Sealed
    """What of it lies sealed, and how much of that nobody can read."""
    access: Carried
    """Who comes in, and who does no more."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What the database that a restore takes the place of knows, and a backup does not."""

    forgotten: Sequence[ForgottenLead]
    access: Access


def restore_backup(source: Path, settings: Settings, *, moment: datetime, replace: bool = False) -> Restored:
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
        manifest = unpacked(source, folder)
        if manifest.database != kind:
            raise BackupRefused(
                f"{source.name} holds a {manifest.database} database and LEADLOOP_DATABASE_URL names {kind}; restore it where "
                f"{manifest.database} is used."
            )
        new = folder / HOME
        new.mkdir(exist_ok=True)
        new.chmod(stat.S_IMODE(home.stat().st_mode) if home.exists() else 0o700)
        _take_keys_along(home, new)
        if kind == "sqlite":
            before = _before_in_file(home)
            (folder / DATABASES[kind]).replace(new / "leadloop.db")
            url = f"sqlite:///{new / 'leadloop.db'}"
            _require_sound(url)
        else:
            before, url = _before(settings.database_url), settings.database_url
            restore_postgres(folder / DATABASES[kind], settings, clean=replace)
        sealed, access = _brought_up_to_date(url, new, settings, before, folder / COMPANY)
        if home.exists() and any(home.iterdir()):
            home.rename(_name_aside(home, moment))
        elif home.exists():
            home.rmdir()
        new.rename(home)
        _put_company(folder / COMPANY, settings.company_file, moment, replace=replace)
    return Restored(manifest, sealed, access)


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


def _take_keys_along(home: Path, new: Path) -> None:
    """Copy the data keys and the master key that a data folder has now, unless the backup brings its own."""
    if (new / DATA_KEYS).exists() or not (home / DATA_KEYS).exists():
        return
    copy_sqlite(home / DATA_KEYS, new / DATA_KEYS)
    if (home / "contact.key").exists():
        shutil.copy(home / "contact.key", new / "contact.key")


def _keyring_in(new: Path, settings: Settings) -> Keyring:
    """Return the keyring of a data folder that is being made; keys that lie elsewhere stay there."""
    return keyring_in(new, settings.keys_url if _are_elsewhere(settings) else "")


def _are_elsewhere(settings: Settings) -> bool:
    return settings.keys_url not in ("", f"sqlite:///{settings.home / DATA_KEYS}")


def _holds_keys(new: Path, settings: Settings) -> bool:
    """Return whether there are data keys and a master key for them; looking into them would make them."""
    return holds_contact_master(new) and (_are_elsewhere(settings) or (new / DATA_KEYS).exists())


def _before_in_file(home: Path) -> _Before:
    """Return what the database of a data folder knows; ``BackupRefused`` where it is there and cannot be read."""
    if not (home / "leadloop.db").exists():
        return _Before((), Access())
    try:
        return _before(f"sqlite:///{home / 'leadloop.db'}")
    except StoreUnreachable as error:
        raise BackupRefused(
            f"{home / 'leadloop.db'} cannot be read, so nobody knows who was forgotten, revoked or removed since the backup. Stop "
            f"what uses it; where it is damaged, move {home} away, put its {DATA_KEYS} and contact.key into a new one, and restore "
            "with --replace; then forget, revoke and remove anew whom you know of."
        ) from error


def _before(url: str) -> _Before:
    engine = engine_for(url)
    try:
        return _Before(_forgotten_in(engine), access_in(engine))
    finally:
        engine.dispose()


def _forgotten_in(engine: Engine) -> list[ForgottenLead]:
    """Return the leads that were forgotten by now in the database that a restore takes the place of."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(FORGOTTEN.name):
            return []
        rows = connection.execute(select(FORGOTTEN.c.lead_id, FORGOTTEN.c.token, FORGOTTEN.c.at_us)).all()
        return [(LeadId(row.lead_id), row.token, row.at_us) for row in rows]


def _forget_again(engine: Engine, leads: Sequence[ForgottenLead], company_file: Path) -> None:
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


def _require_sound(url: str) -> None:
    engine = engine_for(url)
    with reading(engine) as connection:
        said = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    engine.dispose()
    if said != "ok":
        raise BackupRefused(f"The database in this backup is damaged ({said}); take another backup.")


def _brought_up_to_date(
    url: str, new: Path, settings: Settings, before: _Before, company_file: Path
) -> tuple[Sealed, Carried]:
    """Bring a restored database up to date with the program, and with what was known before it was restored."""
    engine = engine_for(url)
    keyring = give_keyring(engine, _keyring_in(new, settings))
    bring_up_to_date(engine)
    _forget_again(engine, before.forgotten, company_file)
    access = carry_over(engine, before.access)
    leave_no_trace(engine)
    sealed = sealed_in(engine, keyring if _holds_keys(new, settings) else None)
    engine.dispose()
    keyring.close()
    return sealed, access


def _put_company(words: Path, to: Path, moment: datetime, *, replace: bool) -> None:
    if to.exists() and to.read_bytes() != words.read_bytes():
        if not replace:  # the words that are there may be newer; those of the backup stand beside them
            shutil.copyfile(words, to.with_name(f"{to.name}.restored"))
            return
        to.rename(_name_aside(to, moment))
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(words, to)


def _name_aside(path: Path, moment: datetime) -> Path:
    """Return the name under which what is there is kept; of several restores in one second each has its own."""
    name = f"{path.name}.before-{moment:%Y%m%d-%H%M%S}"
    names = (path.with_name(name if again == 1 else f"{name}-{again}") for again in count(1))
    return next(one for one in names if not one.exists())
