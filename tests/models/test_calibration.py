"""The stretch finds what a model overdid and forgets what was luck; the level makes the mean the rate that was seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from models.calibration import level_for, stretch_of

Floats = npt.NDArray[np.float64]
START = -2.0


def sold(seed: int, size: int, truth: float) -> tuple[Floats, Floats]:
    """Return what a model moved, and sales that follow ``truth`` times that."""
    rng = np.random.default_rng(seed)
    moved = rng.normal(size=size)
    bought = (rng.random(size) < 1 / (1 + np.exp(-(START + truth * moved)))).astype(np.float64)
    return moved, bought


def stretch(moved: Floats, bought: Floats) -> float:
    return stretch_of(moved, np.full(len(moved), START), bought, np.ones(len(moved)))


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
    risen = stretch_of(moved, np.full(len(moved), START - 1.5), bought, np.ones(len(moved)))
    assert risen == pytest.approx(stretch(moved, bought), abs=0.02)


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
