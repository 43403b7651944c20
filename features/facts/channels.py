"""Which channel a lead's raw marks mean: the company's rules first, else the raw source itself, tidied.

Facts keep the raw words, so a mended rule mends the past as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from functools import lru_cache

from features.facts.company import Channels

Marks = Mapping[str, str]
NOTHING = frozenset({"", "-", "(none)", "(not set)", "none", "null", "nan", "undefined", "не указано", "не задано"})


@lru_cache(maxsize=200_000)
def tidied(word: str) -> str:
    """Return a level without the accidents of typing: case, edges, doubled spaces.

    >>> tidied("  Google   Ads ")
    'google ads'
    """
    return " ".join(word.split()).casefold()


def channel_reader(channels: Channels) -> Callable[[Marks], str]:
    """Return the function that reads a channel from marks under these rules.

    >>> from features.facts.company import ChannelRule
    >>> rules = (ChannelRule(name="Yandex Direct", when={"source": ("ya*",), "medium": ("cpc",)}),)
    >>> read = channel_reader(Channels(rules=rules))
    >>> read({"source": "Yandex ", "medium": "CPC"}), read({"source": "VK"}), read({})
    ('Yandex Direct', 'vk', 'unknown')
    """
    rules = [(rule.name, [(mark, _any_of(words)) for mark, words in rule.when.items()]) for rule in channels.rules]
    remembered: dict[tuple[str, ...], str] = {}
    asked = sorted({mark for _, conditions in rules for mark, _ in conditions} | {"source"})

    def read(marks: Marks) -> str:
        key = tuple(tidied(marks.get(mark, "")) for mark in asked)
        if key not in remembered:
            words = dict(zip(asked, key, strict=True))
            raw = words["source"]
            fallback = channels.unknown if raw in NOTHING else raw
            fits = (name for name, conditions in rules if all(means.match(words[m]) for m, means in conditions))
            remembered[key] = next(fits, fallback)
        return remembered[key]

    return read


def mark_of(marks: Marks, name: str) -> str | None:
    """Return a mark tidied, or None where it says nothing.

    >>> mark_of({"campaign": " Summer "}, "campaign"), mark_of({"ad": "(not set)"}, "ad")
    ('summer', None)
    """
    word = tidied(marks.get(name, ""))
    return None if word in NOTHING else word


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{translate(tidied(word))})" for word in words))
