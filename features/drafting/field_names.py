"""A field's plain name, made from its column's: Latin letters, digits, underscores."""

from __future__ import annotations

import re

from features.drafting.header_words import words_of

LATIN = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziyklmnoprstufhye", strict=True)) | {
    "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "ё": "e",
}  # fmt: skip
UNIT = re.compile(r"(?:,\s*|\s*\()([^\s,()]{1,8})\)?$")
LONGEST = 40


def plain_name(column: str, taken: set[str]) -> str:
    """Return a name for the column's field that is not among ``taken``.

    >>> plain_name("Кто вы", set()), plain_name("2nd choice", set()), plain_name("City", {"city"})
    ('kto_vy', 'field_2nd_choice', 'city_2')
    """
    latin = "_".join("".join(LATIN.get(letter, letter) for letter in word) for word in words_of(column))
    bare = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "", latin)).strip("_")
    bare = bare if len(bare) <= LONGEST else bare[: LONGEST + 1].rpartition("_")[0] or bare[:LONGEST]
    name = bare if bare[:1].isalpha() else f"field_{bare}".rstrip("_")
    numbered = name
    number = 2
    while numbered in taken:
        numbered, number = f"{name}_{number}", number + 1
    return numbered


def unit_of(column: str) -> tuple[str, str]:
    """Return a column's name without its unit, and the unit.

    >>> unit_of("Площадь, м²"), unit_of("Weight (kg)"), unit_of("Окон")
    (('Площадь', 'м²'), ('Weight', 'kg'), ('Окон', ''))
    """
    found = UNIT.search(column)
    return (column[: found.start()], found[1]) if found and found.start() else (column, "")
