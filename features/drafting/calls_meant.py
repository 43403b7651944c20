"""What the calls' own words mean: results of calls, managers' grades, and the words that nobody can guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from features.drafting.call_result_words import result_meant
from features.drafting.own_grade_words import grades_meant
from features.drafting.personal_columns import may_be_shown, shown_words
from features.drafting.recognised import Recognised
from features.facts.values import MANAGER_GRADES, CallResult, ManagerGrade


def results_meant(known: Recognised, roles: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, CallResult], list[str]]:
    """Return the calls' words that mean a result, and the words whose meaning nobody can guess."""
    if "calls" not in known.files or "result" not in roles["calls"]:
        return {}, []
    words = dict(Counter(known.files["calls"].filled(roles["calls"]["result"])).most_common(200))
    meant = {word: result_meant(word) for word, times in words.items() if may_be_shown(word, times)}
    unknown = {word: times for word, times in words.items() if meant.get(word) is None}
    return {word: result for word, result in meant.items() if result is not None}, shown_words(unknown)


def own_grades_meant(
    known: Recognised, roles: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, ManagerGrade], list[str]]:
    """Return the managers' words for a grade that need an entry, and the words whose meaning nobody can guess."""
    column = roles["calls"].get("grade") if "calls" in known.files else None
    if column is None:
        return {}, []
    words = Counter(known.files["calls"].filled(column))
    meant = grades_meant(words)
    ours = {grade.casefold() for grade in MANAGER_GRADES}
    shown = {word: grade for word, grade in meant.items() if word.casefold() not in ours and may_be_shown(word)}
    return shown, shown_words({word: times for word, times in words.most_common() if word not in meant})
