"""Google Ads' enhanced conversions for leads: found again by e-mail and phone, which are told as SHA-256 alone.

Before hashing, an address is in lower case, and at Gmail without the dots that Gmail does not read; a number is +79001234567. Only
people who agreed stand here, so both consents are granted.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.facts.company import Company
from monitoring.conversions.conversion import Conversion, price, sha256_of
from monitoring.conversions.google_clicks_csv import google_time, parameters_line, zone_of
from monitoring.conversions.identifiers import Identifiers
from monitoring.conversions.table_text import table_text

HEADER = (
    "Email", "Phone Number", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency", "Ad User Data",
    "Ad Personalization",
)  # fmt: skip
GMAIL = frozenset({"gmail.com", "googlemail.com"})
GRANTED = "Granted"


def carries(ids: Identifiers) -> bool:
    """Return whether Google would know whose conversion it is."""
    return bool(ids.email or ids.phone)


def document(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the file."""
    settings = company.conversions.google_enhanced
    zone = zone_of(settings, company)
    return table_text(
        HEADER,
        (
            (
                sha256_of(_as_google_reads(one.ids.email)),
                sha256_of(one.ids.phone),
                one.name,
                google_time(one.at, zone),
                price(one.value),
                one.currency,
                GRANTED,
                GRANTED,
            )
            for one in conversions
        ),
        before=parameters_line(settings, conversions, zone),
    )


def _as_google_reads(email: str | None) -> str | None:
    """Return an address without what Gmail ignores.

    >>> _as_google_reads("an.na@gmail.com"), _as_google_reads("an.na@firma.ru")
    ('anna@gmail.com', 'an.na@firma.ru')
    """
    if email is None:
        return None
    name, _, domain = email.rpartition("@")
    return f"{name.replace('.', '')}@{domain}" if domain in GMAIL else email
