"""A grade's rate is what its leads showed, shrunk to what the company guessed; where it guessed nothing, they take over."""

from __future__ import annotations

import numpy as np
import pytest

from features.facts.company import Abc
from models.abc_rules import RuleGrade
from tests.training.small_sets import GUESSED, set_of
from training.grade_rates import grade_rates


def test_each_grades_rate_is_its_leads_shrunk_to_the_guess_by_twenty_leads() -> None:
    # 60 leads of grade A, 30 of which bought: (30 + 20 * 0.30) / (60 + 20) = 0.45. Nobody has a B: the guess.
    outcome = np.array([1.0, 0.0] * 30 + [0.0] * 40)
    rates = grade_rates(set_of({}, outcome, grade=[*["A"] * 60, *["C"] * 40]), GUESSED)  # type: ignore[list-item]
    assert rates["A"] == pytest.approx(0.45)
    assert rates["B"] == pytest.approx(0.12)
    assert rates["C"] == pytest.approx(20 * 0.03 / 60)


def test_a_leads_many_rows_count_by_their_weight() -> None:
    outcome = np.array([1.0] * 10 + [0.0] * 10)
    data = set_of({}, outcome, weight=np.array([0.2] * 10 + [1.8] * 10), grade=["A"] * 20)
    assert grade_rates(data, GUESSED)["A"] == pytest.approx((2 + 6) / (20 + 20))


def test_where_the_company_said_nothing_its_own_leads_take_over_one_for_one() -> None:
    silent = Abc()
    ten, twenty = np.array([1.0] * 4 + [0.0] * 6), np.array([1.0] * 8 + [0.0] * 12)
    # Ten leads: the default guess of 0.06 still counts for ten, half of Jeffreys' half a sale and half a loss is there.
    assert grade_rates(set_of({}, ten), silent)["ungraded"] == pytest.approx((4 + 0.6 + 0.25) / (10 + 10 + 0.5))
    assert grade_rates(set_of({}, twenty), silent)["ungraded"] == pytest.approx(8.5 / 21)
    assert grade_rates(set_of({}, ten), silent)["A"] == pytest.approx(silent.rates.A)


def test_a_lead_that_hardly_counts_does_not_lift_its_grade() -> None:
    outcome = np.array([1.0] * 15 + [0.0] * 286)
    weight = np.array([1.0] * 300 + [0.1])
    grades: list[RuleGrade] = [*["ungraded"] * 300, "C"]  # type: ignore[list-item]
    rates = grade_rates(set_of({}, outcome, weight=weight, grade=grades), Abc())
    assert rates["C"] == pytest.approx(0.03, abs=0.002)


def test_a_row_between_the_calls_tells_no_grades_rate() -> None:
    data = set_of({}, np.array([1.0] * 30 + [0.0] * 70), grade=["A"] * 100)
    data.at_arrival[:] = False
    data.called[:] = True
    data.at_call[:50] = True
    assert grade_rates(data, GUESSED)["A"] == pytest.approx(
        (60 + 20 * 0.30) / 120
    )  # 30 of the 50 after a call, of 100 leads
