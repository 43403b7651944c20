"""How column names are read: words without case, underscores or endings, against phrases that people argue about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

CAMEL = re.compile(r"(?<=[a-zа-я0-9])(?=[A-ZА-Я])")
NOT_A_WORD = re.compile(r"[^\w]+|_+")
ANYWHERE = "…"


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a column's name or a cell, in lower case.

    >>> words_of("Lead_Creation_Date"), words_of("createdAt"), words_of("Счёт, ₽")
    (('lead', 'creation', 'date'), ('created', 'at'), ('счет',))
    """
    split = CAMEL.sub(" ", text) if not text.isupper() else text
    return tuple(word for word in NOT_A_WORD.split(split.casefold().replace("ё", "е")) if word)


def fits(text: str, phrase: str) -> bool:
    """Return whether ``text`` is the phrase; ``…`` lets words stand before or after, ``*`` letters at a word's end.

    >>> fits("Дата создания", "дата создан*"), fits("Lead Source", "source"), fits("Lead Source", "… source")
    (True, False, True)
    """
    wanted = words_of(phrase.replace("*", "щщ"))
    words = words_of(text)
    if not wanted:
        return False
    opens, closes = phrase.startswith(ANYWHERE), phrase.rstrip().endswith(ANYWHERE)
    starts = range(len(words) - len(wanted) + 1) if opens else range(1)
    for start in starts:
        end = start + len(wanted)
        if end > len(words) or (not closes and end != len(words)):
            continue
        if all(_is_word(word, want) for word, want in zip(words[start:end], wanted, strict=True)):
            return True
    return False


def first_fitting(text: str, phrases: Iterable[str]) -> str | None:
    """Return the first phrase that ``text`` fits, or None.

    >>> first_fitting("Причина отказа", ["… статус …", "… отказ* …"])
    '… отказ* …'
    """
    return next((phrase for phrase in phrases if fits(text, phrase)), None)


def spoken(phrase: str) -> str:
    """Return a phrase without its marks, as a comment shows it.

    >>> spoken("… отказ* …")
    'отказ-'
    """
    return phrase.replace(ANYWHERE, "").replace("*", "-").strip()


def _is_word(word: str, want: str) -> bool:
    return word.startswith(want[:-2]) if want.endswith("щщ") else word == want
