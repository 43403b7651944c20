"""A manager's comment as it may leave the lead card: without the person it is about, or not at all.

Rather nothing than a line with somebody in it: a comment of which little is left, or that still holds many digits, is not shown.
"""

from __future__ import annotations

import re
import unicodedata

from features.facts.contact_signs import holds_contact
from features.facts.without_persons import LEFT_OUT, WithoutPersons

MOST_DIGITS = 6
"""With more digits than these in what is left nothing is shown: they may be a phone number taken apart."""
LONGEST = 160
FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def shown_comment(text: str, clean: WithoutPersons) -> str | None:
    """Return a comment in which no person is left, or None where it would not be worth showing.

    >>> clean = WithoutPersons(["Анна Петрова"])
    >>> shown_comment("ищет работу, перезвонить Анне на 8 912 345-67-89", clean)
    'ищет работу, перезвонить … на …'
    >>> shown_comment("Анна Петрова", clean) is None
    True
    """
    shortened = " ".join(clean(_plain(text)).split())
    if len(shortened) > LONGEST:
        shortened = shortened[:LONGEST].rsplit(" ", 1)[0] + LEFT_OUT
    digits = sum(character.isdigit() for character in shortened)
    if len(_WORD.findall(shortened)) < FEWEST_WORDS or digits > MOST_DIGITS or holds_contact(shortened):
        return None
    return shortened


def _plain(text: str) -> str:
    """Return a text as it reads: one form of every letter and digit, nothing that is invisible."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(" " if c in "\r\n\t" else c for c in folded if unicodedata.category(c)[0] != "C" or c in "\r\n\t")
