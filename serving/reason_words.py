"""Reasons in the company's language and words: what the lead has, and how often such leads bought."""

from __future__ import annotations

import math

from features.facts.company import Company
from models.score import Cell, Reason
from serving.words import feature_label, level_word, say

SECONDS: dict[str, float] = {
    "seconds_to_first_call": 1, "last_call_seconds": 1, "seconds_spoken": 1, "minutes_since_last_call": 60,
    "hours_since_request": 3600,
}  # fmt: skip
"""The features that are spans of time, and the seconds in one of their units."""
COUNTS = frozenset({
    "hour", "calls_made", "calls_spoken", "calls_in_vain_at_last", "words_on_what_attracts"
})  # fmt: skip
"""The features that are whole numbers: "more than 2.5" of them is 3 and more."""
LIFTS = frozenset({"channel_lift", "ad_lift", "offer_lift"})
"""The features that are log-odds over the company's rate: people read them as odds."""


def reason_text(reason: Reason, company: Company) -> str:
    """Return a reason as a short phrase, without its counts.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields":
    ...     {"area": {"kind": "number", "label": "Office area", "unit": "m2"}}})
    >>> reason_text(Reason("area", (80.0, 200.0), 0.4, 180, 31, 0.1), company)
    'Office area, m2: 80 to 200'
    """
    return f"{feature_label(reason.feature, company)}: {cell_words(reason.feature, reason.cell, company)}"


def reason_counts(reason: Reason, company: Company) -> str:
    r"""Return "31 of 180 such leads bought: 17 %, 10 % on average" in the company's language; empty where none were counted.

    >>> company = Company.model_validate({"company": "x", "language": "en"})
    >>> reason_counts(Reason("area", (80.0, 200.0), 0.4, 180, 31, 0.095), company)
    '31 of 180 such leads bought: 17\xa0%, 9.5\xa0% on average'
    """
    if not reason.leads or reason.average is None:
        return ""
    language = company.language
    return say(
        "bought_of",
        language,
        sales=number_words(reason.sales, language),
        leads=number_words(reason.leads, language),
        rate=percent_words(reason.sales / reason.leads, language),
        average=percent_words(reason.average, language),
    )


def cell_words(name: str, cell: Cell, company: Company) -> str:
    """Return a value or range as people say it."""
    language = company.language
    if cell is None:
        return say("not_given", language)
    if isinstance(cell, str):
        return level_word(name, cell, company)
    if cell == (None, None):
        return say("any_number", language)
    low, high = ("" if end is None else _end_words(name, end, language) for end in _whole_ends(name, cell))
    if low == high:
        return low
    if cell[0] is None:
        words = say("up_to", language, high=high)
    else:
        words = say("between", language, low=low, high=high) if high else say("from", language, low=low)
    return say("times", language, cell=words) if name in LIFTS else words


def _whole_ends(name: str, cell: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    """Return a range as it is, or of whole numbers the first and the last that lie in it."""
    low, high = cell
    if name not in COUNTS:
        return cell
    return None if low is None else math.floor(low) + 1, None if high is None else math.floor(high)


def _end_words(name: str, end: float, language: str) -> str:
    if name in SECONDS:
        return span_words(end * SECONDS[name], language)
    return number_words(math.exp(end), language) if name in LIFTS else number_words(end, language)


def span_words(seconds: float, language: str) -> str:
    r"""Return a span of time in the unit in which people would say it.

    >>> span_words(45, "en"), span_words(150, "en"), span_words(109_803, "en"), span_words(8 * 86_400, "ru")
    ('45\xa0s', '2.5\xa0min', '30.5\xa0h', '8\xa0дн.')
    """
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return say(unit, language, n=number_words(round(seconds / size, 1), language)).replace(" ", "\u00a0")
    return say("seconds", language, n=number_words(seconds, language)).replace(" ", "\u00a0")


def percent_words(share: float, language: str, digits: int | None = None) -> str:
    """Return a share as a percentage with ``digits`` behind the point, or as many as matter."""
    wanted = digits if digits is not None else (0 if abs(share) >= 0.1 else 1)
    text = f"{share * 100:.{wanted}f}"
    return (text.replace(".", ",") if language == "ru" else text) + "\u00a0%"


def number_words(value: float, language: str) -> str:
    r"""Return a number with as many digits as matter.

    >>> number_words(1234.5, "ru"), number_words(6.5, "ru"), number_words(0.25, "en")
    ('1\xa0234', '6,5', '0.25')
    """
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if round(value * 10, 9).is_integer() else 2
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")
