"""A number that is written out in full is read as the library reads it, only sooner."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from features.facts.phones import dialled, phone_number, told_by_phone
from features.facts.written_phones import written_out

CODES = sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
NATIONAL = st.text("0123456789", min_size=4, max_size=13)
EXAMPLES = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE)
    if (number := phonenumbers.example_number_for_type(region, kind))
]
"""A number of each country and kind, as the library itself gives them."""


def by_library(text: str, region: str) -> tuple[str | None, dict[str, str]]:
    number = phone_number(text, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return dialled(number), {"phone_valid": "no"}
    kind = {
        PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile", PhoneNumberType.FIXED_LINE: "fixed"
    }.get(phonenumbers.number_type(number), "other")  # fmt: skip
    return dialled(number), {"phone_valid": "yes", "phone_kind": kind}


@settings(max_examples=1000)
@given(code=st.sampled_from(CODES), national=NATIONAL, region=st.sampled_from(["RU", "US", "DE"]))
def test_any_digits_behind_any_country_code_are_read_as_the_library_reads_them(
    code: str, national: str, region: str
) -> None:
    text = f"+{code} {national[:3]} {national[3:]}"
    assert told_by_phone(text, region) == by_library(text, region)


@settings(max_examples=1000)
@given(example=st.sampled_from(EXAMPLES), place=st.integers(1, 15), digit=st.integers(0, 9))
def test_a_number_that_is_one_digit_off_is_read_as_the_library_reads_it(example: str, place: int, digit: int) -> None:
    text = f"{example[:place]}{digit}{example[place + 1 :]}"
    assert told_by_phone(text, "RU") == by_library(text, "RU")


def test_every_countrys_own_numbers_are_read_as_the_library_reads_them_and_most_without_it() -> None:
    for text in EXAMPLES:
        assert told_by_phone(text, "RU") == by_library(text, "RU"), text
    assert sum(written_out(text) is not None for text in EXAMPLES) > 0.8 * len(EXAMPLES)


@pytest.mark.parametrize(
    "text", ["", "anna", "+", "+7", "+999 123 456 789", "8 912 345-67-89 ext. 5", "+7 912 345-67-89 доб. 5"]
)
def test_what_is_no_plain_number_is_left_to_the_library(text: str) -> None:
    assert told_by_phone(text, "RU") == by_library(text, "RU")
