"""By what a CRM proves that a message is its own: a token in it, a secret in the address, a signature over all of it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from features.crm.hubspot_events import is_fresh, signature_of

SIGNATURE, TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"


def is_same(given: str, wanted: str | None) -> bool:
    """Return whether two secrets are equal, in a time that tells nothing of them; without a secret nothing is.

    >>> is_same("a", "a"), is_same("a", "b"), is_same("", None), is_same("", "")
    (True, False, False, False)
    """
    told = given.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(told, (wanted or "").encode()) and bool(wanted)


def is_signed(headers: Mapping[str, str], *, address: str, body: bytes, secret: str | None, now: datetime) -> bool:
    """Return whether HubSpot signed a request to ``address`` at most five minutes ago."""
    timestamp = headers.get(TIMESTAMP, "")
    wanted = signature_of(secret, "POST", address, body, timestamp) if secret else None
    return is_same(headers.get(SIGNATURE, ""), wanted) and is_fresh(timestamp, now)
