"""Money is written as each language writes it."""

from __future__ import annotations

import pytest

from features.written_numbers import money_words


@pytest.mark.parametrize(
    ("value", "currency", "language", "written"),
    [
        (4023.4, "EUR", "en", "€4,023"),
        (-1562.0, "GBP", "en", "-£1,562"),
        (5.0, "USD", "en", "$5"),
        (4023.4, "RUB", "en", "4,023 ₽"),
        (4023.4, "CHF", "en", "4,023 CHF"),
        (4023.4, "EUR", "ru", "4 023 €"),
        (-0.2, "EUR", "en", "€0"),
    ],
)
def test_the_sign_stands_where_the_language_puts_it(value: float, currency: str, language: str, written: str) -> None:
    assert money_words(value, currency, language).replace("\u00a0", " ") == written
