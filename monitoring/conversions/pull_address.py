"""The signed address from which an ad system fetches its file: whoever has it may read that file and nothing else.

The signature is a keyed hash over the system and a version. A new version ends the address before it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select

from features.facts.codec import microseconds
from features.facts.conversion_settings import System
from features.facts.database import reading, writing
from features.facts.tables import PULL_KEYS

FIRST = 1


class PullKeys:
    """The addresses' signatures, for a company's own secret.

    >>> from datetime import UTC
    >>> from features.facts.database import engine_for
    >>> from features.facts.tables import METADATA
    >>> engine = engine_for("sqlite://")
    >>> METADATA.create_all(engine)
    >>> keys = PullKeys(engine, b"secret")
    >>> before = keys.signature("yandex")
    >>> keys.renew("yandex", datetime(2026, 3, 2, 12, tzinfo=UTC)), keys.is_right("yandex", before)
    (2, False)
    """

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = engine
        self._key = hmac.new(secret, b"leadloop conversions to pull", hashlib.sha256).digest()

    def signature(self, system: System) -> str:
        """Return the signature that holds now."""
        return self._signed(system, self.version(system))

    def is_right(self, system: System, given: str) -> bool:
        """Return whether a signature holds, in a time that does not tell where it differs."""
        return hmac.compare_digest(given.encode(), self.signature(system).encode())

    def version(self, system: System) -> int:
        """Return which version of the address holds."""
        with reading(self._engine) as connection:
            return _newest_in(connection, system)

    def renew(self, system: System, moment: datetime) -> int:
        """End the address that holds; return the version of the new one."""
        with writing(self._engine) as connection:
            version = _newest_in(connection, system) + 1
            connection.execute(insert(PULL_KEYS).values(system=system, version=version, at_us=microseconds(moment)))
        return version

    def _signed(self, system: System, version: int) -> str:
        return hmac.new(self._key, f"{system} {version}".encode(), hashlib.sha256).hexdigest()


def _newest_in(connection: Connection, system: System) -> int:
    newest = select(func.coalesce(func.max(PULL_KEYS.c.version), FIRST)).where(PULL_KEYS.c.system == system)
    return int(connection.execute(newest).scalar_one())
