"""Words as YAML writes them, quoted only where they must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import yaml


def written(word: str) -> str:
    """Return a word as it may stand in YAML, also inside brackets; what YAML would take for something else is quoted.

    >>> [written(word) for word in ("Дата создания", "yes", "0", "Площадь, м²", "a: b")]
    ['Дата создания', '"yes"', '"0"', '"Площадь, м²"', '"a: b"']
    """
    if word and not any(mark in word for mark in ",[]{}#:&*!|>'\"%@`\n\\"):
        try:
            if yaml.safe_load(f"[{word}]") == [word]:
                return word
        except yaml.YAMLError:
            pass
    quoted = yaml.safe_dump(word, default_style='"', allow_unicode=True, width=1_000_000)
    return quoted.strip()


def written_list(words: Iterable[str]) -> str:
    """Return words as a list on one line.

    >>> written_list(["Отказ", "143"])
    '[Отказ, "143"]'
    """
    return f"[{', '.join(written(word) for word in words)}]"


def written_map(pairs: Mapping[str, str]) -> str:
    """Return pairs as a mapping on one line; the values are already written.

    >>> written_map({"kind": "choice", "label": written("Кто вы")})
    '{kind: choice, label: Кто вы}'
    """
    return f"{{{', '.join(f'{written(key)}: {value}' for key, value in pairs.items())}}}"


def comment(text: str) -> str:
    """Return text that may stand behind a #: one line of it, whatever a column is called.

    >>> comment("two\\nlines")
    'two lines'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
