"""The one file of a backup: an archive that only its owner reads, with a manifest of what every file in it must be.

It appears whole or not at all, and is believed only where every file in it is what the manifest says.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from features.errors import BackupRefused

FORMAT = 1
MANIFEST, COMPANY, HOME = "manifest.json", "company.yaml", "home"
DATABASES = {"sqlite": "database/leadloop.db", "postgresql": "database/leadloop.dump"}
DATA_KEYS = "contact-keys.db"


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


def write_backup_file(to: Path, manifest: Manifest, files: Mapping[str, Path], *, folder: Path) -> Manifest:
    """Write the file ``to``: each of the files, then the manifest of what was read of them; return that.

    Each is read once. A service that goes on may replace a file at any moment, or take it away: it is in the backup as it was
    when it was read, or not at all.
    """
    part = to.with_name(f"{to.name}.part")
    with _private(part) as file, _archive(file, to) as archive:
        read = {name: _added(archive, path, name) for name, path in files.items()}
        whole = replace(manifest, files={name: found for name, found in read.items() if found is not None})
        (folder / MANIFEST).write_bytes(_written(whole))
        archive.add(folder / MANIFEST, MANIFEST)
    part.replace(to)
    return whole


class _Hashed:
    """A file that is read, and the hash of what was."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        return data


def _added(archive: tarfile.TarFile, path: Path, name: str) -> str | None:
    """Add a file to the archive; return the hash of what was read of it, None where it is gone."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        if name.startswith(f"{HOME}/"):
            return None
        raise
    with file:
        info, hashed = archive.gettarinfo(arcname=name, fileobj=file), _Hashed(file)
        info.type, info.size = tarfile.REGTYPE, os.fstat(file.fileno()).st_size
        archive.addfile(info, hashed)
    return hashed.hash.hexdigest()


def unpacked(source: Path, folder: Path) -> Manifest:
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
        name for name, wanted in manifest.files.items() if name not in found or hash_of(folder / name) != wanted
    )
    if wrong or found - set(manifest.files):
        named = (wrong or sorted(found - set(manifest.files)))[0]
        raise BackupRefused(f"{source.name} is damaged: {named} is not what its manifest says; take another backup.")
    return manifest


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


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as a manifest has it."""
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
