"""A form with bracket keys, as PHP writes it: ``data[FIELDS][ID]=7405``; read strictly, as it comes from the open internet."""

from __future__ import annotations

from urllib.parse import parse_qsl

from features.errors import FactRefused

MOST_FIELDS = 20_000
LONGEST_KEY = 300
UNREADABLE = "is no form of name=value pairs in UTF-8"


def read_form(body: bytes) -> dict[str, list[str]]:
    """Return each key with all its values.

    Raises
    ------
    FactRefused
        Where the body cannot be read, or holds more than ``MOST_FIELDS`` pairs.

    >>> read_form(b"event=ONCRMLEADADD&data%5BFIELDS%5D%5BID%5D=7405")
    {'event': ['ONCRMLEADADD'], 'data[FIELDS][ID]': ['7405']}
    """
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS, separator="&"
        )
    except ValueError:
        raise FactRefused("body", UNREADABLE) from None
    told: dict[str, list[str]] = {}
    for key, value in pairs:
        if len(key) <= LONGEST_KEY:
            told.setdefault(key, []).append(value)
    return told


def only(form: dict[str, list[str]], key: str) -> str | None:
    """Return the value of a key; None where it is missing; ``FactRefused`` where it is there with several values."""
    values = form.get(key, [])
    if len(set(values)) > 1:
        raise FactRefused(key, "is there several times, with different values")
    return values[0] if values else None
