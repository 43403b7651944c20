"""Reasons in the company's language and words: what the lead has, and how often such leads bought."""

from __future__ import annotations

import math
from collections.abc import Callable

from features.facts.company import Company
from features.rows.feature_row import GENERAL_FEATURES
from features.rows.feature_words import feature_label, level_word, say
from features.rows.source_features import LOG_ODDS
from models.purchase_model import RARE
from models.score import Cell, Reason
from serving.words.numbers import digits_of, number_words, percent_words, span_words

IN_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
SECONDS = {one.name: IN_SECONDS[one.unit] for one in GENERAL_FEATURES if one.unit in IN_SECONDS}
"""The features that are spans of time, and the seconds in one of their units."""
LIFTS = frozenset(one.name for one in GENERAL_FEATURES if one.unit == LOG_ODDS)
"""The features that are log-odds over the company's rate: people read them as odds."""
NEVER_NEGATIVE = frozenset(one.name for one in GENERAL_FEATURES if one.kind == "number") - LIFTS


def reason_text(reason: Reason, company: Company, named: Callable[[str], str] = str) -> str:
    """Return a reason as a short phrase, without its counts; ``named`` writes the company's names.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields":
    ...     {"area": {"kind": "number", "label": "Office area", "unit": "m2"}}})
    >>> reason_text(Reason("area", (80.0, 200.0), 0.4, 180, 31), company)
    'Office area, m2: 80 to 200'
    """
    return f"{feature_label(reason.feature, company)}: {cell_words(reason.feature, reason.cell, company, named)}"


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


def cell_words(name: str, cell: Cell, company: Company, named: Callable[[str], str] = str) -> str:
    """Return a value or range as people say it."""
    language = company.language
    if cell is None:
        return say("not_given", language)
    if cell == RARE:
        return say("rare", language)
    if isinstance(cell, str):
        return level_word(name, cell, company, named=named)
    low, high = (None if end is None else _end_words(name, end, language) for end in cell)
    if low is None and high is None:
        return say("any_number", language)
    if name in NEVER_NEGATIVE and cell == (0.0, None):
        return say("above", language, low=str(low))
    if low == high or (name in NEVER_NEGATIVE and cell == (None, 0.0)):
        return str(high)
    if low is None or (name in NEVER_NEGATIVE and cell[0] == 0.0):
        return say("up_to", language, high=str(high))
    return say("from", language, low=low) if high is None else say("between", language, low=low, high=high)


def _end_words(name: str, end: float, language: str) -> str:
    if name in SECONDS:
        return span_words(end * SECONDS[name], language)
    return number_words(math.exp(end), language) if name in LIFTS else number_words(end, language)
