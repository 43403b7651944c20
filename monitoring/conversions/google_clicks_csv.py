"""Google Ads' conversions from clicks: a line for each conversion of a click, no other column and nothing of a person.

Every time carries its own offset, so that the file means the same in any account.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from features.facts.company import Company
from features.facts.conversion_settings import GoogleActions
from monitoring.conversions.conversion import Conversion, price
from monitoring.conversions.identifiers import Identifiers
from monitoring.conversions.table_text import table_text

HEADER = ("Google Click ID", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency")


def carries(ids: Identifiers) -> bool:
    """Return whether Google would know which click it was."""
    return bool(ids.gclid)


def document(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the file."""
    settings, zone = company.conversions.google, zone_of(company.conversions.google, company)
    return table_text(
        HEADER,
        (
            (one.ids.gclid or "", one.name, google_time(one.at, zone), price(one.value), one.currency)
            for one in conversions
        ),
        before=parameters_line(settings, conversions, zone),
    )


def zone_of(settings: GoogleActions | None, company: Company) -> ZoneInfo:
    """Return the time zone that the file is written in."""
    return ZoneInfo(settings.time_zone) if settings and settings.time_zone else company.zone


def google_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as Google reads it.

    >>> from datetime import UTC
    >>> google_time(datetime(2026, 1, 13, 23, 30, tzinfo=UTC), ZoneInfo("Australia/Sydney"))
    '2026-01-14 10:30:00+11:00'
    """
    return moment.astimezone(zone).isoformat(" ", "seconds")


def parameters_line(settings: GoogleActions | None, conversions: Sequence[Conversion], zone: ZoneInfo) -> str:
    """Return the optional first line, which names the zone as it is at the last of the conversions."""
    if settings is None or not settings.parameters_line or not conversions:
        return ""
    return f"Parameters:TimeZone={max(one.at for one in conversions).astimezone(zone):%z}"
