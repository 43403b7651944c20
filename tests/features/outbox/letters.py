"""Letters that a test sends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from features.outbox.letter import Letter

LETTER = Letter(
    destination="meta", kind="conversions:meta", once_key="k1", url="http://127.0.0.1:1/events", body=b'{"em":"hash"}',
    content_type="application/json",
)  # fmt: skip


def letter(key: str = "k1", **said: Any) -> Letter:
    """Return a letter with some things said otherwise."""
    return replace(LETTER, once_key=key, **said)
