"""By what a person is recognised in somebody's words: the e-mail, the phone, the parts of the name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from features.facts.contacts import Contact

SHORTEST_NAME = 3
SHORTEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Signs:
    """What a person's contacts tell of him; the repr of it shows nothing.

    >>> signs = signs_of([Contact("Anna Petrova", "8 912 345-67-89", None)])
    >>> [signs.are_in(text) for text in ("ask for anna", "+7 (912) 345 67 89", "/x?n=%41nna", "summer")]
    [True, True, True, False]
    >>> signs.sure.are_in("ask for anna")
    False
    """

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "Signs()"

    def are_in(self, text: str) -> bool:
        """Return whether a text repeats the person's e-mail, phone or a part of his name, also as an address writes them."""
        if not self.words and not self.numbers:
            return False
        text = unquote(text) if "%" in text else text
        said = text.casefold()
        if any(word in said for word in self.words):
            return True
        digits = re.sub(r"\D", "", text)
        return any(number in digits for number in self.numbers)

    @property
    def sure(self) -> Signs:
        """Return the signs without the name, which others may have too."""
        return Signs(frozenset(word for word in self.words if "@" in word), self.numbers)


NO_SIGNS = Signs()


def signs_of(contacts: Iterable[Contact]) -> Signs:
    """Return by what the person of these contacts is recognised."""
    words, numbers = set[str](), set[str]()
    for one in contacts:
        words |= {part for part in re.split(r"[\W\d_]+", (one.name or "").casefold()) if len(part) >= SHORTEST_NAME}
        if one.email and one.email.strip():
            words.add(one.email.strip().casefold())
        digits = re.sub(r"\D", "", one.phone or "")
        if len(digits) >= SHORTEST_NUMBER:
            numbers.add(digits[-10:])  # without the country's code, which is written or left out
    return Signs(frozenset(words), frozenset(numbers))
