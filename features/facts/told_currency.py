"""In which currency a cell tells its money: by a sign or a code beside the number; most cells tell none."""

from __future__ import annotations

import re

DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL", "ARS", "CLP", "COP")
SIGNS: dict[str, tuple[str, ...]] = {
    "₽": ("RUB",), "€": ("EUR",), "£": ("GBP", "EGP"), "$": DOLLARS, "¥": ("JPY", "CNY"), "₸": ("KZT",), "₴": ("UAH",),
    "₾": ("GEL",), "₼": ("AZN",), "֏": ("AMD",), "₺": ("TRY",), "₪": ("ILS",), "₹": ("INR",), "₩": ("KRW",), "₫": ("VND",),
    "₱": ("PHP",), "฿": ("THB",), "₦": ("NGN",), "руб": ("RUB", "BYN"), "zł": ("PLN",), "kč": ("CZK",),
}  # fmt: skip
"""What a sign may mean, the likeliest first; in small letters."""
WRITTEN = (
    "RUB BYN KZT UAH UZS KGS TJS AMD AZN GEL MDL EUR GBP CHF SEK NOK DKK ISK PLN CZK HUF RON BGN RSD TRY ILS AED SAR QAR KWD BHD "
    "OMR EGP MAD NGN KES GHS ZAR INR PKR BDT LKR CNY JPY KRW TWD HKD SGD MYR THB IDR PHP VND USD CAD AUD NZD MXN BRL ARS CLP "
    "COP PEN"
)
CODES = frozenset(WRITTEN.split())
ANY_SIGN = r"[$¢-¥֏฿₠-⃀]"
ANY_CODE = rf"(?<![A-Za-z])(?:{'|'.join(sorted(CODES))})(?![A-Za-z])"
CODE = re.compile(ANY_CODE)
"""A code in capitals counts wherever it stands; "try" and "php" are words unless a number stands beside them."""
NAMES: dict[str, tuple[str, ...]] = {
    **{code.lower(): (code,) for code in CODES},
    "р": ("RUB", "BYN"), "euro": ("EUR",), "euros": ("EUR",), "евро": ("EUR",), "грн": ("UAH",), "тенге": ("KZT",),
    **dict.fromkeys(("долл", "доллар", "доллара", "долларов", "dollar", "dollars"), DOLLARS),
}  # fmt: skip
"""Codes and words in small letters, which count where they stand alone or beside a number."""
ANY_NAME = "|".join(sorted(NAMES, key=len, reverse=True))
NAME = re.compile(
    rf"(?:^|\d)\s*(?:(?:тыс|млн|млрд|bn|mn|k|к|m)\.?\s*)?({ANY_NAME})(?![^\W_])|(?<![^\W_])({ANY_NAME})\.?\s*(?=[-+]?\d)"
)
NUMBER_ALONE = re.compile(r"[-+]?[\d\s.,'’]*")


def told_currencies(text: str) -> tuple[str, ...]:
    """Return the currencies that a cell's money may be in, the likeliest first; none where it tells none.

    >>> told_currencies("€4,800.00"), told_currencies("4 800 PLN"), told_currencies("4800"), told_currencies("C$ 90")[:2]
    (('EUR',), ('PLN',), (), ('USD', 'CAD'))
    >>> told_currencies("4800 usd"), told_currencies("90 тыс. р."), told_currencies("Euro 5"), told_currencies("retry 5")
    (('USD',), ('RUB', 'BYN'), ('EUR',), ())
    """
    if NUMBER_ALONE.fullmatch(text):
        return ()
    code = CODE.search(text)
    if code:
        return (code[0],)
    small = text.casefold()
    name = NAME.search(small)
    if name:
        return NAMES[name[1] or name[2]]
    return next((meant for sign, meant in SIGNS.items() if sign in small), ())


def currency_told(text: str | None, own: str) -> str:
    """Return the currency that a cell's money is in: ``own`` unless the cell tells another.

    >>> currency_told("$5,200", "EUR"), currency_told("$5,200", "CAD"), currency_told("5,200", "EUR"), currency_told(None, "EUR")
    ('USD', 'CAD', 'EUR', 'EUR')
    """
    told = told_currencies(text or "")
    return own if not told or own in told else told[0]
