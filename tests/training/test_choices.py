"""Later leads choose how much of each rung to believe; where they bear nothing out, nothing beyond the rules is believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts.company import Abc
from models.calibration import NATS_BY_CHANCE, NATS_OF_LUCK
from tests.training.small_sets import GUESSED, buyers_by_area, numbers, seen_so_far, set_of
from training.choices import RULES_ALONE, chosen
from training.recipe import fitted


def test_tables_are_chosen_where_something_predicts() -> None:
    choices = chosen(buyers_by_area(0, 0.8), GUESSED)
    assert min(choices.rounds) >= 1
    assert 0.7 < sum(choices.weights) <= 1.3
    assert choices.gain > 20


@pytest.mark.parametrize(("seed", "gains_more"), [(5, True), (0, False)])
def test_where_sales_are_few_a_scorecard_of_all_leads_has_half_the_say_if_it_gains_more(
    monkeypatch: pytest.MonkeyPatch, seed: int, gains_more: bool
) -> None:
    data = buyers_by_area(seed, 1.2, 500)
    chosen_now = chosen(data, GUESSED)
    monkeypatch.setattr("training.choices.FEWEST_SALES_TO_WEIGH", 0)
    by_folds = chosen(data, GUESSED)
    monkeypatch.setattr("training.choices.FEWEST_SALES_TO_FOLD", 1_000)
    alone = chosen(data, GUESSED)
    its, theirs = (
        (alone.gain - NATS_BY_CHANCE) / 500,
        (by_folds.gain - NATS_OF_LUCK) / 250,
    )  # the folds judge half of the leads
    assert (its > theirs) == gains_more
    halfway = (np.array(by_folds.weights) + alone.weights) / 2
    assert chosen_now.weights == pytest.approx(halfway if gains_more else by_folds.weights)
    assert chosen_now.rounds == by_folds.rounds


def test_where_no_later_leads_bear_it_out_few_sales_say_nothing_however_well_they_fit_each_other() -> None:
    rng = np.random.default_rng(0)
    area, late = rng.normal(size=600), np.arange(600) >= 300
    z = -1.0 + np.where(late, -2.0, 2.0) * np.sign(area)
    outcome = (rng.random(600) < 1 / (1 + np.exp(-z))).astype(float)
    turned = set_of({"area": numbers(*area)}, outcome, created_day=np.linspace(0, 300, 600))
    assert chosen(turned, GUESSED) == RULES_ALONE


def test_tables_are_left_out_or_nearly_so_where_nothing_predicts() -> None:
    said = [chosen(buyers_by_area(seed, 0.0, 1500), GUESSED) for seed in range(8)]
    weights = [sum(one.weights) for one in said]
    assert sorted(weights)[4] == 0.0
    assert float(np.mean(weights)) < 0.4


def test_where_too_few_sales_could_choose_by_later_leads_nothing_is_made_of_noise() -> None:
    outcome = np.zeros(200)
    outcome[:40:4] = 1.0
    noise = np.random.default_rng(0).normal(size=200)
    assert chosen(set_of({"area": numbers(*noise)}, outcome), GUESSED) == RULES_ALONE


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(20, 150))
def test_what_no_evidence_speaks_for_is_answered_with_the_rate_that_was_seen(seed: int, count: int) -> None:
    data = buyers_by_area(seed, 0.0, count)
    choices = chosen(data, Abc())
    if choices.gain <= NATS_BY_CHANCE:
        assert choices == RULES_ALONE
        told = fitted(data, Abc(), choices).probability(data)
        assert told == pytest.approx((data.sales + 0.5) / (data.leads + 1), abs=0.01)
    else:
        assert 0 < choices.weights[0] < 1


def test_chance_alone_makes_a_scorecard_of_few_leads_in_hardly_a_case() -> None:
    assert sum(chosen(buyers_by_area(seed, 0.0, 120), Abc()).has_tables for seed in range(100)) <= 3


def test_a_hundred_leads_make_a_scorecard_where_they_say_something() -> None:
    choices = chosen(buyers_by_area(0, 2.0, 100), GUESSED)
    assert choices.rounds == (0, 0)
    assert 0.5 < choices.weights[0] < 1
    assert choices.weights[1:] == (0.0, 0.0)


def test_what_later_rows_teach_about_the_level_does_not_stop_what_ranks_well() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    rising = np.linspace(-1.0, 1.0, 4000)
    outcome = (rng.random(4000) < 1 / (1 + np.exp(1.8 - 0.9 * np.sign(area) - rising))).astype(float)
    assert sum(chosen(set_of({"area": numbers(*area)}, outcome), GUESSED).weights) > 0.5


def test_young_leads_judge_too_by_what_was_seen_of_them_so_far() -> None:
    borne_out, not_borne_out = seen_so_far(0.4, 0.4), seen_so_far(0.4, 0.0)
    settled_alone = chosen(replace(borne_out, young=None), GUESSED, window=60)
    assert chosen(borne_out, GUESSED, window=60).gain > settled_alone.gain + 5
    assert sum(chosen(not_borne_out, GUESSED, window=60).weights) < 0.8 * sum(settled_alone.weights)


def test_young_leads_do_not_judge_where_no_window_says_what_can_be_seen_of_them() -> None:
    data = seen_so_far(0.4, 0.0)
    assert chosen(data, GUESSED) == chosen(replace(data, young=None), GUESSED)


def test_young_leads_of_which_hardly_any_was_seen_to_buy_judge_nothing() -> None:
    data = seen_so_far(0.4, 0.0)
    assert data.young is not None
    few = replace(data, young=data.young.of(np.arange(len(data.young) - 60, len(data.young))))
    assert chosen(few, GUESSED, window=60) == chosen(replace(data, young=None), GUESSED, window=60)
