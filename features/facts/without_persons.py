"""What a manager wrote, without the person it is about: rather nothing at all than a line with somebody in it.

Addresses, links, numbers of five digits and more, names of the contact book in any of their endings, and every word with a
capital letter inside a sentence are left out. A line of which little is left, or that still holds many digits, is not shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Engine, func, select

from features.facts.contact_signs import HAS_CONTACT, holds_contact
from features.facts.database import reading
from features.facts.tables import CONTACTS

LEFT_OUT = "…"
MOST_DIGITS = 6
"""With more digits than these in what is left nothing is shown: they may be a phone number taken apart."""
LONGEST = 160
FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_ADDRESS = re.compile(r"\S*(?:@|://|www\.|\.(?:com|ru|org|net|io|me|рф)\b|t\.me)\S*|\S*@\S*", re.I)
_NUMBER = re.compile(r"[+(]*\d(?:[\s()+.,/–—‑-]*\d){4,}")
_ENDINGS = "аеёиоуыэюяйьъ"


class NamesOfContacts:
    """The words of all names and addresses in the contact book, read once until a contact is added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._words: frozenset[str] = frozenset()
        self._read_up_to: tuple[int, int] = (-1, -1)

    def words(self) -> frozenset[str]:
        """Return the words, in lower case; they go nowhere but into ``without_persons``."""
        with reading(self._engine) as connection:
            count, last = connection.execute(select(func.count(CONTACTS.c.id), func.max(CONTACTS.c.id))).one()
            if (count, last or 0) != self._read_up_to:
                names = connection.execute(select(CONTACTS.c.name).distinct()).scalars()
                mails = connection.execute(select(CONTACTS.c.email).distinct()).scalars()
                texts = [*(one for one in names if one), *(one.partition("@")[0] for one in mails if one)]
                self._words = words_of_names(texts)
                self._read_up_to = (count, last or 0)
        return self._words


def words_of_names(names: Iterable[str]) -> frozenset[str]:
    """Return the words of two letters and more that some names are made of, in lower case.

    >>> sorted(words_of_names(["Анна Ли", "J. Smith-Jones"]))
    ['jones', 'smith', 'анна', 'ли']
    """
    found = (word for name in names for word in _WORD.findall(_plain(name).casefold()))
    return frozenset(word for word in found if len(word) > 1)


def without_persons(text: str, names: frozenset[str]) -> str | None:
    """Return a comment in which no person is left, or None where it would not be worth showing.

    Parameters
    ----------
    names
        The words of names in lower case: ``NamesOfContacts.words``, ``words_of_names``.

    >>> names = words_of_names(["Анна Петрова"])
    >>> without_persons("ищет работу, перезвонить Анне на 8 912 345-67-89", names)
    'ищет работу, перезвонить … на …'
    >>> without_persons("Анна Петрова", names) is None
    True
    """
    plain = _plain(text)
    shortened = HAS_CONTACT.sub(LEFT_OUT, _ADDRESS.sub(LEFT_OUT, plain))
    shortened = _NUMBER.sub(LEFT_OUT, shortened)
    stems = _stems_of(names)
    shortened = _WORD.sub(lambda found: _word_or_gap(found, stems), shortened)
    shortened = re.sub(rf"{LEFT_OUT}(?:[\s.,-]*{LEFT_OUT})+", LEFT_OUT, " ".join(shortened.split())).strip()
    if len(shortened) > LONGEST:
        shortened = shortened[:LONGEST].rsplit(" ", 1)[0] + LEFT_OUT
    words = [word for word in _WORD.findall(shortened) if len(word) > 1]
    digits = sum(character.isdigit() for character in shortened)
    if len(words) < FEWEST_WORDS or digits > MOST_DIGITS or holds_contact(shortened):
        return None
    return shortened


class _Stems:
    """Tells whether a word is a name in any of its endings; looked up by the name's first letters."""

    def __init__(self, names: frozenset[str]) -> None:
        self._stems: dict[str, int] = {}
        for name in names:
            stem = name.rstrip(_ENDINGS) if len(name) > 3 else name
            stem = stem if len(stem) > 2 else name[:3]
            self._stems[stem] = max(self._stems.get(stem, 0), len(name))

    def has(self, word: str) -> bool:
        """Return whether the word begins like a name and is at most three letters longer."""
        return any(
            len(word) <= self._stems[word[:length]] + 3
            for length in range(2, len(word) + 1)
            if word[:length] in self._stems
        )


@lru_cache(maxsize=4)
def _stems_of(names: frozenset[str]) -> _Stems:
    """Return the stems of a whole contact book, made once for all its comments."""
    return _Stems(names)


def _word_or_gap(found: re.Match[str], stems: _Stems) -> str:
    word = found[0]
    before = found.string[: found.start()].rstrip(" \t\n\"'«(")
    begins = not before or before[-1] in ".!?"
    if stems.has(word.casefold()) or (word[0].isupper() and not begins):
        return LEFT_OUT
    return word


def _plain(text: str) -> str:
    """Return a text as it reads: one form of every letter and digit, nothing that is invisible."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(" " if c in "\r\n\t" else c for c in folded if unicodedata.category(c)[0] != "C" or c in "\r\n\t")
