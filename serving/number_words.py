"""Numbers, shares and spans of time as people say them."""

from __future__ import annotations

from serving.words import say


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
