"""Phone numbers, read by Google's rules (``phonenumbers``): the number that is dialled, and whether and which it can be.

Forms and CRMs mostly send a number that is written out in full, +7 900 123-45-67. Such a one needs none of the guesses for
which the library's reader takes its time: its country code stands in front. All else the library reads.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
WRITTEN_OUT = re.compile(r"\+([1-9][0-9() -]{8,20}[0-9])")
PUNCTUATION = str.maketrans("", "", "() -")


def phone_number(text: str | None, region: str) -> PhoneNumber | None:
    """Return the number that a text is, or None where it is none; without a country code it is one of ``region``'s.

    >>> phone_number("8 (912) 345-67-89", "RU") == phone_number("+7 912 345-67-89", "DE")
    True
    """
    told = (text or "").strip()
    number = written_out(told)
    if number is not None:
        return number
    try:
        return phonenumbers.parse(told, region)
    except NumberParseException:
        return None


def dialled(number: PhoneNumber | None) -> str | None:
    """Return a number as +79001234567, or None where it cannot exist."""
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phone_quality(number: PhoneNumber | None) -> dict[str, str]:
    """Return whether a number can be valid, and of which kind it is then.

    >>> phone_quality(phone_number("8 912 345-67-89", "RU"))
    {'phone_valid': 'yes', 'phone_kind': 'mobile'}
    """
    kind = PhoneNumberType.UNKNOWN if number is None else phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:  # of no kind is what is not valid
        return {"phone_valid": "no"}
    word = "mobile" if kind in MOBILE else "fixed" if kind == PhoneNumberType.FIXED_LINE else "other"
    return {"phone_valid": "yes", "phone_kind": word}


def written_out(text: str) -> PhoneNumber | None:
    """Return the number that begins with + and its country code, as the library would read it; None leaves it to the library."""
    told = WRITTEN_OUT.fullmatch(text)
    if told is None:
        return None
    digits = told[1].translate(PUNCTUATION)
    for length in (1, 2, 3):  # no country code begins with another one
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            return _of_region(digits[:length], digits[length:], regions[0])
    return None


def _of_region(code: str, national: str, region: str) -> PhoneNumber | None:
    """Return the number; None where a digit in front may be no part of it, or its length is not one of the region's."""
    known = PhoneMetadata.metadata_for_region(region)
    general = None if known is None else known.general_desc
    if known is None or general is None or national.startswith("0") or len(national) not in general.possible_length:
        return None
    prefix = known.national_prefix_for_parsing
    if prefix and re.match(prefix, national):
        return None
    return PhoneNumber(country_code=int(code), national_number=int(national))
