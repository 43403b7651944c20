"""What a CRM told: which of its records has something new; not more, as what is true is asked for and not taken from a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from features.errors import FactRefused

PLAIN_ID = re.compile(r"[A-Za-z0-9._:@-]{1,100}\Z")
LONGEST_MOMENT = 13


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a CRM about one record; a repetition has the same ``digest``."""

    entity: str
    record_id: str
    event: str
    told_at: datetime | None
    digest: bytes


def digest_of(*parts: object) -> bytes:
    """Return by what a message is known again.

    >>> digest_of("lead", "7") == digest_of("lead", "7"), digest_of("a", "bc") == digest_of("ab", "c")
    (True, False)
    """
    return blake2b("\x1f".join(str(one) for one in parts).encode("utf-8", "replace"), digest_size=16).digest()


def number_id(told: object, where: str) -> str:
    """Return a record's id that has to be a whole number above zero; ``FactRefused`` naming the place where it is none."""
    text = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= 18 and int(text)):
        raise FactRefused(where, "is the record's id, a whole number")
    return str(int(text))


def plain_id(told: object, where: str) -> str:
    """Return a record's id of letters, digits and a few signs; ``FactRefused`` naming the place where it is none."""
    if not isinstance(told, str) or not PLAIN_ID.match(told):
        raise FactRefused(where, "is the record's id: at most 100 letters, digits and . _ : @ -")
    return told


def told_at(told: object, *, per_second: int = 1) -> datetime | None:
    """Return the moment of a message; None where it tells none that can be.

    >>> told_at("1772442000"), told_at("soon"), told_at(True)
    (datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc), None, None)
    """
    text = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_MOMENT):
        return None
    try:
        return datetime.fromtimestamp(int(text) / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None
