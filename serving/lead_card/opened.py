"""A card that was opened says so in its form: who opened it may tell of his call, though a colleague was quicker meanwhile.

The word in the form is signed, so that nobody can say so of a card that was never shown to him.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

HOLDS_FOR = timedelta(hours=12)
"""A working day: a form that was left open is sent within it."""


def word_of(secret: bytes, lead_id: str, manager: str, moment: datetime) -> str:
    """Return the word that a card's form carries: when it was shown, and the proof that it was shown to this manager."""
    return f"{int(moment.timestamp())}.{_proof(secret, lead_id, manager, int(moment.timestamp()))}"


def was_opened(word: str, secret: bytes, lead_id: str, manager: str, moment: datetime) -> bool:
    """Return whether a word is that of a card of this lead which this manager was shown not long ago.

    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> word = word_of(b"key", "7", "Anna", noon)
    >>> [was_opened(word, b"key", lead, who, noon + timedelta(hours=hours))
    ...  for lead, who, hours in (("7", "Anna", 1), ("8", "Anna", 1), ("7", "Boris", 1), ("7", "Anna", 13))]
    [True, False, False, False]
    """
    stamp, _, proof = word.partition(".")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    shown = int(stamp)
    is_ours = hmac.compare_digest(proof.encode(), _proof(secret, lead_id, manager, shown).encode())
    return is_ours and timedelta(0) <= moment - datetime.fromtimestamp(shown, UTC) <= HOLDS_FOR


def _proof(secret: bytes, lead_id: str, manager: str, stamp: int) -> str:
    said = "\0".join(("card", lead_id, manager, str(stamp)))
    return hmac.new(secret, said.encode(), "sha256").hexdigest()[:32]
