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


MOST_REMEMBERED = 50_000
"""So many words, and so many ways of a company's marks, are remembered: senders may make up as many as they like."""


@lru_cache(maxsize=MOST_REMEMBERED)
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
    asked = sorted({mark for _, conditions in rules for mark, _ in conditions} | {"source"})

    @lru_cache(maxsize=MOST_REMEMBERED)
    def channel_of(said: tuple[str, ...]) -> str:
        words = dict(zip(asked, said, strict=True))
        raw = words["source"]
        fallback = channels.unknown if raw in NOTHING else raw
        return next((name for name, means in rules if all(one.match(words[mark]) for mark, one in means)), fallback)

    def read(marks: Marks) -> str:
        return channel_of(tuple([tidied(marks.get(mark, "")) for mark in asked]))

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
