"""Refined A and B buy at least as often as the rules' A and B did, and grades change only where the model knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.log_odds import log_odds, probability_of
from models.abc_rules import GRADES, RuleGrade
from models.grade_starts import in_order
from models.refined_grades import GradeBorders, borders_between
from tests.training.small_sets import set_of
from training.choices import RULES_ALONE
from training.grade_borders import FEWEST_OF_A_GRADE, halves, on_scale_of, raised, refined, when_graded
from training.recipe import Candidate
from training.tables import Tables

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Groups = list[tuple[RuleGrade, float, int, int]]
"""Of the rules' grade, the chance that the model promises, how many leads, and how many of them bought."""
BORDERS = GradeBorders(0.3, 0.1)


def leads(groups: Groups) -> tuple[Floats, Floats, Ints]:
    """Return the chance, the outcome and the grade of each lead."""
    chance = np.concatenate([np.full(count, p) for _, p, count, _ in groups])
    outcome = np.concatenate([(np.arange(count) < bought).astype(float) for *_, count, bought in groups])
    grade = np.concatenate([np.full(count, GRADES.index(name)) for name, _, count, _ in groups])
    return chance, outcome, grade


def bought(told: tuple[Floats, Floats, Ints], borders: GradeBorders, name: RuleGrade) -> tuple[int, float]:
    """Return how many leads have the refined grade, and which share of them bought."""
    mine = [borders.grade(p, GRADES[place]) == name for p, place in zip(told[0], told[2], strict=True)]
    return sum(mine), float(told[1][mine].mean()) if any(mine) else 0.0


def by_rules(told: tuple[Floats, Floats, Ints], name: RuleGrade) -> tuple[int, float]:
    """Return how many leads have the rules' grade, and which share of them bought."""
    mine = told[2] == GRADES.index(name)
    return int(mine.sum()), float(told[1][mine].mean()) if mine.any() else 0.0


GROUPS = st.lists(
    st.tuples(
        st.sampled_from(GRADES), st.sampled_from([0.02, 0.1, 0.15, 0.25, 0.3, 0.5, 0.8]), st.integers(1, 80), st.just(0)
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(GROUPS, st.randoms())
def test_a_border_is_raised_or_stays_and_one_that_was_raised_keeps_the_promise(groups: Groups, draw: object) -> None:
    told = leads([(*one[:3], draw.randint(0, one[2])) for one in groups])  # type: ignore[attr-defined]
    borders = raised(BORDERS, *told)
    assert borders.a >= BORDERS.a
    assert borders.a >= borders.b >= BORDERS.b
    of_each: tuple[tuple[RuleGrade, bool], ...] = (("A", borders.a > BORDERS.a), ("B", borders.b > BORDERS.b))
    for name, is_raised in of_each:
        if is_raised:
            (count, share), (of_rules, rules_share) = bought(told, borders, name), by_rules(told, name)
            assert min(count, of_rules) >= FEWEST_OF_A_GRADE
            assert share >= rules_share - 1e-9


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4), st.floats(-1.0, 1.0))
def test_where_rules_and_model_agree_each_lead_keeps_its_grade_whatever_luck_it_had(
    sales: list[int], level: float
) -> None:
    rates: dict[RuleGrade, float] = {"A": 0.3, "B": 0.15, "C": 0.05, "non_target": 0.01, "ungraded": 0.1}
    starts = in_order({grade: log_odds(rate) for grade, rate in rates.items()})
    names: tuple[RuleGrade, ...] = ("A", "B", "C", "non_target")
    told = leads(
        [(name, probability_of(starts[name] + level), 40, some) for name, some in zip(names, sales, strict=True)]
    )
    borders = raised(borders_between(starts, level), *told)
    assert [borders.grade(p, GRADES[place]) for p, place in zip(told[0], told[2], strict=True)] == [
        name for name in names for _ in range(40)
    ]


def test_the_best_leads_surplus_pays_for_no_others() -> None:
    # Weak rules: A, B and C buy alike, 10 %. Together all leads buy as often as the rules' A, and yet they are no A.
    kinds = ((0.4, 30, 12), (0.004, 90, 0))
    told = leads([(name, *kind) for name in ("A", "B", "C") for kind in kinds])
    starts = dict.fromkeys(GRADES, log_odds(0.1))
    borders = raised(borders_between(starts), *told)
    assert bought(told, borders, "A") == (90, 0.4)
    assert bought(told, borders, "C")[0] == 270


def test_b_buys_as_often_as_the_rules_b_without_the_leads_of_a() -> None:
    # Above 0.1 lie 120 leads of whom 23 bought, 19 %, as the rules' B; without A's they are 8 of 80, 10 %.
    told = leads([("A", 0.4, 40, 15), ("B", 0.2, 40, 8), ("C", 0.12, 40, 0)])
    borders = raised(BORDERS, *told)
    assert borders == GradeBorders(0.3, 0.16)
    assert bought(told, borders, "B") == (40, 0.2)


def test_a_leaves_leads_to_b_where_it_would_buy_too_seldom_without_them() -> None:
    # Above 0.3 A keeps its promise, 34 of 80, and leaves B nothing but leads of whom 8 of 80 bought; the rules' B did 18 of 80.
    told = leads([("A", 0.6, 40, 20), ("B", 0.45, 40, 14), ("A", 0.2, 40, 4), ("B", 0.2, 40, 4)])
    borders = raised(BORDERS, *told)
    assert borders.a == pytest.approx(0.525)
    assert borders.b == pytest.approx(0.325)
    assert (bought(told, borders, "A"), bought(told, borders, "B")) == ((40, 0.5), (40, 0.35))


def test_what_the_model_promises_counts_beside_what_happened() -> None:
    # By luck those of 0.12 bought as often as the rules' B; the model does not expect that of the next ones.
    told = leads([("A", 0.4, 40, 15), ("B", 0.2, 40, 6), ("C", 0.12, 40, 6)])
    assert raised(BORDERS, *told).b == pytest.approx(0.16)


def test_of_few_leads_nobody_can_say_how_often_they_buy_and_the_borders_stay() -> None:
    few = FEWEST_OF_A_GRADE - 1
    assert raised(BORDERS, *leads([("A", 0.8, few, few), ("C", 0.4, 300, 3)])) == BORDERS
    assert raised(BORDERS, *leads([("A", 0.8, few, 0), ("A", 0.2, 300, 90)])) == BORDERS


def test_where_no_higher_border_will_do_it_stays() -> None:
    assert raised(BORDERS, *leads([("A", 0.2, 40, 30), ("C", 0.5, 40, 4)])) == BORDERS


def test_leads_that_stay_non_target_set_no_border() -> None:
    told = leads([("A", 0.5, 40, 20), ("C", 0.6, 40, 20), ("non_target", 0.9, 400, 0)])
    assert raised(BORDERS, *told) == BORDERS


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 3)), min_size=1, max_size=40))
def test_on_another_models_scale_leads_keep_their_order_and_the_scale_its_ends(
    told: list[tuple[float, float, float]],
) -> None:
    mine, other, weight = (np.array(one) for one in zip(*told, strict=True))
    said = on_scale_of(mine, other, weight)
    assert other.min() <= said.min() <= said.max() <= other.max()
    order = np.argsort(mine, kind="stable")
    assert (np.diff(said[order]) >= 0).all()
    assert (np.diff(said[order])[np.diff(mine[order]) == 0] == 0).all()


def test_on_its_own_scale_a_model_says_what_it_says() -> None:
    chances = np.array([0.3, 0.1, 0.7, 0.2])
    assert on_scale_of(chances, chances, np.array([1.0, 2.0, 0.5, 1.0])).tolist() == chances.tolist()


def candidate(**rates: float) -> Candidate:
    """Return a candidate that says what the rules say at these rates."""
    every = {"A": 0.3, "B": 0.15, "C": 0.05, "non_target": 0.01, "ungraded": 0.1, **rates}
    return Candidate({grade: log_odds(every[grade]) for grade in GRADES}, Tables({}), RULES_ALONE)


def test_a_timid_model_of_another_level_that_was_judged_sets_borders_on_the_scale_of_the_one_that_serves() -> None:
    names: list[RuleGrade] = ["A", "B", "C", "non_target"] * 100
    bought_of = {"A": 3, "B": 6, "C": 20, "non_target": 100}
    data = set_of({}, np.array([float((n // 4) % bought_of[name] == 0) for n, name in enumerate(names)]), grade=names)
    mine = candidate()
    judged = 0.4 * mine.probability(data) + 0.3
    told = refined(mine, data, judged)
    assert told.unseen is not None
    assert [told.borders.grade(p, name) for p, name in zip(told.unseen, names, strict=True)] == names
    served = mine.probability(data)
    assert [told.borders.grade(p, name) for p, name in zip(served, names, strict=True)] == names
    assert (len(told.shown), refined(mine, data, None).unseen) == (200, None)


def test_the_borders_lie_at_the_level_of_what_the_model_promises() -> None:
    names: list[RuleGrade] = ["A", "B", "C", "non_target"] * 50
    data = set_of({}, np.zeros(200), grade=names)
    low = replace(candidate(), level=-1.0)
    told = refined(low, data, None)
    assert [told.borders.grade(p, name) for p, name in zip(low.probability(data), names, strict=True)] == names


def test_where_the_rules_graded_no_later_lead_the_guesses_are_the_borders() -> None:
    data = set_of({}, np.zeros(50))
    assert refined(candidate(), data, None).borders == GradeBorders(pytest.approx(0.3), pytest.approx(0.15))  # type: ignore[arg-type]
    assert refined(candidate(ungraded=0.4), data, None).borders.a == pytest.approx(0.4)


def test_every_second_lead_in_order_of_time_sets_the_borders_and_the_others_show_the_grades() -> None:
    lead_of = np.array([0, 0, 1, 2, 2, 2, 3, 4])
    data = set_of({}, np.zeros(8), lead_of=lead_of)
    setting, shown = halves(data)
    assert data.lead[setting].tolist() == [0, 0, 2, 2, 2, 4]
    assert data.lead[shown].tolist() == [1, 3]


def test_a_lead_counts_as_it_was_when_the_rules_first_graded_it_or_else_as_it_arrived() -> None:
    lead_of = np.array([0, 0, 1, 1, 2])
    graded = set_of({}, np.zeros(5), lead_of=lead_of, grade=["ungraded", "A", "B", "C", "ungraded"])
    rows, are_graded = when_graded(graded)
    assert (rows.tolist(), are_graded) == ([1, 2], True)
    rows, are_graded = when_graded(set_of({}, np.zeros(5), lead_of=lead_of))
    assert (rows.tolist(), are_graded) == ([0, 2, 4], False)
