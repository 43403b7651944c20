"""Yandex.Metrica's orders of the CRM: every lead is an order whose status says what became of it.

An order that is told again under its id takes the place of what was told before. Its status is always written, for an
order without one would count as paid. Phone and e-mail are told as MD5 alone: of the number's digits with country code,
of the address in lower case. Times are in the counter's own zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from zoneinfo import ZoneInfo

from features.facts.company import Company
from features.facts.contact_signs import holds_contact
from features.facts.conversion_settings import YandexOrders
from features.facts.values import LeadId
from monitoring.conversions.conversion import Conversion, digits_of, md5_of, price
from monitoring.conversions.identifiers import Identifiers
from monitoring.conversions.table_text import table_text

FORMULA_SIGNS = ("=", "+", "-", "@")


def carries(ids: Identifiers) -> bool:
    """Return whether Metrica would know whose order it is."""
    return bool(ids.client_id or ids.email or ids.phone)


def document(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the file."""
    settings = company.conversions.yandex_orders or YandexOrders()
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else company.zone
    status, revenue = (settings.columns.get("order_status", "order_status"), settings.columns.get("revenue", "revenue"))
    return table_text(
        ("id", "create_date_time", "client_ids", "emails_md5", "phones_md5", status, revenue),
        (
            (
                order_id(one.lead_id),
                f"{one.created_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                one.ids.client_id or "",
                md5_of(one.ids.email),
                md5_of(digits_of(one.ids.phone)),
                one.status or "IN_PROGRESS",
                price(one.value),
            )
            for one in conversions
        ),
    )


def order_id(lead_id: LeadId) -> str:
    """Return the id of a lead's order: the CRM's own, unless that is a phone number or an address, or reads as a formula.

    >>> order_id(LeadId("7405")), len(order_id(LeadId("anna@example.com")))
    ('7405', 32)
    """
    is_plain = not holds_contact(lead_id) and not lead_id.startswith(FORMULA_SIGNS) and lead_id.isprintable()
    return lead_id if is_plain else sha256(lead_id.encode()).hexdigest()[:32]
