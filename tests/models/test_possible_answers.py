"""Every answer that rules and model tell apart stands in one list, with a number that may really be given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Criterion, FormField
from features.facts.values import Answer
from models.possible_answers import MOST_LEVELS, possible_answers
from models.purchase_model import FieldCells

NUMBER, CHOICE = FormField(kind="number"), FormField(kind="choice")


def from_(*borders: float) -> list[Criterion]:
    return [Criterion(field="n", yes_from=border) for border in borders]


def answers(field: FormField, criteria: list[Criterion], cells: FieldCells | None = None) -> list[Answer]:
    return [one.answer for one in possible_answers(field, criteria, cells)]


@pytest.mark.parametrize(
    ("borders", "numbers"),
    [((3,), [1, 3]), ((1,), [0, 1]), ((0,), [-1, 0]), ((-2.5,), [-4, -2]), ((2.5,), [1, 3]), ((1, 100), [0, 1, 100])],
)
def test_a_number_is_a_whole_one_wherever_one_lies_in_its_range(borders: list[float], numbers: list[float]) -> None:
    assert answers(NUMBER, from_(*borders)) == numbers
    assert answers(NUMBER, from_(*borders), FieldCells("n", cuts=(), whole=True)) == numbers


def test_between_two_whole_numbers_a_broken_one_stands_unless_the_field_has_whole_ones_only() -> None:
    assert answers(NUMBER, from_(0.25, 0.75)) == [0.0, 0.25, 1.0]
    assert answers(NUMBER, from_(0.25, 0.75), FieldCells("n", cuts=(), whole=True)) == [0.0, 1.0]


@given(
    borders=st.lists(st.floats(-1e300, 1e300), max_size=3),
    cuts=st.lists(st.floats(-1e300, 1e300), max_size=4, unique=True).map(sorted),
)
def test_of_whole_numbers_every_answer_is_whole(borders: list[float], cuts: list[float]) -> None:
    told = answers(NUMBER, from_(*borders), FieldCells("n", cuts=tuple(cuts), whole=True))
    assert all(isinstance(one, float) and one.is_integer() for one in told)


def test_a_border_that_no_number_reaches_is_none() -> None:
    assert answers(NUMBER, from_(math.inf, math.nan)) == []


def test_of_many_words_each_verdict_of_the_rules_is_kept() -> None:
    yes, no = tuple(f"yes {n}" for n in range(20)), tuple(f"no {n}" for n in range(20))
    few = answers(CHOICE, [Criterion(field="role", yes=yes, no=no)], FieldCells("role", levels=("owner",)))
    assert len(few) == MOST_LEVELS
    assert {"yes 0", "no 0"} <= set(few)


def test_a_word_of_the_rules_and_the_models_level_of_it_are_one_answer() -> None:
    said = Criterion(field="role", yes=("Владелец",), no=("Студент",))
    cells = FieldCells("role", levels=("владелец", "арендатор"))
    assert answers(CHOICE, [said], cells) == ["Владелец", "Студент", "арендатор"]
    assert answers(FormField(kind="list"), [said], cells) == [("Владелец",), ("Студент",)]
