"""Each contact lies under a key of its own, so that a person is forgotten everywhere by destroying a few keys.

What is sealed with a data key (AES-256-GCM) lies in the database and in every backup of it. The data keys lie in a database
of their own that backups do not carry, each wrapped by the master key, which lies in a file beside it or in the
environment. Whoever has only the database, or a backup, reads no contact; and once a data key is destroyed nobody
ever does, in no copy.

A data key seals one thing once. Keys are made ahead, some hundreds at a time, so that a new lead does not wait for two disks.
The number of a key is drawn and given once: the database of keys may be an older copy, and counting on from what it holds would
give a new contact the number of a key that another contact names. Who destroyed the one would destroy the other.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from features.errors import KeysAway, StoreUnreachable
from features.facts.database import ASKED_AT_ONCE, engine_for, in_parts, reading, wiped, writing
from features.facts.quick_rows import add_rows
from features.facts.write_ahead_log import leave_no_trace, put_whole_log_into_database
from features.settings import contact_masters

KEYS = MetaData()
DATA_KEYS = Table(
    "data_keys",
    KEYS,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("master", String(16), nullable=False),
    Column("wrapped", LargeBinary(60), nullable=False),
)
BY_ID = select(DATA_KEYS).where(DATA_KEYS.c.id.in_(bindparam("ids", expanding=True)))
KEPT = ("id", "master", "wrapped")
NONCE = 12
KEY_BYTES = 32
FIRST_AHEAD, MOST_AHEAD = 32, 512
BLOCK = 1024
"""Keys that are made together have numbers one after another, from a drawn multiple of this: they lie together on the disk."""
BLOCKS = 2**30, 2**52
"""Between these a block is drawn: beyond the numbers that earlier versions counted from 1, and so that one that counts on from the
highest there is has as many again."""
SPARE_BYTES = KEY_BYTES + NONCE
Sealed = tuple[int, bytes]
"""The number of a data key, and what it seals."""


class _Spare(NamedTuple):
    """A data key that has sealed nothing yet, and the nonce with which it will, once."""

    id: int
    key: bytes
    nonce: bytes


class Keyring:
    """The data keys of one store of facts; safe to use from several threads and processes.

    ``texts`` are the company's fields that hold free text: they are sealed in facts, as what managers note is.
    """

    def __init__(self, url: str, masters: Callable[[], list[bytes]]) -> None:
        self._url, self._masters_now = url, masters
        self._masters: dict[str, AESGCM] = {}
        self._newest = ""
        self._spare: list[_Spare] = []
        self._ahead = FIRST_AHEAD
        self._lock = threading.RLock()
        self._opened: Engine | None = None
        self.texts: frozenset[str] = frozenset()

    def seal(self, plain: bytes, about: str) -> Sealed:
        """Return ``plain`` sealed under a key of its own; it opens only as what is said ``about`` the same thing."""
        key_id, key, nonce = self._unused()
        return key_id, nonce + AESGCM(key).encrypt(nonce, plain, about.encode())

    def open(self, key_id: int, sealed: bytes, about: str) -> bytes | None:
        """Return what was sealed; None where its key is destroyed, or ``about`` is not what was said when it was sealed.

        >>> masters = [secrets.token_bytes(KEY_BYTES)]
        >>> keyring = Keyring("sqlite://", lambda: masters)
        >>> number, sealed = keyring.seal(b"8 912 345-67-89", "lead 7")
        >>> keyring.open(number, sealed, "lead 7"), keyring.open(number, sealed, "lead 8")
        (b'8 912 345-67-89', None)
        >>> keyring.destroy([number])
        >>> keyring.open(number, sealed, "lead 7") is None
        True
        """
        return self.open_all([(key_id, sealed, about)])[0]

    def open_all(self, many: Sequence[tuple[int, bytes, str]]) -> list[bytes | None]:
        """Return what was sealed, each None where its key is destroyed.

        Raises
        ------
        KeysAway
            Where no master key at hand opens a data key: the one that was there when it was made is missing.
        """
        keys = self._keys([key_id for key_id, _, _ in many])
        return [_opened(keys.get(key_id), sealed, about) for key_id, sealed, about in many]

    def missing(self, key_ids: Iterable[int]) -> set[int]:
        """Return those of some data keys that are not here, or that no master key at hand opens."""
        chosen, here = sorted(set(key_ids)), set[int]()
        self._read_masters()
        for some in in_parts(chosen):
            with reading(self._engine) as connection:
                rows = connection.execute(BY_ID, {"ids": some}).all()
            here |= {row.id for row in rows if row.master in self._masters}
        return set(chosen) - here

    def destroy(self, key_ids: Iterable[int]) -> None:
        """Destroy data keys for good: what they sealed can be read by nobody any more."""
        chosen = sorted(set(key_ids))
        with writing(self._engine) as connection:
            wiped(connection)
            for some in in_parts(chosen):
                connection.execute(delete(DATA_KEYS).where(DATA_KEYS.c.id.in_(some)))
        leave_no_trace(self._engine)

    def rewrap(self) -> int:
        """Wrap every data key that an older master wraps by the newest; return how many there were."""
        with self._lock:
            self._read_masters()
            newest, done = self._newest, 0
        while True:
            with writing(self._engine) as connection:
                old = select(DATA_KEYS).where(DATA_KEYS.c.master != newest).limit(ASKED_AT_ONCE)
                rows = connection.execute(old).all()
                if not rows:
                    break
                changed = [
                    {"of": row.id, "by": newest, "as_": self._wrapped(row.id, self._unwrapped(row.id, row.master, row.wrapped))}
                    for row in rows
                ]  # fmt: skip
                one = update(DATA_KEYS).where(DATA_KEYS.c.id == bindparam("of"))
                connection.execute(one.values(master=bindparam("by"), wrapped=bindparam("as_")), changed)
                done += len(rows)
        leave_no_trace(self._engine)
        return done

    def close(self) -> None:
        """Close the database of keys."""
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()
                self._opened = None

    @property
    def _engine(self) -> Engine:
        with self._lock:
            if self._opened is None:
                engine = _opened_for_us(self._url)
                with writing(engine) as connection:
                    KEYS.create_all(connection)
                put_whole_log_into_database(engine)  # a version of before left keys in it
                self._opened = engine
            return self._opened

    def _unused(self) -> _Spare:
        with self._lock:
            if not self._spare:
                self._spare = self._made(self._ahead)
                self._ahead = min(self._ahead * 2, MOST_AHEAD)
            return self._spare.pop()

    def _made(self, count: int) -> list[_Spare]:
        """Make data keys and keep them; they are on disk, in the database's own file, before anything is sealed with one."""
        with writing(self._engine) as connection:
            self._read_masters()  # only now: while we waited, a rotation may have dropped the master of before
            drawn = secrets.token_bytes(count * (SPARE_BYTES + NONCE))  # at once: each draw lets other threads go first
            master, made, rows = self._masters[self._newest], [], []
            for number, at in enumerate(range(0, len(drawn), SPARE_BYTES + NONCE), start=_drawn_number()):
                key, nonces = drawn[at : at + KEY_BYTES], drawn[at + KEY_BYTES : at + SPARE_BYTES + NONCE]
                made.append(_Spare(number, key, nonces[:NONCE]))
                rows.append((number, self._newest, _wrapped_by(master, number, key, nonces[NONCE:])))
            add_rows(connection, DATA_KEYS, KEPT, rows)
        put_whole_log_into_database(self._engine)
        return made[::-1]

    def _keys(self, key_ids: Sequence[int]) -> Mapping[int, bytes]:
        chosen, keys = sorted(set(key_ids)), dict[int, bytes]()
        for some in in_parts(chosen):
            with reading(self._engine) as connection:
                rows = connection.execute(BY_ID, {"ids": some}).all()
            keys |= {row.id: self._unwrapped(row.id, row.master, row.wrapped) for row in rows}
        return keys

    def _wrapped(self, key_id: int, key: bytes) -> bytes:
        return _wrapped_by(self._masters[self._newest], key_id, key, secrets.token_bytes(NONCE))

    def _unwrapped(self, key_id: int, master: str, wrapped: bytes) -> bytes:
        if master not in self._masters:
            self._read_masters()
        try:
            return self._masters[master].decrypt(wrapped[:NONCE], wrapped[NONCE:], str(key_id).encode())
        except (KeyError, InvalidTag):
            raise KeysAway(master) from None

    def _read_masters(self) -> None:
        """Read the master keys anew: another process may have put a new one first."""
        with self._lock:
            masters = {hashlib.sha256(one).hexdigest()[:16]: AESGCM(one) for one in self._masters_now()}
            self._masters = masters
            self._newest = next(iter(masters))


_KEYRINGS: WeakKeyDictionary[Engine, Keyring] = WeakKeyDictionary()
_KEYRINGS_LOCK = threading.Lock()


def keyring_in(home: Path, url: str = "") -> Keyring:
    """Return the keyring of a data folder, whose data keys lie in the database ``url`` (none: beside the facts, in a file)."""
    return Keyring(url or f"sqlite:///{home / 'contact-keys.db'}", lambda: contact_masters(home))


def give_keyring(engine: Engine, keyring: Keyring) -> Keyring:
    """Say which keyring seals what is stored through an engine; the first that is said stays."""
    with _KEYRINGS_LOCK:
        return _KEYRINGS.setdefault(engine, keyring)


def keyring_of(of: Engine | Connection) -> Keyring:
    """Return the keyring of a database: what was said, else the one beside a file of SQLite.

    Raises
    ------
    StoreUnreachable
        Where nobody said which keyring a served database has: keys in memory would lose what they seal.
    """
    engine = of.engine
    found = _KEYRINGS.get(engine)
    if found is not None:
        return found
    path = engine.url.database or ""
    if engine.dialect.name != "sqlite":
        raise StoreUnreachable("Nothing says where the data keys of this database lie; open it through the settings.")
    if not path or path.startswith(":"):
        master = secrets.token_bytes(KEY_BYTES)
        return give_keyring(engine, Keyring("sqlite://", lambda: [master]))
    return give_keyring(engine, keyring_in(Path(path).resolve().parent))


def _opened_for_us(url: str) -> Engine:
    """Return the database of keys; a file of it is made so that only we may read it."""
    path = url.removeprefix("sqlite:///")
    if path != url and path and not path.startswith(":"):
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(path).touch(mode=0o600)
    return engine_for(url)


def _drawn_number() -> int:
    """Return the first number of a block of keys; of all that ten million contacts need, two hardly ever are the same."""
    first, end = BLOCKS
    return (first + secrets.randbelow(end - first)) * BLOCK


def _wrapped_by(master: AESGCM, key_id: int, key: bytes, nonce: bytes) -> bytes:
    return nonce + master.encrypt(nonce, key, str(key_id).encode())


def _opened(key: bytes | None, sealed: bytes, about: str) -> bytes | None:
    if key is None:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except InvalidTag:
        return None
