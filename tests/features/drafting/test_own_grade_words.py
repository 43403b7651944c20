"""The managers' own grades are recognised by name and words, and drafted for the calls alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.drafting.own_grade_words import are_own_grades, grades_meant
from features.facts.values import MANAGER_GRADES, ManagerGrade
from tests.features.drafting.exports import Columns, days, drafted, ids, won_every_fourth

COUNT = 80


def leads(**more: list[str]) -> Columns:
    return {"ID": ids(COUNT), "Дата создания": days(COUNT), "Статус": won_every_fourth(COUNT), **more}


def calls(**more: list[str]) -> Columns:
    return {"ID заявки": ids(COUNT), "Начало": days(COUNT), "Результат": ["Дозвонились"] * COUNT, **more}


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        ("Горячий", "A"), ("ГОРЯЧИЙ ЛИД", "A"), ("Тёплый", "B"), ("теплый клиент", "B"), ("Холодный", "C"), ("Hot", "A"),
        ("warm lead", "B"), ("COLD", "C"), ("a", "A"), ("Grade B", "B"), ("Класс С", "C"), ("Нецелевой", "non_target"),
        ("Мимо", "non_target"), ("non_target", "non_target"), ("5", None), ("1", None), ("D", None), ("Горячий чай", None),
    ],
)  # fmt: skip
def test_a_managers_word_is_understood(word: str, grade: ManagerGrade | None) -> None:
    assert grades_meant([word]).get(word) == grade


def test_our_own_grades_mean_themselves() -> None:
    assert list(grades_meant(MANAGER_GRADES).values()) == list(MANAGER_GRADES)


@pytest.mark.parametrize(
    ("column", "cells", "are"),
    [
        ("Оценка менеджера", ["A", "B", "C"], True),
        ("Оценка менеджера", ["5", "4", "1"], False),
        ("Оценка менеджера", ["A", "A", "A"], False),
        ("Оценка менеджера", ["A", "B", *["да, подробно"] * 9], False),
        ("Lead grade", ["hot", "cold"], True),
        ("k12", ["hot", "cold"], False),
        ("k12", ["hot", "cold", "warm"], True),
        ("City_Category", ["A", "B", "C"], False),
        ("Оценка менеджера", [], False),
    ],
)
def test_a_column_of_own_grades_is_recognised(column: str, cells: list[str], are: bool) -> None:
    assert are_own_grades(column, cells) is are


def test_the_calls_grades_are_drafted_with_what_the_words_mean(tmp_path: Path) -> None:
    words = ["Горячий", "Тёплый", "Холодный", "Холодный"] * 20
    draft = drafted(tmp_path, leads(), calls=calls(**{"Оценка менеджера": words}))
    columns = draft.company.export.calls
    assert columns.grade == "Оценка менеджера"
    assert columns.grades == {"Горячий": "A", "Тёплый": "B", "Холодный": "C"}
    assert "Оценка менеджера" not in {one.call_column for one in draft.parts.fields}
    assert {one.kind: (one.fitting, one.reasons) for one in draft.rehearsals}["calls"] == (COUNT, ())


def test_our_own_letters_need_no_entry(tmp_path: Path) -> None:
    draft = drafted(tmp_path, leads(), calls=calls(Grade=["A", "B", "C", "non_target"] * 20))
    assert draft.company.export.calls.grade == "Grade"
    assert draft.company.export.calls.grades == {}
    assert "grades:" not in draft.text


@pytest.mark.parametrize(
    "words", [["A", "B", "A", "C", "Думает"], ["Горячий", "Тёплый", "Холодный", "Холодный", "Думает"]]
)
def test_a_word_that_nobody_can_know_stands_as_a_comment(tmp_path: Path, words: list[str]) -> None:
    draft = drafted(tmp_path, leads(), calls=calls(**{"Оценка лида": words * 16}))
    assert draft.company.export.calls.grade == "Оценка лида"
    assert "#   Думает:" in draft.text
    assert "Думает" not in draft.company.export.calls.grades


def test_marks_from_1_to_5_are_no_grades(tmp_path: Path) -> None:
    draft = drafted(tmp_path, leads(), calls=calls(**{"Оценка менеджера": ["1", "2", "4", "5"] * 20}))
    assert draft.company.export.calls.grade is None


def test_grades_in_the_leads_are_left_out_with_where_they_belong(tmp_path: Path) -> None:
    draft = drafted(tmp_path, leads(**{"Оценка менеджера": ["A", "B", "C", "C"] * 20}))
    (one,) = (field for field in draft.parts.fields if field.column == "Оценка менеджера")
    assert one.fate == "leak"
    assert "name its column at export.calls.grade" in one.why[0]
    assert not any(field.column == "Оценка менеджера" for field in draft.company.fields.values())
