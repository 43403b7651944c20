"""What a request adds to a lead's facts, and the moments that its sender may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from features.errors import FactRefused

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far ahead of ours a sender's clock may be."""
HAPPENED = {"created_at": "the request was left", "at": "it happened"}
"""What a field tells the moment of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a request added: whether anything is new, the fields nobody knows, and the moment from which it is known.

    ``at`` is when what it tells happened; None where that is the moment itself.
    """

    stored: bool
    unknown: list[str]
    moment: datetime
    at: datetime | None = None


def sent_at_of(sent_at: datetime | None, moment: datetime) -> datetime | None:
    """Return when a telling was sent; ``FactRefused`` where that lies ahead of ``moment`` by more than clocks differ."""
    if sent_at is not None and sent_at > moment + CLOCKS_DIFFER:
        raise FactRefused(
            "sent_at", "lies in the future; send the moment at which it was told, by a clock that is right"
        )
    return sent_at


def not_ahead(field: str, at: datetime, moment: datetime) -> datetime:
    """Return when something happened, as ``field`` tells it; what a clock a little ahead of ours tells of happens at ``moment``.

    ``FactRefused`` where it lies further ahead than clocks differ.
    """
    if at <= moment:
        return at
    if at > moment + CLOCKS_DIFFER:
        raise FactRefused(
            field, f"lies in the future; send the moment at which {HAPPENED[field]}, by a clock that is right"
        )
    return moment
