"""A phone number that is written out in full, read at once: its country code stands in front, so nothing is guessed.

The rules are the library's own tables (``phonenumbers``: which lengths and first digits a country's mobile, fixed and other
numbers have), asked in the library's order, but of one country and one length at a time, with the patterns of a kind put
together once. What could be read in two ways is left to the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

PhoneKind = Literal["mobile", "fixed", "other"]
WRITTEN_OUT = re.compile(r"\+([1-9][0-9() -]{8,20}[0-9])")
PUNCTUATION = str.maketrans("", "", "() -")
OTHER = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")
"""The kinds that the library looks for before fixed and mobile numbers; to us they are all one."""
Fits = Callable[[str], object]
"""Whether digits fit a pattern."""


class WrittenPhone(NamedTuple):
    """What is dialled, and of which kind it is; None: it is not valid."""

    dialled: str
    kind: PhoneKind | None


class _Region(NamedTuple):
    """The patterns of one country for numbers of one length; ``begins`` tells it from others under the same code."""

    begins: Fits | None
    general: Fits
    other: Fits
    fixed: Fits
    mobile: Fits
    is_one: bool
    """Whether fixed and mobile numbers cannot be told apart."""

    def kind(self, national: str) -> PhoneKind | None:
        if not self.general(national):
            return None
        if self.other(national):
            return "other"
        if self.fixed(national):
            return "mobile" if self.is_one or self.mobile(national) else "fixed"
        return "mobile" if not self.is_one and self.mobile(national) else None


def written_out(text: str) -> WrittenPhone | None:
    """Return the number that begins with + and its country code, as the library would read it; None leaves it to the library.

    >>> written_out("+7 (912) 345-67-89"), written_out("8 912 345-67-89")
    (WrittenPhone(dialled='+79123456789', kind='mobile'), None)
    """
    told = WRITTEN_OUT.fullmatch(text)
    if told is None:
        return None
    digits = told[1].translate(PUNCTUATION)
    for length in (1, 2, 3):  # no country code begins with another one
        code = digits[:length]
        if code in CODES:
            national = digits[length:]
            regions, prefix = _read(code, len(national))
            if not regions or national[0] == "0" or (prefix and prefix(national)):
                return None  # a digit in front may be no part of it, or no number of the country is so long
            return WrittenPhone(f"+{digits}", _kind(regions, national))
    return None


def _kind(regions: Iterable[_Region], national: str) -> PhoneKind | None:
    """Return the kind in the first country to which the number belongs."""
    for one in regions:
        if one.begins is None:
            kind = one.kind(national)
            if kind is not None:
                return kind
        elif one.begins(national):
            return one.kind(national)
    return None


CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


@cache
def _read(code: str, length: int) -> tuple[tuple[_Region, ...], Fits | None]:
    """Return the countries under a code, for numbers of one length, and what finds a prefix for calls within the first.

    None of either where that first one's numbers are never so long, or nobody's country has the code.
    """
    names = COUNTRY_CODE_TO_REGION_CODE[int(code)]
    countries = [PhoneMetadata.metadata_for_region(name) for name in names]
    first = countries[0]
    if first is None or first.general_desc is None or length not in first.general_desc.possible_length:
        return (), None
    prefix = first.national_prefix_for_parsing
    alone = len(names) == 1
    regions = tuple([_region(one, length, alone=alone) for one in countries if one is not None])
    return regions, re.compile(prefix).match if prefix else None


def _region(country: PhoneMetadata, length: int, *, alone: bool) -> _Region:
    begins = None if alone or country.leading_digits is None else re.compile(country.leading_digits).match
    return _Region(
        begins,
        general=_any_of([country.general_desc], length),
        other=_any_of([getattr(country, name) for name in OTHER], length),
        fixed=_any_of([country.fixed_line], length),
        mobile=_any_of([country.mobile], length),
        is_one=bool(country.same_mobile_and_fixed_line_pattern),
    )


def _any_of(descriptions: Iterable[PhoneNumberDesc | None], length: int) -> Fits:
    """Return whether digits of this length fit any of these descriptions."""
    patterns = [
        f"(?:{one.national_number_pattern})"
        for one in descriptions
        if one is not None and one.national_number_pattern and length in (one.possible_length or (length,))
    ]
    return re.compile("|".join(patterns)).fullmatch if patterns else _nothing


def _nothing(_: str) -> None:
    return None
