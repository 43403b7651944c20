"""Google Ads' conversion adjustments: what a sale really came to, or that it was none, for what Google was told before.

A conversion is named by its click, its name and its time as they were told; ``RESTATE`` gives it another value, ``RETRACT`` takes
it out, for good. Conversions and adjustments never stand in one file.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.facts.company import Company
from monitoring.conversions.conversion import Conversion, price
from monitoring.conversions.google_clicks_csv import carries, google_time, parameters_line, zone_of
from monitoring.conversions.table_text import table_text

__all__ = ["HEADER", "carries", "document"]
HEADER = (
    "Google Click ID", "Conversion Name", "Conversion Time", "Adjustment Time", "Adjustment Type", "Adjusted Value",
    "Adjusted Value Currency",
)  # fmt: skip


def document(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the file."""
    settings = company.conversions.google
    zone = zone_of(settings, company)
    return table_text(
        HEADER,
        (
            (
                one.ids.gclid or "",
                one.name,
                google_time(one.adjusts or one.at, zone),
                google_time(one.at, zone),
                "RETRACT" if one.retracts else "RESTATE",
                "" if one.retracts else price(one.value),
                "" if one.retracts else one.currency,
            )
            for one in conversions
        ),
        before=parameters_line(settings, conversions, zone),
    )
