"""The name of a request: given by who asks, or made here; it goes with the answer and with every line of the log about it."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from itertools import count

REQUEST_ID: ContextVar[bytes] = ContextVar("request_id", default=b"")
"""Of the request in hand; empty outside of one."""
LONGEST = 64
_WELL_FORMED = re.compile(rb"(?![0-9._-]+\Z)[A-Za-z0-9][A-Za-z0-9._-]{0,63}").fullmatch
_HERE = secrets.token_hex(5).encode() + b"-%x"
_NEXT = count(1).__next__


def new_id() -> bytes:
    """Return a name that no other request of any process has: one drawn for the process, and a number."""
    return _HERE % _NEXT()


def taken_id(given: bytes) -> bytes:
    """Return the name that came with a request where it is a plain word, else a new one.

    A telephone number may be a plain word: a sender that names its requests after people writes people into logs, its own first.
    Whatever has no letter in it is therefore not taken.

    >>> taken_id(b"order-7.2"), taken_id(b"+7 912 345-67-89") == b"+7 912 345-67-89", taken_id(b"79123456789")[:2] == b"79"
    (b'order-7.2', False, False)
    """
    return given if _WELL_FORMED(given) else new_id()
