"""All rungs of the ladder stand on the same cells and rows; what the rules ask keeps its words and borders in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.facts.company import Abc, Criterion
from models.abc_rules import GRADES, RuleGrade
from tests.training.small_sets import levels, numbers, set_of
from training.columns import Column
from training.dataset import TrainingSet
from training.shared_rows import age_of, borders_named, cells_for, rows_in, telling_time

RULES = Abc(
    criteria={
        "need": Criterion(field="need", yes=("Yes",), no=("No",)),
        "budget": Criterion(field="money", yes_from=100.0),
    }
)
STARTS: dict[RuleGrade, float] = {"A": -0.5, "B": -1.0, "C": -2.0, "non_target": -5.0, "ungraded": -1.5}


def fields(columns: dict[str, Column], count: int = 100) -> TrainingSet:
    """Return leads with these answers, of whom none has bought yet."""
    return set_of(columns, np.zeros(count))


def test_a_word_of_the_rules_has_a_cell_of_its_own_however_rare_and_another_field_s_rare_word_has_none() -> None:
    words = ["yes"] * 97 + ["no"] * 3
    cells = cells_for(fields({"need": levels(*words), "role": levels(*words)}), RULES)
    assert cells["need"].levels == ("yes", "no")
    assert cells["role"].levels == ("yes",)
    assert cells["need"].cell("no") != cells["need"].cell("never heard")
    assert cells["role"].cell("no") == cells["role"].cell("never heard")


def test_a_stage_that_few_leads_reached_has_a_cell_of_its_own_and_one_never_seen_says_nothing() -> None:
    stages = ["meeting"] * 96 + ["invoice"] * 4
    cells = cells_for(fields({"stage_reached": levels(*stages)}), RULES)["stage_reached"]
    assert cells.levels == ("meeting", "invoice")
    assert cells.cell("contract") not in (cells.cell("meeting"), cells.cell("invoice"))


def test_a_number_is_cut_where_the_rules_say_that_a_yes_begins() -> None:
    assert list(borders_named(RULES)) == ["need", "money"]
    assert borders_named(RULES)["need"] == []
    cells = cells_for(fields({"money": numbers(*([10.0] * 50 + [500.0] * 50))}), RULES)["money"]
    assert cells.cell(99.99) != cells.cell(100.0)
    assert cells.cell(100.0) == cells.cell(200.0)


def test_what_only_stands_beside_an_answer_that_the_rules_ask_for_is_no_field() -> None:
    words = numbers(*range(100))
    cells = cells_for(
        fields({"need_words": words, "money_count": words, "need_days_ahead": words, "area_words": words}), RULES
    )
    assert list(cells) == ["area_words"]


def test_a_field_that_says_the_same_of_every_lead_has_no_cells_and_neither_has_nothing_at_all() -> None:
    assert cells_for(fields({"role": levels(*["owner"] * 100)}), RULES) == {}
    assert cells_for(fields({}), RULES) == {}
    beside_alone = fields({"need_words": numbers(*range(100))})
    assert cells_for(beside_alone, RULES) == {}


def test_each_row_stands_in_its_cell_and_starts_where_its_grade_does() -> None:
    area = [10.0, 90.0, None, 90.0, 10.0]
    outcome, weight = np.array([1.0, 0.0, 0.0, 1.0, 0.0]), np.array([1.0, 0.5, 1.0, 2.0, 1.0])
    data = set_of({"area": numbers(*area)}, outcome, weight=weight, grade=GRADES)
    cells = cells_for(data, RULES)
    rows = rows_in(data, cells, STARTS)
    assert rows.where["area"].tolist() == [cells["area"].cell(value) for value in area]
    assert rows.start.tolist() == pytest.approx([STARTS[grade] for grade in GRADES])
    assert (rows.outcome.tolist(), rows.weight.tolist()) == (outcome.tolist(), weight.tolist())


def test_which_fields_tell_the_time_is_seen_of_leads_as_they_arrived_alone() -> None:
    months = levels(*[f"month {n // 50}" for n in range(500)])
    drawn = np.random.default_rng(0).integers(0, 4, 500)
    data = fields({"month": months, "role": levels(*[f"role {n}" for n in drawn])}, 500)
    cells = cells_for(data, RULES)
    assert telling_time(data, cells) == {"month"}
    never = replace(data, at_arrival=np.zeros(500, dtype=bool))
    assert telling_time(never, cells) == set()
    # The same role at arrival, and one that follows the calendar in all rows that stand later: the role tells no time.
    every = levels(*[f"role {n}" for n in drawn], *[f"role {n // 125}" for n in range(500)])
    both = replace(fields({"role": every}, 1000), at_arrival=np.arange(1000) < 500)
    assert telling_time(both, cells_for(both, RULES)) == set()


def test_a_row_is_as_old_as_the_share_of_leads_that_came_after_its_own() -> None:
    data = set_of({}, np.zeros(4), created_day=np.array([0.0, 1.0, 2.0, 3.0]))
    assert age_of(data).tolist() == [0.75, 0.5, 0.25, 0.0]


def test_a_lead_with_many_rows_counts_once_and_leads_of_one_moment_are_of_one_age() -> None:
    # The first lead has three rows, two leads came together after it, and one last.
    lead, day = np.array([0, 0, 0, 1, 2, 3]), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 2.0])
    data = set_of({}, np.zeros(6), lead_of=lead, created_day=day)
    assert age_of(data).tolist() == [0.75, 0.75, 0.75, 0.25, 0.25, 0.0]
