"""What HubSpot's webhook tells: a list of events in any order, some of them again; and the signature that proves who sends it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from features.crm.heard import Heard, digest_of, number_id, told_at
from features.errors import FactRefused

OLDEST = timedelta(minutes=5)
KINDS = {"contact": "contact", "deal": "deal", "call": "call", "0-1": "contact", "0-3": "deal", "0-48": "call"}
ACTIONS = {"creation", "propertyChange", "deletion", "privacyDeletion", "restore", "associationChange", "merge"}
WHOSE = ("newObjectId", "primaryObjectId", "objectId", "fromObjectId")
"""Which record an event is of: of a merge the one that is left, often a new one; of an association the one that it begins at."""
MOST_EVENTS = 1_000
OURS = "INTEGRATION"
"""``changeSource`` of a change by an app; ours is told from others' by what the record then says."""


def signature_of(secret: str, method: str, address: str, body: bytes, timestamp: str) -> str:
    """Return the signature of version 3: HMAC-SHA256 over method, address, body and timestamp, in base64.

    >>> signature_of("secret", "POST", "https://leads.example.com/crm/hubspot", b"[]", "1772442000000")
    '2dEwcBUqVWmkqZVNTi5GV7hf2iFNF7eGxkzpVG4iz4Y='
    """
    said = method.encode() + address.encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), said, sha256)).decode()


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Return whether a message was signed at most five minutes ago."""
    moment = told_at(timestamp, per_second=1_000)
    return moment is not None and abs(now - moment) <= OLDEST


def heard_in(body: bytes) -> list[Heard]:
    """Return what a message tells; ``FactRefused`` where it is no list of events, or none of them can be read.

    An event that names no record costs itself alone: HubSpot would send all of them again, and be refused again.

    >>> heard_in(b'[{"eventId": 1, "subscriptionType": "contact.creation", "objectId": 51, "occurredAt": 1772442000000}]')[0].entity
    'contact'
    """
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise FactRefused("body", "is no JSON") from None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise FactRefused("body", f"is a list of at most {MOST_EVENTS} events")
    heard, refused = list[Heard](), list[FactRefused]()
    for number, event in enumerate(events):
        try:
            heard += _heard(event, number)
        except FactRefused as error:
            refused.append(error)
    if refused and not heard:
        raise refused[0]
    return heard


def _heard(event: Any, number: int) -> list[Heard]:
    if not isinstance(event, dict):
        raise FactRefused(f"{number}", "is an event with its eventId, subscriptionType and objectId")
    told = event.get("subscriptionType")
    kind, _, action = told.partition(".") if isinstance(told, str) else ("", "", "")
    if kind == "object":
        kind = str(event.get("objectTypeId", ""))
    entity = KINDS.get(kind)
    if entity is None or action not in ACTIONS:
        return []
    named = next((event[one] for one in WHOSE if event.get(one) is not None), None)
    record_id = number_id(named, f"{number}.objectId")
    moment = event.get("occurredAt")
    digest = digest_of(event.get("eventId"), told, record_id, moment, event.get("propertyName"))
    return [Heard(entity, record_id, f"{entity}.{action}", told_at(moment, per_second=1_000), digest)]
