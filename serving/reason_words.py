"""Reasons in the company's language and words: what the lead has, and how often such leads bought."""

from __future__ import annotations

import math

from features.facts.company import Company
from models.purchase_model import RARE
from models.score import Cell, Reason
from serving.words import OURS, feature_label, level_word, say

SECONDS: dict[str, float] = {
    "seconds_to_first_call": 1, "last_call_seconds": 1, "seconds_spoken": 1, "minutes_since_last_call": 60,
    "hours_since_request": 3600,
}  # fmt: skip
"""The features that are spans of time, and the seconds in one of their units."""
LIFTS = frozenset({"channel_lift", "ad_lift", "offer_lift"})
"""The features that are log-odds over the company's rate: people read them as odds."""


def reason_text(reason: Reason, company: Company) -> str:
    """Return a reason as a short phrase, without its counts.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields":
    ...     {"area": {"kind": "number", "label": "Office area", "unit": "m2"}}})
    >>> reason_text(Reason("area", (80.0, 200.0), 0.4, 180, 31), company)
    'Office area, m2: 80 to 200'
    """
    return f"{feature_label(reason.feature, company)}: {cell_words(reason.feature, reason.cell, company)}"


def reason_counts(reason: Reason, average: float | None, company: Company) -> str:
    r"""Return how many leads like this one bought, and of all leads; empty where nothing was counted.

    >>> company = Company.model_validate({"company": "x", "language": "en"})
    >>> reason_counts(Reason("area", (80.0, 200.0), 0.4, 180, 31), 0.095, company)
    '31 of 180 such leads bought: 17.2\xa0%, of all leads 9.5\xa0%'
    """
    if not reason.leads or average is None:
        return ""
    language, rate = company.language, reason.sales / reason.leads
    digits = digits_of(min(rate, average)) if rate else digits_of(average)
    return say(
        "bought_of",
        language,
        sales=number_words(reason.sales, language),
        leads=number_words(reason.leads, language),
        rate=percent_words(rate, language, digits),
        average=percent_words(average, language, digits),
    )


def cell_words(name: str, cell: Cell, company: Company) -> str:
    """Return a value or range as people say it."""
    language = company.language
    if cell is None:
        return say("not_given", language)
    if cell == RARE:
        return say("rare", language)
    if isinstance(cell, str):
        return level_word(name, cell, company)
    low, high = (None if end is None else _end_words(name, end, language) for end in cell)
    if low is None and high is None:
        return say("any_number", language)
    never_negative = name in OURS and name not in LIFTS
    if low == high or (never_negative and cell == (None, 0.0)):
        return str(high)
    if never_negative and cell[0] == 0.0:
        low = None
    if low is None and high is None:
        return say("above", language, low="0")
    if low is None:
        return say("up_to", language, high=str(high))
    return say("from", language, low=low) if high is None else say("between", language, low=low, high=high)


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


def number_words(value: float, language: str) -> str:
    r"""Return a number with as many digits as matter.

    >>> number_words(1234.5, "ru"), number_words(6.5, "ru"), number_words(0.25, "en"), number_words(91.2000008, "en")
    ('1\xa0234', '6,5', '0.25', '91.2')
    """
    size = abs(value)
    digits = 0 if size >= 100 else 2 if size >= 0.1 or size < 1e-6 else 4
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if digits else text
    text = "0" if text == "-0" else text
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")


def percent_words(share: float, language: str, digits: int | None = None) -> str:
    """Return a share as a percentage with ``digits`` behind the point, or as many as matter."""
    text = f"{share * 100:.{digits_of(share) if digits is None else digits}f}"
    return (text.replace(".", ",") if language == "ru" else text) + "\u00a0%"


def digits_of(share: float) -> int:
    """Return how many digits behind the point of a percentage matter.

    >>> digits_of(0.31), digits_of(0.031), digits_of(0.0031)
    (0, 1, 2)
    """
    return 0 if abs(share) >= 0.1 else 1 if abs(share) >= 0.01 or not share else 2
