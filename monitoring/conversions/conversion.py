"""One thing that an ad system is told: of whom, what, when, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import md5, sha256
from typing import Literal

from features.facts.conversion_settings import OrderStatus, Step
from features.facts.values import LeadId
from monitoring.conversions.identifiers import Identifiers

ORDER: Literal["order"] = "order"
"""What the ledger calls the one order that a lead is, where a system is told orders and not steps."""
ToldStep = Step | Literal["order"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A conversion with everything that any format writes.

    ``name`` is what the step is called there; ``value`` is in ``currency``, None where it is not known; ``status`` is an order's.
    An adjustment ``adjusts`` what happened at that time, and may be its end (``retracts``).
    """

    lead_id: LeadId
    step: ToldStep
    name: str
    at: datetime
    created_at: datetime
    value: float | None
    currency: str
    status: OrderStatus | None
    ids: Identifiers
    adjusts: datetime | None = None
    retracts: bool = False


def price(value: float | None) -> str:
    """Return money as all these formats want it: a dot, and no more digits than it has.

    >>> price(15000.0), price(15000.5), price(1234567.891), price(None)
    ('15000', '15000.50', '1234567.89', '')
    """
    if value is None:
        return ""
    rounded = round(value, 2)
    return f"{rounded:.0f}" if rounded == int(rounded) else f"{rounded:.2f}"


def md5_of(text: str | None) -> str:
    """Return the MD5 of a text as hexadecimal digits, as Yandex asks for it; nothing of nothing.

    >>> md5_of("79001234567"), md5_of(None)
    ('94101f6ce6cb6e7e393749fab75f4682', '')
    """
    return md5(text.encode(), usedforsecurity=False).hexdigest() if text else ""


def sha256_of(text: str | None) -> str:
    """Return the SHA-256 of a text as hexadecimal digits, as Google and Meta ask for it; nothing of nothing.

    >>> sha256_of("anna@example.com")[:16], sha256_of("")
    ('f7d54c22dda5b178', '')
    """
    return sha256(text.encode()).hexdigest() if text else ""


def digits_of(phone: str | None) -> str | None:
    """Return a phone number's digits, country code first.

    >>> digits_of("+79001234567")
    '79001234567'
    """
    return phone.removeprefix("+") if phone else None
