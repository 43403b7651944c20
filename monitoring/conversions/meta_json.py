"""Meta's Conversions API for CRM: an event for each step of a lead, found again by the id of Meta's own lead form or by hashes.

E-mail (lower case) and phone (digits with country code) are told as SHA-256 alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from features.facts.company import Company
from features.facts.conversion_settings import MetaEvents
from monitoring.conversions.conversion import Conversion, digits_of, sha256_of
from monitoring.conversions.identifiers import Identifiers


def carries(ids: Identifiers) -> bool:
    """Return whether Meta would know whose event it is."""
    return bool(ids.meta_lead_id or ids.email or ids.phone)


def document(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the body as it is documented: ``{"data": [event, ...]}``."""
    settings = company.conversions.meta or MetaEvents(events={"paid": "Converted"})
    return orjson.dumps({"data": [_event(one, settings) for one in conversions]})


def push_body(conversions: Sequence[Conversion], company: Company) -> bytes:
    """Return the body that is pushed: each event has an id besides, so that one whose answer was lost counts once."""
    settings = company.conversions.meta or MetaEvents(events={"paid": "Converted"})
    events = [{**_event(one, settings), "event_id": sha256_of(f"{one.lead_id} {one.step}")[:32]} for one in conversions]
    return orjson.dumps({"data": events})


def _event(one: Conversion, settings: MetaEvents) -> dict[str, Any]:
    user: dict[str, Any] = {}
    if one.ids.meta_lead_id:
        user["lead_id"] = int(one.ids.meta_lead_id)
    if one.ids.email:
        user["em"] = [sha256_of(one.ids.email)]
    if one.ids.phone:
        user["ph"] = [sha256_of(digits_of(one.ids.phone))]
    told: dict[str, Any] = {"event_source": "crm", "lead_event_source": settings.crm}
    if settings.values and one.value is not None:
        told |= {"value": round(one.value, 2), "currency": one.currency}
    return {
        "event_name": one.name,
        "event_time": int(one.at.timestamp()),
        "action_source": "system_generated",
        "user_data": user,
        "custom_data": told,
    }
