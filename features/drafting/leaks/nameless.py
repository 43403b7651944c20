"""A column whose name says nothing: nobody who reads it can say when it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from features.drafting.header_words import words_of

NAMELESS = re.compile(
    r"^(?:var|variable|v|x|f|c|col|column|field|feature|attr|attribute|param|parameter|prop|code|flag|unnamed|unknown|misc"
    r"|поле|колонка|столбец|параметр|признак|атрибут|код|флаг) ?\d+$"
)
MOST = 0.2
"""Where more names than this share say nothing, names are no evidence at all."""


def nameless(columns: Iterable[str]) -> frozenset[str]:
    """Return the few columns whose names are a letter and a number.

    >>> sorted(nameless(["city", "Var1", "source", "area", "age", "sum", "plan"])), sorted(nameless(["c1", "c2", "c3"]))
    (['Var1'], [])
    """
    names = list(columns)
    found = frozenset(name for name in names if NAMELESS.match(" ".join(words_of(name))))
    return found if len(found) <= MOST * len(names) else frozenset()
