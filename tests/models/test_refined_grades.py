"""A refined grade lies nearest to what the rules' own grades mean, and what the rules call non-target stays so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.log_odds import log_odds, probability_of
from models.abc_rules import RuleGrade
from models.grade_starts import in_order
from models.refined_grades import GradeBorders, borders_between, guessed_borders

RATES: dict[RuleGrade, float] = {"A": 0.4, "B": 0.2, "C": 0.05, "non_target": 0.01, "ungraded": 0.1}
BORDERS = GradeBorders(0.3, 0.1)


def starts(**rates: float) -> dict[RuleGrade, float]:
    """Return where the grades' leads start at these rates, a better one never lower."""
    return in_order({grade: log_odds(rate) for grade, rate in {**RATES, **rates}.items()})  # type: ignore[misc]


@pytest.mark.parametrize(("probability", "grade"), [(0.3, "A"), (0.29, "B"), (0.1, "B"), (0.09, "C"), (0.0, "C")])
def test_a_border_belongs_to_the_better_grade(probability: float, grade: str) -> None:
    assert BORDERS.grade(probability, "C") == grade


def test_non_target_stays_non_target_whatever_the_model_says() -> None:
    assert BORDERS.grade(0.99, "non_target") == "non_target"


def test_a_grade_begins_half_way_to_the_next_better_one() -> None:
    # Odds of 0.4 are 2 : 3, of 0.2 1 : 4, of 0.05 1 : 19; half way in log-odds is the root of their product.
    borders = borders_between(starts())
    assert borders.a == pytest.approx((2 / 3 / 4) ** 0.5 / (1 + (2 / 3 / 4) ** 0.5))
    assert borders.b == pytest.approx((1 / 4 / 19) ** 0.5 / (1 + (1 / 4 / 19) ** 0.5))


@given(st.floats(-1.0, 1.0), st.sampled_from([0.03, -0.03]))
def test_where_the_model_says_little_beyond_the_rules_both_grade_alike(level: float, said: float) -> None:
    begin = starts()
    borders = borders_between(begin, level)
    for grade in ("A", "B", "C"):
        assert borders.grade(probability_of(begin[grade] + level + said), grade) == grade


def test_an_a_that_sells_worse_than_b_stands_as_high_as_b() -> None:
    borders = borders_between(starts(A=0.1))
    assert borders.a == pytest.approx(0.2)
    assert borders.grade(0.19, "A") == "B"


def test_no_a_begins_below_the_chance_of_a_lead_of_which_nothing_is_known() -> None:
    assert borders_between(starts(A=0.12, B=0.02, C=0.01, ungraded=0.1)).a == pytest.approx(0.1)


def test_where_the_rules_grade_nobody_the_guesses_are_the_borders_and_a_buys_as_often_as_the_average_lead() -> None:
    assert guessed_borders(RATES) == GradeBorders(0.4, 0.2)
    assert guessed_borders({**RATES, "ungraded": 0.6}) == GradeBorders(0.6, 0.2)


@given(st.floats(0.0, 1.0), st.floats(-3.0, 3.0), st.floats(0.2, 3.0))
def test_borders_that_move_with_the_leads_change_no_grade(chance: float, shift: float, strength: float) -> None:
    def moved(log_odds_: float) -> float:
        return shift + strength * log_odds_

    if min(abs(chance - one) for one in (0.0, 0.1, 0.3, 1.0)) < 1e-9:
        return  # a lead on the border itself may be told apart by its last digit
    after = BORDERS.moved(moved).grade(probability_of(moved(log_odds(chance))), "C")
    assert after == BORDERS.grade(chance, "C")


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_a_border_that_all_leads_reach_or_none_stays(end: float) -> None:
    assert GradeBorders(end, 0.0).moved(lambda log_odds_: log_odds_ - 1.0) == GradeBorders(end, 0.0)


def test_borders_are_saved_as_they_are() -> None:
    assert GradeBorders.from_json(GradeBorders(1 / 3, 0.1).to_json()) == GradeBorders(1 / 3, 0.1)
