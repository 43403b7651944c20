"""How reachable the person is, told without the contact itself."""

from __future__ import annotations

from features.rows.as_of import KnownLead
from features.rows.feature import Feature, Value

QUALITIES = {
    "has_name": "Whether a name was given.",
    "has_phone": "Whether a phone number was given.",
    "phone_valid": "Whether the phone number can exist.",
    "phone_kind": "Mobile, fixed or another kind of number.",
    "has_email": "Whether an e-mail address was given.",
    "email_kind": "Whether the e-mail is at a free service, at a company's own domain, or cannot exist.",
}


def _reader(name: str, meaning: str) -> Feature:
    def of(known: KnownLead) -> Value:
        answer = known.lead.contact_quality.get(name)
        return None if answer is None else str(answer)

    return Feature(f"contact_{name}", "contact", "level", "", meaning, of, ("lead",))


CONTACT_FEATURES: tuple[Feature, ...] = tuple(_reader(name, meaning) for name, meaning in QUALITIES.items())
