"""Phone numbers, read by Google's rules (``phonenumbers``): the number that is dialled, and whether and which it can be.

Forms and CRMs mostly send a number that is written out in full, +7 900 123-45-67. Such a one needs none of the guesses for
which the library takes its time (``written_phones.py``). All else the library reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from features.facts.written_phones import PhoneKind, written_out

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def told_by_phone(text: str, region: str) -> tuple[str | None, Mapping[str, str]]:
    """Return what is dialled, or None where nothing can be, and whether it can be valid and of which kind it is then.

    Without a country code the number is one of ``region``'s.

    >>> told_by_phone("8 (912) 345-67-89", "RU") == told_by_phone("+7 912 345-67-89", "DE")
    True
    """
    written = written_out(text.strip())
    if written is not None:
        return written.dialled, _quality(written.kind)
    number = phone_number(text, region)
    return dialled(number), _quality(None if number is None else _kind(number))


def phone_number(text: str | None, region: str) -> PhoneNumber | None:
    """Return the number that a text is by the library, or None where it is none."""
    try:
        return phonenumbers.parse((text or "").strip(), region)
    except NumberParseException:
        return None


def dialled(number: PhoneNumber | None) -> str | None:
    """Return a number as +79001234567, or None where it cannot exist."""
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _kind(number: PhoneNumber) -> PhoneKind | None:
    """Return the kind of a number; None for one that is not valid."""
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:  # of no kind is what is not valid
        return None
    return "mobile" if kind in MOBILE else "fixed" if kind == PhoneNumberType.FIXED_LINE else "other"


def _quality(kind: PhoneKind | None) -> Mapping[str, str]:
    return NOT_VALID if kind is None else VALID[kind]


NOT_VALID: Mapping[str, str] = {"phone_valid": "no"}
VALID: Mapping[PhoneKind, Mapping[str, str]] = {
    kind: {"phone_valid": "yes", "phone_kind": kind} for kind in get_args(PhoneKind)
}
