"""Numbers, shares and spans of time as people say them."""

from __future__ import annotations

from features.rows.feature_words import say
from features.written_numbers import digits_of, number_words, percent_words

__all__ = ["digits_of", "number_words", "percent_words", "span_words"]


def span_words(seconds: float, language: str) -> str:
    r"""Return a span of time in the unit in which people would say it.

    >>> span_words(45, "en"), span_words(150, "en"), span_words(109_803, "en"), span_words(8 * 86_400, "ru")
    ('45\xa0s', '2.5\xa0min', '30.5\xa0h', '8\xa0дн.')
    """
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return say(unit, language, n=number_words(round(seconds / size, 1), language)).replace(" ", "\u00a0")
    return say("seconds", language, n=number_words(seconds, language)).replace(" ", "\u00a0")
