"""Every measure is the one that others compute, or that can be worked out by hand; intervals hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from models.ranking_metrics import MEASURES, Judged, log_loss_difference, log_loss_ratio, mean_log_loss, measured

Floats = npt.NDArray[np.float64]


def judged(outcome: Floats, weight: Floats | None = None) -> Judged:
    """Return rows that are each a lead of their own."""
    return Judged(outcome, np.ones(len(outcome)) if weight is None else weight, np.arange(len(outcome)))


def value(name: str, probability: Floats, outcome: Floats, weight: Floats | None = None) -> float:
    return measured(probability, judged(outcome, weight))[name].value


@st.composite
def scored(draw: st.DrawFn) -> tuple[Floats, Floats, Floats]:
    """Draw probabilities with many ties, outcomes of both kinds, and weights."""
    size = draw(st.integers(2, 40))
    p = draw(st.lists(st.sampled_from([0.05, 0.1, 0.3, 0.31, 0.6, 0.9]), min_size=size, max_size=size))
    bought = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(lambda y: any(y) and not all(y)))
    weight = draw(st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=size, max_size=size))
    return np.array(p), np.array(bought, dtype=np.float64), np.array(weight)


@given(scored())
@settings(max_examples=40)
def test_auc_average_precision_log_loss_and_brier_are_those_of_scikit_learn(
    rows: tuple[Floats, Floats, Floats],
) -> None:
    p, y, w = rows
    mine = measured(p, judged(y, w))
    assert mine["auc"].value == pytest.approx(roc_auc_score(y, p, sample_weight=w), abs=1e-12)
    assert mine["average_precision"].value == pytest.approx(average_precision_score(y, p, sample_weight=w), abs=1e-12)
    assert mine["log_loss"].value == pytest.approx(log_loss(y, p, sample_weight=w), abs=1e-12)
    assert mine["brier"].value == pytest.approx(brier_score_loss(y, p, sample_weight=w), abs=1e-12)


@given(scored(), st.integers(0, 1000))
@settings(max_examples=15)
def test_no_measure_depends_on_the_order_of_rows(rows: tuple[Floats, Floats, Floats], seed: int) -> None:
    p, y, w = rows
    order = np.random.default_rng(seed).permutation(len(p))
    mine, shuffled = measured(p, judged(y, w)), measured(p[order], judged(y[order], w[order]))
    for name in set(MEASURES) - {"slope"}:  # of separable leads the slope has no bound, and no last digit
        assert shuffled[name].value == pytest.approx(mine[name].value, abs=1e-9, nan_ok=True)


def test_of_leads_that_are_all_alike_a_share_of_the_queue_finds_the_same_share_of_sales() -> None:
    outcome = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    alike = np.full(10, 0.2)
    assert value("auc", alike, outcome) == 0.5
    assert value("lift_10", alike, outcome) == pytest.approx(1.0)
    assert value("sales_in_first_30", alike, outcome) == pytest.approx(0.3)


def test_lift_and_sales_found_are_those_counted_by_hand() -> None:
    # 20 leads, best first; sales at places 1, 2, 5, 12. The best tenth is 2 leads with 2 of 4 sales: 50 % / 10 % = 5.
    # The first 30 % is 6 leads with 3 of 4 sales.
    outcome = np.zeros(20)
    outcome[[0, 1, 4, 11]] = 1.0
    falling = np.linspace(0.9, 0.1, 20)
    assert value("lift_10", falling, outcome) == pytest.approx(5.0)
    assert value("sales_in_first_30", falling, outcome) == pytest.approx(0.75)


def test_a_tie_across_the_border_is_shared_evenly() -> None:
    # 10 leads: one of 0.9 that lost, four of 0.5 of which two bought, five of 0.1 that lost. The first three leads are
    # the one and two of the four: 2 * 2/4 = 1 of 2 sales.
    p = np.array([0.9] + [0.5] * 4 + [0.1] * 5)
    outcome = np.array([0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert value("sales_in_first_30", p, outcome) == pytest.approx(0.5)
    assert value("sales_in_first_30", p, outcome[[0, 3, 4, 1, 2, 5, 6, 7, 8, 9]]) == pytest.approx(0.5)


def test_ece_is_the_one_worked_out_by_hand() -> None:
    # Ten leads, ten bins of one lead each: the mean of |p - y|.
    p = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
    outcome = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    assert value("ece", p, outcome) == pytest.approx(
        (0.05 + 0.15 + 0.25 + 0.65 + 0.45 + 0.45 + 0.65 + 0.25 + 0.15 + 0.05) / 10
    )
    # Two levels only: ties share a bin. 60 leads of 0.1 with 12 sales, 40 of 0.5 with 18: 0.6 * 0.1 + 0.4 * 0.05.
    levels = np.array([0.1] * 60 + [0.5] * 40)
    bought = np.array([1.0] * 12 + [0.0] * 48 + [1.0] * 18 + [0.0] * 22)
    assert value("ece", levels, bought) == pytest.approx(0.08)


def test_level_is_the_mean_probability_over_the_rate() -> None:
    assert value("level", np.array([0.2, 0.4, 0.6]), np.array([0.0, 0.0, 1.0])) == pytest.approx(1.2)


@pytest.mark.parametrize("truth", [0.4, 1.0, 1.8])
def test_slope_is_the_coefficient_of_an_unregularised_logistic_regression(truth: float) -> None:
    rng = np.random.default_rng(3)
    log_odds = rng.normal(-1.5, 1.2, 1500)
    y = (rng.random(1500) < 1 / (1 + np.exp(-truth * log_odds))).astype(np.float64)
    w = rng.choice([0.5, 1.0, 1.5], 1500)
    line = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(log_odds[:, None], y, sample_weight=w)
    p = 1 / (1 + np.exp(-log_odds))
    assert value("slope", p, y, w) == pytest.approx(float(line.coef_[0, 0]), abs=1e-4)


def test_the_interval_of_the_rate_a_model_is_judged_by_covers_the_truth() -> None:
    truth = float(np.mean([0.1 * 0.9, 0.2 * 0.8, 0.4 * 0.6]))
    covered = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        p = rng.choice([0.1, 0.2, 0.4], 400)
        y = (rng.random(400) < p).astype(np.float64)
        brier = measured(p, judged(y))["brier"]
        covered += int(brier.low <= truth <= brier.high)
    assert covered >= 51  # 95 % of 60 is 57; fewer than 51 happen once in four hundred times


def test_a_leads_many_calls_do_not_look_like_many_leads() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(200) < 0.3).astype(np.float64)
    p = np.clip(0.3 + 0.2 * (y - 0.3) + rng.normal(0, 0.1, 200), 0.01, 0.99)
    once = measured(p, judged(y))["log_loss"]
    repeated = Judged(np.repeat(y, 25), np.full(5000, 1 / 25), np.repeat(np.arange(200), 25))
    often = measured(np.repeat(p, 25), repeated)["log_loss"]
    assert often.value == pytest.approx(once.value)
    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=1e-9)


def test_where_nobody_bought_the_ranking_cannot_be_told_but_the_loss_can() -> None:
    nobody = measured(np.array([0.1, 0.2, 0.3]), judged(np.zeros(3)))
    assert all(nobody[name].value != nobody[name].value for name in ("auc", "average_precision", "slope", "lift_10"))
    assert nobody["log_loss"].value == pytest.approx(-np.mean(np.log([0.9, 0.8, 0.7])))


def test_the_difference_is_below_zero_for_the_better_side_and_turns_its_sign_with_the_sides() -> None:
    rng = np.random.default_rng(1)
    p = rng.choice([0.05, 0.5], 800)
    y = (rng.random(800) < p).astype(np.float64)
    flat = np.full(800, y.mean())
    better, worse = log_loss_difference(p, flat, judged(y)), log_loss_difference(flat, p, judged(y))
    assert better.high < 0
    assert (worse.value, worse.low, worse.high) == pytest.approx((-better.value, -better.high, -better.low))
    assert better.value == pytest.approx(log_loss(y, p) - log_loss(y, flat))


def test_a_contender_compared_with_itself_differs_by_nothing() -> None:
    p = np.array([0.2, 0.7, 0.4])
    same = log_loss_difference(p, p, judged(np.array([0.0, 1.0, 1.0])))
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_a_part_of_the_rows_counts_its_own_leads_and_sales() -> None:
    rows = Judged(np.array([1.0, 1.0, 0.0, 0.0, 1.0]), np.ones(5), np.array([4, 4, 7, 9, 2]))
    part = rows.of(np.array([0, 1, 2]))
    assert (rows.leads, rows.sales, part.leads, part.sales) == (4, 2, 2, 1)
    assert part.lead.tolist() == [0, 0, 1]


def test_of_two_leads_of_which_one_has_no_weight_a_difference_is_told_without_a_warning() -> None:
    judged = Judged(np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.arange(2))
    found = log_loss_difference(np.array([0.9, 0.1]), np.array([0.5, 0.5]), judged)
    assert found.value == pytest.approx(np.log(0.5) - np.log(0.9))
    assert found.low <= found.value <= found.high


def test_a_ratio_of_log_losses_is_the_quotient_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(4)
    chance = rng.uniform(0.05, 0.6, 3000)
    bought = (rng.random(3000) < chance).astype(float)
    plain, leads = np.full(3000, bought.mean()), judged(bought)
    ratio = log_loss_ratio(chance, plain, leads)
    assert ratio.value == pytest.approx(log_loss(bought, chance) / log_loss(bought, plain))
    assert ratio.low < ratio.value < ratio.high < 1
    # An interval of a paired difference, as parts of the base rate's loss, is nearly the same one.
    difference = log_loss_difference(chance, plain, leads)
    assert ratio.high == pytest.approx(1 + difference.high / mean_log_loss(plain, leads), abs=0.01)
