"""What was worked out of every lead is kept in a file, so that a service that starts again reads only what is new.

The file is a shortcut and nothing else: it may be deleted at any time, and where it is of other code, of another company's
words, of another database or of a later moment, it is not read and all is worked out anew. It stands in no backup, and goes
when a person is forgotten.
"""

from __future__ import annotations

import functools
import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from types import UnionType
from typing import Generic, TypeVar

from msgspec import DecodeError, msgpack

from features.facts.values import LeadId

FOLDER = "kept"
"""Where such files lie in the data folder; nothing else does."""
PIECE = 2_000
"""Lines that are written at once: others get the processor in between."""
MADE_BY = ("features", "models", "monitoring")
"""The floors whose code makes lines."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (of TEXT, number INTEGER, fact TEXT, moment TEXT);
CREATE TABLE IF NOT EXISTS lines (lead_id TEXT PRIMARY KEY, ahead INTEGER NOT NULL, line BLOB) WITHOUT ROWID;
"""
LOCKED = "PRAGMA locking_mode=EXCLUSIVE;"
"""Who fills a file has it to himself until he closes it: the system's lock goes with the process that holds it, however it ends."""
HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN})
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What lines rest on.

    ``of`` names the company's words and whatever else a line is made by, ``number`` the last fact that was read and ``fact``
    what that fact is, ``moment`` as of when facts were known.
    """

    of: str
    number: int
    fact: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """The lines that changed since the facts numbered ``base`` (0: all there are) up to ``standing``; None where one is gone.

    ``ahead`` are those of which something is stored that was not yet known.
    """

    base: int
    standing: Standing
    lines: Mapping[LeadId, T | None]
    ahead: Set[LeadId]


@dataclass(frozen=True, slots=True)
class Restored(Generic[T]):
    """What a file holds."""

    standing: Standing
    lines: dict[LeadId, T] = field(default_factory=dict)
    ahead: set[LeadId] = field(default_factory=set)


class KeptLines(Generic[T]):
    """A file with a line of type ``kind`` for every lead: a class, or a union of such as msgspec reads them."""

    def __init__(self, home: Path, name: str, kind: type[T] | UnionType) -> None:
        self._path, self._kind = home / FOLDER / f"{name}.db", kind

    def read(self, of: str) -> Restored[T] | None:
        """Return what is kept, if it is of this code and of what ``of`` names."""
        self._clear_leftovers()
        if not self._path.exists():
            return None
        decoder: msgpack.Decoder[T] = msgpack.Decoder(self._kind)
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                standing = _standing(connection)
                if standing is None or standing.of != _of(of):
                    return None
                restored: Restored[T] = Restored(standing)
                for lead_id, ahead, line in connection.execute("SELECT lead_id, ahead, line FROM lines"):
                    if line is not None:
                        restored.lines[LeadId(lead_id)] = decoder.decode(line)
                    if ahead:
                        restored.ahead.add(LeadId(lead_id))
                return restored
        except (sqlite3.Error, DecodeError, ValueError) as error:
            logger.warning("%s cannot be read (%s): all leads are read anew.", self._path.name, type(error).__name__)
            return None

    def write(self, changed: Changed[T]) -> bool:
        """Take in what changed; return False where the file needs all lines instead. Several processes may do so in turn."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=30)) as connection:
                connection.executescript(f"PRAGMA secure_delete=ON; {SCHEMA}")
                with _transaction(connection):
                    return self._written(connection, changed)
        except (sqlite3.Error, OSError) as error:
            logger.warning("%s cannot be written (%s); it is made anew.", self._path.name, type(error).__name__)
            with suppress(OSError):
                self._path.unlink()
            return False

    @contextmanager
    def filling(self, standing: Standing) -> Iterator[Callable[[LeadId, T | None, bool], None]]:
        """Make the file anew, holding no more than a piece of it: give what takes in a lead, its line, and whether something
        lies ahead of it.

        Where the file cannot be written, nothing is taken in. A file that holds more by then stays.
        """
        self._clear_leftovers()
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}-{threading.get_ident()}.new")
        filling: _Filling[T] = _Filling(new, standing)
        try:
            yield filling.take
            if filling.is_whole() and not self._holds_more_than(standing):
                with suppress(FileNotFoundError):  # somebody was forgotten meanwhile, and all such files went
                    new.replace(self._path)
        finally:
            filling.close()
            with suppress(OSError):
                new.unlink(missing_ok=True)

    def _clear_leftovers(self) -> None:
        """Delete what was being filled by whoever was killed over it; what somebody fills, in whatever process, stays.

        Between opening a file and its first lock, and between closing and renaming it, another start may delete it: then that
        count is not kept, and the next start reads all leads.
        """
        for path in self._path.parent.glob(f"{self._path.name}.*-*.new"):
            if _is_let_go(path):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _holds_more_than(self, standing: Standing) -> bool:
        """Return whether the file that is there was brought further meanwhile, by a service that runs."""
        if not self._path.exists():
            return False
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                there = _standing(connection)
        except (sqlite3.Error, ValueError):
            return False
        return there is not None and there.of == _of(standing.of) and there.number > standing.number

    def _written(self, connection: sqlite3.Connection, changed: Changed[T]) -> bool:
        before, now = _standing(connection), changed.standing
        is_same = before is not None and before.of == _of(now.of)
        if before is not None and is_same and before.number + (0 if changed.base else -1) >= now.number:
            return True
        if changed.base and not (before is not None and is_same and before.number >= changed.base):
            return False
        if not changed.base:
            connection.execute("DELETE FROM lines")
        for piece in _pieces(self._rows(changed)):
            connection.executemany("INSERT OR REPLACE INTO lines VALUES (?, ?, ?)", piece)
        _note(connection, now)
        return True

    def _rows(self, changed: Changed[T]) -> Iterator[tuple[str, int, bytes | None]]:
        encoder = msgpack.Encoder()
        for lead_id, line in changed.lines.items():
            yield lead_id, int(lead_id in changed.ahead), None if line is None else encoder.encode(line)
        for lead_id in changed.ahead - changed.lines.keys():
            yield lead_id, 1, None


class _Filling(Generic[T]):
    """A new file that is filled piece by piece; one that cannot be written takes in nothing more."""

    def __init__(self, path: Path, standing: Standing) -> None:
        self._name, self._encoder = path.name, msgpack.Encoder()
        self._rows: list[tuple[str, int, bytes | None]] = []
        self._connection: sqlite3.Connection | None = None
        with self._as_far_as_it_goes():
            with suppress(OSError):
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.executescript(f"{LOCKED} PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; {SCHEMA}")
            _note(self._connection, standing)

    def take(self, lead_id: LeadId, line: T | None, ahead: bool) -> None:
        """Take in a lead's line."""
        if self._connection:
            self._rows.append((lead_id, int(ahead), None if line is None else self._encoder.encode(line)))
            if len(self._rows) == PIECE:
                self._write()

    def is_whole(self) -> bool:
        """Write the rest; return whether all that was taken in is written."""
        self._write()
        with self._as_far_as_it_goes():
            if self._connection:
                self._connection.close()
                return True
        return False

    def close(self) -> None:
        """Let go of the file."""
        if self._connection:
            self._connection.close()

    def _write(self) -> None:
        rows, self._rows = self._rows, []
        with self._as_far_as_it_goes():
            if self._connection:
                with _transaction(self._connection):
                    self._connection.executemany("INSERT INTO lines VALUES (?, ?, ?)", rows)

    @contextmanager
    def _as_far_as_it_goes(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            logger.warning("%s cannot be written (%s): all leads are read anew.", self._name, type(error).__name__)
            self.close()
            self._connection = None


def _is_let_go(path: Path) -> bool:
    """Return whether a file of SQLite's is there, whole or not, and nobody has it locked."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        return error.sqlite_errorcode & 0xFF not in HELD
    return True


def forget_kept(home: Path) -> None:
    """Delete every such file: something that was stored is written anew, which no number tells."""
    shutil.rmtree(home / FOLDER, ignore_errors=True)


def _standing(connection: sqlite3.Connection) -> Standing | None:
    row = connection.execute("SELECT of, number, fact, moment FROM kept").fetchone()
    return Standing(row[0], row[1], row[2], datetime.fromisoformat(row[3])) if row else None


def _note(connection: sqlite3.Connection, now: Standing) -> None:
    connection.execute("DELETE FROM kept")
    told = (_of(now.of), now.number, now.fact, now.moment.isoformat())
    connection.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", told)


def _of(of: str) -> str:
    return blake2b(f"{of} {code()}".encode(), digest_size=16).hexdigest()


@functools.cache
def code() -> str:
    """Return what stands for the code that makes lines: where any of it changes, lines are made anew."""
    root, seen = Path(__file__).parent.parent, blake2b(digest_size=16)
    for floor in MADE_BY:
        for path in sorted((root / floor).rglob("*.py")):
            seen.update(path.read_bytes())
    return seen.hexdigest()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _pieces(rows: Iterable[tuple[str, int, bytes | None]]) -> Iterator[list[tuple[str, int, bytes | None]]]:
    piece: list[tuple[str, int, bytes | None]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    yield piece
