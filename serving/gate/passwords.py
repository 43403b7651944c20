"""Passwords: what is kept of one, whether one is right, and which are too weak to choose.

They are hashed with argon2id (19 MiB, two passes: OWASP's password storage cheat sheet), which slows down guessing; a login
without an account takes as long as a wrong password, so that the time tells nobody who has one.
"""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
PASSWORDS_AT_ONCE = 2
"""So many passwords are worked on at a time: each takes 19 MiB and a core."""
_AT_ONCE = threading.Semaphore(PASSWORDS_AT_ONCE)


def too_weak(password: str, login: str) -> bool:
    """Return whether a password is too short, too long to work on, or the login itself.

    >>> too_weak("short", "anna"), too_weak("a whole sentence", "anna"), too_weak("anna@firma.ru", "anna@firma.ru")
    (True, False, True)
    """
    return not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password.casefold() == login.casefold()


def hashed_password(password: str) -> str:
    """Return what is kept of a password; it takes a core for tens of milliseconds, which is the point."""
    with _AT_ONCE:
        return _hasher().hash(password)


def is_password(hashed: str | None, password: str) -> bool:
    """Return whether ``password`` is the one that ``hashed`` was kept of; None takes as long and is nobody's."""
    given = password if len(password) <= LONGEST_PASSWORD else ""
    stored = hashed or _nobodys()
    with _AT_ONCE:
        try:
            _hasher().verify(stored, given)
        except (Argon2Error, InvalidHashError):
            return False
    return hashed is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys() -> str:
    """Return a hash that nobody's password has, so that a login without an account takes as long."""
    return hashed_password(secrets.token_urlsafe(32))
