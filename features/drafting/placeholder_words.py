"""Words that mean "not chosen", where an export writes them instead of nothing."""

from __future__ import annotations

from collections.abc import Iterable

from features.drafting.sampled_file import SampledFile
from features.facts.channels import tidied

ALWAYS = frozenset({
    "select", "select one", "please select", "- select -", "--select--", "choose", "choose one", "not selected", "(none)",
    "(not set)", "not set", "undefined", "выберите", "выберите вариант", "не выбрано", "не выбран", "не указано", "не указан",
    "не указана", "не задано", "не задан", "не заполнено", "нет данных", "пусто",
})  # fmt: skip
IF_IN_SEVERAL = frozenset(
    {"unknown", "not specified", "not provided", "неизвестно", "n/d", "н/д", "?", "--", "---", "."}
)
"""Words that may be an answer in one column; standing in two unlike columns they are none."""


def placeholders_in(files: Iterable[SampledFile]) -> dict[str, int]:
    """Return each such word as the exports write it -> in how many columns it stands, most first."""
    standing: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for file in files:
        for column, cells in file.columns.items():
            for cell in set(cells):
                word = tidied(cell)
                if word in ALWAYS or word in IF_IN_SEVERAL:
                    standing.setdefault(word, set()).add(f"{file.path.name}:{column}")
                    spelled.setdefault(word, cell)
    kept = {word: len(where) for word, where in standing.items() if word in ALWAYS or len(where) > 1}
    return {spelled[word]: count for word, count in sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))}
