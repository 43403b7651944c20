"""On which midnights the past is looked at again: every so many weeks from the first at which anything was settled."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from features.rows.rates_timeline import RatesTimeline, next_midnight
from features.rows.source_rates import WHOLE_COMPANY

MOST_REFITS = 26
"""Where nobody says how often, the past is learned from so many times at most."""
WEEK = timedelta(days=7)


def first_settled(timeline: RatesTimeline, first: datetime, last: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first midnight between two moments at which a lead was settled; None where there was none."""
    midnight = next_midnight(first, zone)
    while midnight < last:
        if timeline.totals(WHOLE_COMPANY, midnight)[0]:
            return midnight
        midnight = next_midnight(midnight, zone)
    return None


def weeks_between_refits(first: datetime, last: datetime, most: int = MOST_REFITS) -> int:
    """Return after how many weeks to learn anew, so that the span takes ``most`` refits or fewer.

    >>> from datetime import UTC
    >>> start = datetime(2026, 1, 5, tzinfo=UTC)
    >>> weeks_between_refits(start, start + 26 * WEEK), weeks_between_refits(start, start + 27 * WEEK)
    (1, 2)
    """
    weeks = max(-(-(last - first) // WEEK), 1)
    return -(-weeks // most)


def replay_moments(first: datetime, last: datetime, every_weeks: int, zone: ZoneInfo) -> list[datetime]:
    """Return the company's midnights, ``every_weeks`` apart, from the first at or after ``first`` to the last before ``last``.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 20, 9, tzinfo=UTC)
    >>> [f"{one:%d.%m %H:%M %z}" for one in replay_moments(noon, noon + 2 * WEEK, 1, ZoneInfo("Europe/Berlin"))]
    ['21.03 00:00 +0100', '28.03 00:00 +0100']
    """
    begin = first.astimezone(zone)
    if begin.time() != clock_time():
        begin = next_midnight(begin, zone)
    made = []
    while begin < last:
        made.append(begin)
        begin = datetime.combine(begin.date() + every_weeks * WEEK, clock_time(), zone)
    return made
