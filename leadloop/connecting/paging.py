"""Pages of what changed, so that a record which changes while we read pushes no other one out of sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from leadloop.connecting.connector import Found

Ask = Callable[[datetime, int], list[Found]]
"""Returns a page of what changed since a moment, so many records further on, the oldest change first."""


def pages_since(ask: Ask, since: datetime, size: int) -> Iterator[list[Found]]:
    """Yield pages until one is not full; each begins at the last change of the one before.

    Going on by a count alone would leave one out wherever an earlier record has moved to the end meanwhile. Only records of one
    and the same moment, more of them than a page holds, are counted through.
    """
    skipped = 0
    while True:
        page = ask(since, skipped)
        if page:
            yield page
        if len(page) < size:
            return
        last = max((one.changed_at for one in page if one.changed_at), default=since)
        skipped = 0 if last > since else skipped + size
        since = max(last, since)
