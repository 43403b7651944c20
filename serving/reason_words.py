"""Reasons in the company's language and words: what the lead has, and how often such leads bought."""

from __future__ import annotations

from features.facts.company import Company
from models.score import Reason
from serving.words import feature_label, level_word, say

Cell = str | tuple[float | None, float | None] | None


def reason_text(reason: Reason, company: Company) -> str:
    """Return a reason as a short phrase, without its counts.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields":
    ...     {"area": {"kind": "number", "label": "Office area", "unit": "m2"}}})
    >>> reason_text(Reason(("area",), ((80.0, 200.0),), 0.4, 180, 31), company)
    'Office area, m2: 80 to 200'
    """
    parts = [
        f"{feature_label(name, company)}: {cell_words(name, cell, company)}"
        for name, cell in zip(reason.features, reason.cell, strict=True)
    ]
    return "; ".join(parts)


def reason_counts(reason: Reason, company: Company) -> str:
    """Return "31 of 180 such leads bought" in the company's language; empty where nothing was counted."""
    if not reason.leads:
        return ""
    return say(
        "bought_of",
        company.language,
        sales=number_words(reason.sales, company.language),
        leads=number_words(reason.leads, company.language),
    )


def cell_words(name: str, cell: Cell, company: Company) -> str:
    """Return a value or range as people say it."""
    language = company.language
    if cell is None:
        return say("not_given", language)
    if isinstance(cell, str):
        return level_word(name, cell, company)
    low, high = cell
    if low is None and high is None:
        return say("any_number", language)
    if low is None:
        return say("up_to", language, high=number_words(high or 0.0, language))
    if high is None:
        return say("from", language, low=number_words(low, language))
    return say("between", language, low=number_words(low, language), high=number_words(high, language))


def number_words(value: float, language: str) -> str:
    r"""Return a number with as many digits as matter.

    >>> number_words(1234.5, "ru"), number_words(6.5, "ru"), number_words(0.25, "en")
    ('1\xa0234', '6,5', '0.25')
    """
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if round(value * 10, 9).is_integer() else 2
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")
