"""How numbers and shares are written for people, in Russian and in English, wherever they are read: pages, mails, chats."""

from __future__ import annotations

CURRENCY_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£"}
SIGN_FIRST = frozenset({"USD", "EUR", "GBP"})
"""Currencies whose sign English writes before the number."""


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


def money_words(value: float, currency: str, language: str) -> str:
    r"""Return money without its small coins; English puts the sign of a western currency first.

    >>> money_words(1234.5, "EUR", "en"), money_words(-90, "USD", "en"), money_words(1234.5, "EUR", "ru")
    ('€1,234', '-$90', '1\xa0234\xa0€')
    >>> money_words(5, "PLN", "en")
    '5\xa0PLN'
    """
    number, (before, behind) = number_words(float(round(value)), language), around_money(currency, language)
    minus = "-" if before and number.startswith("-") else ""
    return f"{minus}{before}{number.removeprefix(minus)}{behind}"


def around_money(currency: str, language: str) -> tuple[str, str]:
    r"""Return what stands before a number of money and what behind it: an axis writes its numbers by itself.

    >>> around_money("USD", "en"), around_money("USD", "ru"), around_money("PLN", "en")
    (('$', ''), ('', '\xa0$'), ('', '\xa0PLN'))
    """
    sign = CURRENCY_SIGNS.get(currency, currency)
    return (sign, "") if language == "en" and currency in SIGN_FIRST else ("", f"\u00a0{sign}")


def percent_words(share: float, language: str, digits: int | None = None) -> str:
    r"""Return a share as a percentage with ``digits`` behind the point, or as many as matter.

    >>> percent_words(0.031, "ru"), percent_words(11.28, "en"), percent_words(11.28, "ru")
    ('3,1\xa0%', '1,128\xa0%', '1\xa0128\xa0%')
    """
    text = f"{share * 100:,.{digits_of(share) if digits is None else digits}f}"
    return (text.replace(",", "\u00a0").replace(".", ",") if language == "ru" else text) + "\u00a0%"


def digits_of(share: float) -> int:
    """Return how many digits behind the point of a percentage matter.

    >>> digits_of(0.31), digits_of(0.031), digits_of(0.0031)
    (0, 1, 2)
    """
    return 0 if abs(share) >= 0.1 else 1 if abs(share) >= 0.01 or not share else 2
