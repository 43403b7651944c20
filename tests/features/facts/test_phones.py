"""A number that is written out in full is read as the library reads it, only sooner."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from features.facts.phones import dialled, phone_number, phone_quality, written_out

CODES = sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
NATIONAL = st.text("0123456789", min_size=4, max_size=13)
EXAMPLES = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE)
    if (number := phonenumbers.example_number_for_type(region, kind))
]
"""A number of each country and kind, as the library itself gives them."""


def by_library(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


@settings(max_examples=400)
@given(code=st.sampled_from(CODES), national=NATIONAL, region=st.sampled_from(["RU", "US", "DE"]))
def test_any_digits_behind_any_country_code_are_read_as_the_library_reads_them(
    code: str, national: str, region: str
) -> None:
    text = f"+{code} {national[:3]} {national[3:]}"
    assert phone_number(text, region) == by_library(text, region)


def test_every_countrys_own_numbers_are_read_as_the_library_reads_them_and_most_without_it() -> None:
    for text in EXAMPLES:
        assert phone_number(text, "RU") == by_library(text, "RU"), text
    assert sum(written_out(text) is not None for text in EXAMPLES) > 0.8 * len(EXAMPLES)


@pytest.mark.parametrize("text", EXAMPLES[::7])
def test_validity_and_kind_are_the_librarys(text: str) -> None:
    number = phone_number(text, "RU")
    assert number is not None
    quality = phone_quality(number)
    assert (quality["phone_valid"] == "yes") == phonenumbers.is_valid_number(number)
    assert dialled(number) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    "text", ["", None, "anna", "+", "+7", "+999 123 456 789", "8 912 345-67-89 ext. 5", "+7 912 345-67-89 доб. 5"]
)
def test_what_is_no_plain_number_is_left_to_the_library(text: str | None) -> None:
    assert phone_number(text, "RU") == by_library(text or "", "RU")
