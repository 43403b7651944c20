"""How a company writes: its language, its currency, whether a date has the day or the month first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from features.drafting.column_kinds import is_two_ways
from features.drafting.header_words import first_fitting
from features.drafting.recognised import Recognised
from features.drafting.sampled_file import SampledFile
from features.facts.date_cells import guess_date_order
from features.facts.told_currency import told_currencies

Language = Literal["ru", "en"]
CURRENCY, CURRENCY_CODE = ("currency", "валюта"), re.compile("^[A-Z]{3}$")
MONEY = (("stages", "amount"), ("leads", "amount"), ("spend", "cost"), ("plan", "value"))


def language_of(files: Iterable[SampledFile]) -> Language:
    """Return ru where a column's name, or most of the different cells of a column, are written in Cyrillic."""
    for file in files:
        for column in file.columns:
            levels = list(dict.fromkeys(file.filled(column)))[:500]
            if _is_cyrillic(column) or (levels and sum(map(_is_cyrillic, levels)) > 0.5 * len(levels)):
                return "ru"
    return "en"


def _is_cyrillic(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.casefold())


def currency_of(known: Recognised) -> str | None:
    """Return the one currency that an export names, or that most of its money is told in; None where nothing tells one."""
    for file in known.files.values():
        for column in file.columns:
            words = {word.upper() for word in file.filled(column)} if first_fitting(column, CURRENCY) else set()
            if len(words) == 1 and CURRENCY_CODE.match(word := words.pop()):
                return word
    signs = Counter(told_currencies(cell)[:1] for kind, role in MONEY for cell in _filled(known, kind, role))
    del signs[()]
    return next((code for (code,), _ in signs.most_common(1)), None)


def _filled(known: Recognised, kind: str, role: str) -> list[str]:
    column = known.roles[kind].get(role) if kind in known.files else None
    return known.files[kind].filled(column) if column else []


def date_order_of(
    known: Recognised, roles: Mapping[str, Mapping[str, str]], language: Language
) -> tuple[str | None, str | None]:
    """Return the order of day and month where the importer could not recognise it by itself, and what is doubtful."""
    ambiguous = False
    for kind, file in known.files.items():
        for role in ("created_at", "at", "day"):
            cells = file.filled(roles[kind][role]) if role in roles[kind] else []
            if file.shape.date_order is None and cells and is_two_ways(cells[:2_000]):
                order = guess_date_order(cells)
                if order:
                    return order, None
                ambiguous = True
    if not ambiguous:
        return None, None
    others = {file.shape.date_order for file in known.files.values()} & {"dmy", "mdy"}
    if len(others) == 1:
        return others.pop(), None
    if language == "ru":
        return "dmy", None
    return None, "The dates fit day-first and month-first alike; say export.date_order: dmy or mdy."
