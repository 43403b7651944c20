"""When the request came, and how long it has been waiting."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from features.rows.as_of import KnownLead
from features.rows.feature import Feature, Value, feature

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@feature("time", "number", unit="hour of the day", reads=("lead",))
def hour(known: KnownLead) -> Value:
    """The hour of the request in the company's time zone."""
    return float(_local(known.created_at, known.company.zone).hour)


@feature("time", "level", reads=("lead",))
def weekday(known: KnownLead) -> Value:
    """The weekday of the request in the company's time zone."""
    return WEEKDAYS[_local(known.created_at, known.company.zone).weekday()]


@feature("time", "number", unit="hours", reads=("lead",))
def hours_since_request(known: KnownLead) -> Value:
    """How long ago the request was left."""
    return (known.moment - known.created_at).total_seconds() / 3600.0


@feature("time", "number", unit="seconds", reads=("lead", "call"))
def seconds_to_first_call(known: KnownLead) -> Value:
    """How long the person waited for the first try; missing until there was one."""
    return max((known.calls[0].at - known.created_at).total_seconds(), 0.0) if known.calls else None


@lru_cache(maxsize=64)
def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment by the clocks of a zone, which several features ask of one lead."""
    return moment.astimezone(zone)


ARRIVAL_FEATURES: tuple[Feature, ...] = (hour, weekday)
"""What the moment of the request says by itself."""
TIME_FEATURES: tuple[Feature, ...] = (*ARRIVAL_FEATURES, hours_since_request, seconds_to_first_call)
