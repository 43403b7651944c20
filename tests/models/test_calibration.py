"""Weights find what models overdid and forget what was luck; the level makes the mean the rate that was seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from models.calibration import JUMP, NATS_BY_CHANCE, believed, jump_of, level_for, weighed

Floats = npt.NDArray[np.float64]
START = -2.0


def sold(seed: int, size: int, truth: float) -> tuple[Floats, Floats]:
    """Return what a model moved, and sales that follow ``truth`` times that."""
    rng = np.random.default_rng(seed)
    moved = rng.normal(size=size)
    bought = (rng.random(size) < 1 / (1 + np.exp(-(START + truth * moved)))).astype(np.float64)
    return moved, bought


def stretch(moved: Floats, bought: Floats, start: float = START) -> float:
    """Return the weight of one model."""
    said = weighed(
        moved[:, None], np.full(len(moved), start), bought, np.ones(len(moved)), expected=np.ones(1), spread=0.25
    )
    return float(said.weights[0])


@pytest.mark.parametrize("truth", [0.3, 0.6, 1.0, 1.6])
def test_what_was_overdone_is_shrunk_and_what_was_timid_is_stretched(truth: float) -> None:
    assert stretch(*sold(1, 40_000, truth)) == pytest.approx(truth, abs=0.06)


def test_with_many_leads_it_is_the_coefficient_of_an_unregularised_logistic_regression() -> None:
    moved, bought = sold(2, 200_000, 0.8)
    line = LogisticRegression(C=np.inf, tol=1e-10).fit(moved[:, None], bought)
    assert stretch(moved, bought) == pytest.approx(line.coef_[0, 0], abs=0.002)


def test_a_model_that_says_nothing_is_stretched_to_nothing() -> None:
    stretches = [stretch(*sold(seed, 2_000, 0.0)) for seed in range(20)]
    assert float(np.mean(stretches)) < 0.02
    assert max(stretches) < 0.15


def test_a_model_that_is_wrong_way_round_is_stretched_to_nothing() -> None:
    assert stretch(*sold(3, 5_000, -1.0)) == 0.0


def test_a_timid_model_is_stretched_to_twice_at_most() -> None:
    assert stretch(*sold(4, 40_000, 4.0)) <= 2.0


def test_a_market_that_rose_is_no_fault_of_the_model() -> None:
    moved, bought = sold(5, 40_000, 1.0)
    assert stretch(moved, bought, START - 1.5) == pytest.approx(stretch(moved, bought), abs=0.02)


def test_a_market_that_rose_between_two_parts_is_no_fault_of_the_model_either() -> None:
    moved, _ = sold(5, 40_000, 1.0)
    part = (np.arange(40_000) >= 20_000).astype(np.int64)
    rng = np.random.default_rng(0)
    bought = (rng.random(40_000) < 1 / (1 + np.exp(-(START + 2.0 * part + moved)))).astype(np.float64)
    start, ones = np.full(40_000, START), np.ones(40_000)
    said = weighed(moved[:, None], start, bought, ones, expected=np.ones(1), spread=0.25, part=part)
    assert said.weights[0] == pytest.approx(1.0, abs=0.05)


def test_two_models_that_know_different_things_both_count_and_one_that_knows_nothing_does_not() -> None:
    rng = np.random.default_rng(0)
    moved = rng.normal(size=(40_000, 3))
    bought = (rng.random(40_000) < 1 / (1 + np.exp(-(START + moved @ [1.0, 0.5, 0.0])))).astype(np.float64)
    said = weighed(moved, np.full(40_000, START), bought, np.ones(40_000), expected=np.full(3, 1 / 3), spread=0.3)
    assert said.weights == pytest.approx([1.0, 0.5, 0.0], abs=0.06)


def test_the_gain_is_the_likelihood_ratios_logarithm() -> None:
    moved, bought = sold(6, 5_000, 1.0)
    said = weighed(moved[:, None], np.full(5_000, START), bought, np.ones(5_000), expected=np.ones(1), spread=0.25)
    line = LogisticRegression(C=np.inf, tol=1e-10).fit(moved[:, None], bought)
    z = line.decision_function(moved[:, None])
    rate = bought.mean()
    ratio = bought @ z - np.logaddexp(0, z).sum() - 5_000 * (rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    assert said.gain == pytest.approx(ratio, abs=0.5)


def test_chance_alone_gives_as_many_nats_in_one_case_of_a_hundred_at_most() -> None:
    # Ville 1939, "Etude critique de la notion de collectif": a likelihood ratio ever reaches k with a chance of 1 / k at most.
    rng, rate, other = np.random.default_rng(0), 0.1, 0.16
    sales = rng.random((20_000, 300)) < rate
    nats = np.cumsum(sales * np.log(other / rate) + ~sales * np.log((1 - other) / (1 - rate)), axis=1).max(axis=1)
    assert 0.0 < np.mean(nats >= NATS_BY_CHANCE) <= 0.01
    assert np.exp(NATS_BY_CHANCE) == pytest.approx(100)


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4))
def test_more_evidence_never_shrinks_more_and_none_leaves_nothing(gain: float, more: float) -> None:
    assert 0.0 <= believed(gain) <= believed(gain + more) < 1.0 + 1e-12
    assert (believed(gain) > 0) == (gain > NATS_BY_CHANCE)


def test_the_same_leads_over_again_are_more_evidence_and_never_shrink_more() -> None:
    moved, bought = sold(7, 150, 0.8)
    weights = []
    for times in range(1, 12):
        over, start, ones = np.tile(moved, times)[:, None], np.full(150 * times, START), np.ones(150 * times)
        said = weighed(over, start, np.tile(bought, times), ones, expected=np.ones(1), spread=1e3)
        weights.append(float(said.weights[0]))
    assert weights[0] < weights[-1]
    assert np.diff(weights).min() >= -1e-6


@pytest.mark.parametrize(("sold_of_a_thousand", "follows"), [(119, False), (119 + 40, False), (119 + 45, True)])
def test_the_level_jumps_where_chance_does_not_explain_it(sold_of_a_thousand: int, follows: bool) -> None:
    # 1,000 leads at log-odds -2: 119.2 sales expected, standard error sqrt(1000 * 0.1192 * 0.8808) = 10.2; four are 41.
    assert JUMP == 4.0
    latest = (np.arange(1000) < sold_of_a_thousand).astype(np.float64)
    jumped = jump_of(np.full(1000, -2.0), latest)
    assert (jumped != 0) == follows
    if follows:
        assert 1 / (1 + np.exp(2.0 - jumped)) == pytest.approx(sold_of_a_thousand / 1000)


@given(
    st.lists(st.tuples(st.floats(-6, 6), st.booleans(), st.floats(0.1, 3)), min_size=2, max_size=60),
)
def test_the_level_makes_the_mean_probability_the_rate_that_was_seen(rows: list[tuple[float, bool, float]]) -> None:
    log_odds, bought, weight = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    level = level_for(log_odds, bought, weight)
    if 0 < bought @ weight < weight.sum():
        mean = weight @ (1 / (1 + np.exp(-(log_odds + level)))) / weight.sum()
        assert mean == pytest.approx(weight @ bought / weight.sum(), abs=1e-6)
    else:
        assert level == 0.0


@given(st.integers(0, 1000), st.floats(0, 3))
def test_the_stretch_is_never_negative_and_never_beyond_its_bound(seed: int, truth: float) -> None:
    assert 0.0 <= stretch(*sold(seed, 60, truth)) <= 2.0


def test_a_part_in_which_all_bought_tells_nothing() -> None:
    rng = np.random.default_rng(0)
    moved = rng.normal(size=(400, 3))
    outcome = np.ones(400)
    outcome[rng.random(400) < 0.5] = 0.0
    outcome[100:] = 1.0
    part = np.repeat([0, 1], [100, 300])
    expected = np.full(3, 1 / 3)
    both = weighed(moved, np.full(400, -2.0), outcome, np.ones(400), expected=expected, spread=0.3, part=part)
    first = weighed(moved[:100], np.full(100, -2.0), outcome[:100], np.ones(100), expected=expected, spread=0.3)
    assert both.weights.tolist() == first.weights.tolist()
    every = weighed(moved, np.full(400, -2.0), np.ones(400), np.ones(400), expected=expected, spread=0.3)
    assert (every.weights.tolist(), every.gain) == ([0.0] * 3, 0.0)


def so_far(seed: int, size: int, truth: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what a model moved, who was seen to buy by now, who buys, and the share of buyers that is seen by now.

    Of the leads of which the model says more, less has been seen: they came later.
    """
    moved, bought = sold(seed, size, truth)
    shown = 1 / (1 + np.exp(moved))
    seen = bought * (np.random.default_rng(seed + 1).random(size) < shown)
    return moved, seen, bought, shown


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0])
def test_leads_of_which_part_is_seen_so_far_weigh_a_model_as_their_endings_will(truth: float) -> None:
    start, ones = np.full(60_000, START), np.ones(60_000)
    told: list[float] = []
    taken_for_lost: list[float] = []
    for seed in range(8, 14):
        moved, seen, _, shown = so_far(seed, 60_000, truth)
        for weights, by_now in ((told, shown), (taken_for_lost, None)):
            said = weighed(moved[:, None], start, seen, ones, expected=np.ones(1), spread=1e3, shown=by_now)
            weights.append(float(said.weights[0]))
    assert float(np.mean(told)) == pytest.approx(truth, abs=0.03)
    assert float(np.mean(taken_for_lost)) < max(truth - 0.3, 0.01)


def test_what_is_half_seen_is_less_evidence_than_the_endings() -> None:
    moved, seen, bought, shown = so_far(9, 20_000, 0.8)
    start, ones = np.full(20_000, START), np.ones(20_000)
    half, whole = (
        weighed(moved[:, None], start, outcome, ones, expected=np.ones(1), spread=1e3, shown=by_now)
        for outcome, by_now in ((seen, shown), (bought, None))
    )
    assert 0 < half.gain < 0.6 * whole.gain


def test_leads_of_which_all_is_seen_are_leads_that_have_ended() -> None:
    moved, bought = sold(10, 500, 0.8)
    start, ones = np.full(500, START), np.ones(500)
    plain = weighed(moved[:, None], start, bought, ones, expected=np.ones(1), spread=0.3)
    all_seen = weighed(moved[:, None], start, bought, ones, expected=np.ones(1), spread=0.3, shown=ones)
    assert (plain.weights.tolist(), plain.gain) == (all_seen.weights.tolist(), all_seen.gain)


def test_leads_of_which_nothing_can_be_seen_yet_say_nothing() -> None:
    moved, bought = sold(11, 500, 0.8)
    outcome, shown = np.concatenate([bought, np.zeros(500)]), np.repeat([1.0, 0.0], 500)
    every = np.concatenate([moved, moved])
    with_them = weighed(
        every[:, None], np.full(1000, START), outcome, np.ones(1000), expected=np.ones(1), spread=0.3, shown=shown
    )
    without = weighed(moved[:, None], np.full(500, START), bought, np.ones(500), expected=np.ones(1), spread=0.3)
    assert with_them.weights[0] == pytest.approx(float(without.weights[0]), abs=1e-4)
