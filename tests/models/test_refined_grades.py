"""A refined A buys at least as often as a rule A did, and what the rules call non-target stays so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.log_odds import log_odds, probability_of
from models.abc_rules import GRADES, RuleGrade
from models.refined_grades import LEADS_FOR_A_BORDER, GradeBorders, derived_borders, rules_borders

RATES: dict[RuleGrade, float] = {"A": 0.4, "B": 0.2, "C": 0.05, "non_target": 0.01, "ungraded": 0.1}
BORDERS = GradeBorders(0.3, 0.1)


@pytest.mark.parametrize(("probability", "grade"), [(0.3, "A"), (0.29, "B"), (0.1, "B"), (0.09, "C"), (0.0, "C")])
def test_a_border_belongs_to_the_better_grade(probability: float, grade: str) -> None:
    assert BORDERS.grade(probability, "C") == grade


def test_non_target_stays_non_target_whatever_the_model_says() -> None:
    assert BORDERS.grade(0.99, "non_target") == "non_target"


@given(
    st.lists(st.tuples(st.sampled_from([0.02, 0.1, 0.25, 0.5, 0.8]), st.booleans()), min_size=1, max_size=300),
    st.floats(0.05, 0.9),
)
def test_those_above_a_border_bought_at_least_as_often_as_the_rules_grade_did(
    leads: list[tuple[float, bool]], rate: float
) -> None:
    p, y = [one for one, _ in leads], [float(bought) for _, bought in leads]
    borders = derived_borders(p, y, [1.0] * len(p), {**RATES, "A": rate, "B": rate})
    above = [bought for one, bought in zip(p, y, strict=True) if one >= borders.a]
    if borders.a in p and borders.a != rate:
        assert len(above) >= LEADS_FOR_A_BORDER
        assert sum(above) / len(above) >= rate
    else:
        assert borders.a == rate


def test_the_border_is_the_lowest_that_keeps_the_rate() -> None:
    # 100 leads of 0.8 (70 bought), 100 of 0.5 (30), 100 of 0.1 (5). Above 0.5: 100 of 200 bought, 50 % >= 40 %;
    # above 0.1: 105 of 300, 35 %. So A begins at 0.5, and B (20 %) at 0.1.
    p = [0.8] * 100 + [0.5] * 100 + [0.1] * 100
    y = [1.0] * 70 + [0.0] * 30 + [1.0] * 30 + [0.0] * 70 + [1.0] * 5 + [0.0] * 95
    assert derived_borders(p, y, [1.0] * 300, RATES) == GradeBorders(0.5, 0.1)


def test_with_too_few_leads_the_grades_own_rates_are_the_borders() -> None:
    assert derived_borders([0.9] * 20, [1.0] * 20, [1.0] * 20, RATES) == GradeBorders(0.4, 0.2)


def test_a_never_begins_below_b() -> None:
    borders = derived_borders([0.9] * 20, [1.0] * 20, [1.0] * 20, {**RATES, "A": 0.1, "B": 0.3})
    assert borders == GradeBorders(0.3, 0.1)


def test_without_tables_the_refined_grade_is_the_rules_own() -> None:
    starts = {grade: log_odds(rate) for grade, rate in RATES.items()}
    borders = rules_borders(starts)
    refined = {grade: borders.grade(probability_of(starts[grade]), grade) for grade in GRADES}
    assert refined == {"A": "A", "B": "B", "C": "C", "non_target": "non_target", "ungraded": "C"}


def test_borders_are_saved_as_they_are() -> None:
    assert GradeBorders.from_json(GradeBorders(1 / 3, 0.1).to_json()) == GradeBorders(1 / 3, 0.1)
