"""How long to wait before the next try: longer each time, and never all at the same moment."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
LONGEST_ASKED = timedelta(days=1)
"""Whatever a destination asks for, after a day it is asked again."""


def wait_before(next_try: int, draw: random.Random) -> timedelta:
    """Return how long to wait before a try; the second is the first that waits.

    Doubled each time, of that between a half and the whole at random ("equal jitter": Brooker, "Exponential Backoff And
    Jitter", AWS Architecture Blog, 2015), so that what failed together does not come back together.

    >>> wait = wait_before(4, random.Random(7))
    >>> timedelta(seconds=60) <= wait <= timedelta(seconds=120)
    True
    """
    doubled: int = 2 ** min(max(next_try - 2, 0), 30)
    whole = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return whole * draw.uniform(0.5, 1.0)


def asked_wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return how long a destination asks to be left alone (RFC 9110, 10.2.3: seconds, or a date); None where it asks nothing.

    Whoever answers may write there what he likes: what can be no number of seconds and no date asks nothing.

    >>> asked_wait("120", datetime(2026, 3, 2, tzinfo=UTC)), asked_wait("soon", datetime(2026, 3, 2, tzinfo=UTC))
    (datetime.timedelta(seconds=120), None)
    """
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdecimal():
            asked = timedelta(seconds=min(int(retry_after), 10**7))
        else:
            moment = parsedate_to_datetime(retry_after)
            asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return min(max(asked, timedelta(0)), LONGEST_ASKED)
