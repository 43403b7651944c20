"""What the managers' own words for a lead mean to us: hot is an A, warm a B, cold a C; a table, the first line that fits counts.

Marks from 1 to 5 are left alone: in one company 1 is the best, in another the worst.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from features.drafting.header_words import first_fitting
from features.facts.channels import tidied
from features.facts.values import MANAGER_GRADES, ManagerGrade

NAMES = (
    "grade", "own grade", "manager grade", "manager s grade", "managers grade", "lead grade", "grade by manager", "abc",
    "abc grade", "lead temperature", "temperature", "lead rating", "lead class", "lead category", "manager rating", "qualification",
    "оценка", "оценка менеджера", "оценка лида", "оценка заявки", "оценка клиента", "грейд", "грейд лида", "температура",
    "температура лида", "температура клиента", "класс лида", "класс клиента", "категория лида", "категория клиента",
    "рейтинг лида", "квалификация", "квалификация лида", "авс", "abc оценка", "оценка abc", "оценка авс", "теплота лида", "теплота",
)  # fmt: skip
"""Names of a column of the managers' own grades."""
WORDS: tuple[tuple[ManagerGrade, tuple[str, ...]], ...] = (
    ("non_target", ("мимо", "нецелевой …", "нецелевая …", "не целевой …", "non target …", "nontarget …", "not target …", "junk …",
                    "spam", "спам", "мусор")),
    ("A", ("горячий", "горячая", "горячие", "горячий лид", "горячий клиент", "горячая заявка", "hot", "hot lead")),
    ("B", ("теплый", "теплая", "теплые", "теплый лид", "теплый клиент", "теплая заявка", "warm", "warm lead")),
    ("C", ("холодный", "холодная", "холодные", "холодный лид", "холодный клиент", "холодная заявка", "cold", "cold lead")),
)  # fmt: skip
LATIN: Mapping[str, ManagerGrade] = {"a": "A", "b": "B", "c": "C"}
LOOKALIKES: Mapping[str, ManagerGrade] = {"а": "A", "в": "B", "с": "C"}
"""Russian letters that look like A, B, C."""
RUSSIAN: Mapping[str, ManagerGrade] = {"а": "A", "б": "B", "в": "C"}
"""The first three Russian letters; where the second stands, the third is no B."""
BEFORE_A_LETTER = ("grade ", "класс ", "категория ", "группа ", "лид ", "lead ")
MOSTLY = 0.8
MOST_WORDS = 12


def grades_meant(words: Collection[str]) -> dict[str, ManagerGrade]:
    """Return word -> grade for the words of one column that mean one.

    >>> grades_meant(["Горячий", "тёплый лид", "Холодный", "Думает"])
    {'Горячий': 'A', 'тёплый лид': 'B', 'Холодный': 'C'}
    >>> grades_meant(["А", "Б", "В"]), grades_meant(["А", "В", "С"]), grades_meant(["5", "1"])
    ({'А': 'A', 'Б': 'B', 'В': 'C'}, {'А': 'A', 'В': 'B', 'С': 'C'}, {})
    """
    letters = {word: _letter(word) for word in words}
    russian = RUSSIAN if "б" in letters.values() else LOOKALIKES
    found = {word: _spoken(word) or LATIN.get(letter) or russian.get(letter) for word, letter in letters.items()}
    return {word: grade for word, grade in found.items() if grade is not None}


def are_own_grades(column: str, cells: Sequence[str]) -> bool:
    """Return whether a column holds the managers' own grades: by its name and its words, or by hot, warm and cold alone.

    Letters in a column of another name may be anything: a variant of the script, a category of towns.

    >>> are_own_grades("Оценка менеджера", ["A", "B", "B"]), are_own_grades("Script", ["A", "B", "B"])
    (True, False)
    >>> are_own_grades("k7", ["hot", "cold", "warm"]), are_own_grades("Вода", ["Горячая", "Холодная"])
    (True, False)
    """
    counts = Counter(cells)
    if not counts or len(counts) > MOST_WORDS:
        return False
    meant = grades_meant(counts)
    covered = sum(counts[word] for word in meant)
    if covered < MOSTLY * len(cells) or len(set(meant.values())) < 2:
        return False
    return first_fitting(column, NAMES) is not None or {"A", "B", "C"} <= {_spoken(word) for word in meant}


def _spoken(word: str) -> ManagerGrade | None:
    ours = next((grade for grade in MANAGER_GRADES if grade.casefold() == tidied(word) and len(grade) > 1), None)
    return ours or next((grade for grade, phrases in WORDS if first_fitting(word, phrases)), None)


def _letter(word: str) -> str:
    """Return the word without what stands before a letter ("grade a"), so that only the letter is left."""
    bare = tidied(word)
    return next((bare.removeprefix(start) for start in BEFORE_A_LETTER if bare.startswith(start)), bare)
