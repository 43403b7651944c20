"""What a card counts: each later lead once, at a moment that does not depend on how it ended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.abc_rules import RuleGrade
from models.refined_grades import GradeBorders
from tests.training.small_sets import set_of
from training.card_values import promised, side_by_side, slice_of
from training.dataset import TrainingSet
from training.grade_borders import Refined

BORDERS = GradeBorders(0.5, 0.2)
Floats = npt.NDArray[np.float64]


def three_leads() -> TrainingSet:
    """Give a lead graded on its second row (it bought), one that was graded twice, and one never graded."""
    grades: list[RuleGrade] = ["ungraded", "A", "ungraded", "C", "B", "ungraded"]
    lead_of = np.array([0, 0, 1, 1, 1, 2])
    return set_of({}, np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]), lead_of=lead_of, grade=grades)


def test_a_lead_counts_once_at_the_moment_when_the_rules_first_graded_it() -> None:
    told = side_by_side(three_leads(), Refined(BORDERS, np.array([0.9, 0.1, 0.9, 0.3, 0.9, 0.9]), np.arange(6)))
    assert told.moment == "first_graded"
    assert told.rules == {"A": (1, 1), "C": (1, 0)}
    assert told.refined == {"C": (1, 1), "B": (1, 0)}
    assert told.left_out == 1


def test_where_the_rules_grade_nobody_leads_count_as_they_arrived() -> None:
    data = set_of({}, np.array([1.0, 0.0, 0.0]))
    told = side_by_side(data, Refined(BORDERS, np.array([0.9, 0.3, 0.1]), np.arange(3)))
    assert (told.moment, told.left_out) == ("arrival", 0)
    assert told.rules == {"ungraded": (3, 1)}
    assert told.refined == {"A": (1, 1), "B": (1, 0), "C": (1, 0)}


def test_without_a_probability_that_had_not_seen_them_no_refined_grade_is_told() -> None:
    told = side_by_side(three_leads(), Refined(BORDERS, None, np.arange(6)))
    assert told.rules
    assert told.refined == {}


def test_where_the_model_says_nothing_beyond_the_rules_the_refined_grade_is_their_own() -> None:
    told = side_by_side(three_leads(), None)
    assert told.refined == told.rules == {"A": (1, 1), "C": (1, 0)}
    assert not told.others_set_borders


def test_only_leads_that_set_no_border_are_counted() -> None:
    told = side_by_side(three_leads(), Refined(BORDERS, np.full(6, 0.9), np.arange(2, 6)))
    assert (told.rules, told.refined, told.left_out) == ({"C": (1, 0)}, {"A": (1, 0)}, 1)
    assert told.others_set_borders


def leads(count: int, chance: Floats) -> TrainingSet:
    rng = np.random.default_rng(1)
    return set_of({}, (rng.random(count) < chance).astype(float))


def test_promises_go_down_by_tenths_and_every_lead_is_in_one() -> None:
    chance = np.linspace(0.01, 0.6, 500)
    told = promised(leads(500, chance), chance)
    assert [one.leads for one in told] == [50] * 10
    assert [one.chance for one in told] == sorted((one.chance for one in told), reverse=True)
    assert sum(one.sales for one in told) == leads(500, chance).sales


def test_equal_promises_stay_together() -> None:
    chance = np.repeat([0.1, 0.4], [350, 150])
    told = promised(leads(500, chance), chance)
    assert [(round(one.chance, 6), one.leads) for one in told] == [(0.4, 150), (0.1, 350)]


def test_of_few_leads_or_sales_nothing_is_told() -> None:
    assert promised(leads(60, np.full(60, 0.5)), np.full(60, 0.5)) == ()
    assert promised(leads(300, np.full(300, 0.0)), np.full(300, 0.1)) == ()


def test_a_slice_says_from_when_to_when_its_leads_came() -> None:
    told = slice_of(three_leads())
    assert (told.leads, told.sales) == (3, 1)
    assert f"{told.first:%Y-%m-%d} {told.last:%Y-%m-%d}" == "2025-09-01 2025-09-06"
