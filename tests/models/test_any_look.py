"""Of an interval that holds at any look, on simulated leads whose true difference is known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from models.any_look import half_width, log_loss_difference_at_any_look
from models.ranking_metrics import Judged, log_loss_difference

SKEWED = np.random.default_rng(5).exponential(size=(1_000, 3_000)) - 1.0
FIRST_LOOK = 100
"""With fewer leads two models are not compared."""


def share_ever_wrong(width: npt.NDArray[np.float64]) -> float:
    """Return in what share of the runs the interval of the mean left out the true 0 at some look."""
    looks = np.arange(1, SKEWED.shape[1] + 1)
    mean = SKEWED.cumsum(1) / looks
    deviation = np.sqrt((SKEWED**2).cumsum(1) / looks - mean**2)
    return float((np.abs(mean) > deviation * width)[:, FIRST_LOOK:].any(1).mean())


def test_looked_at_after_every_lead_it_is_wrong_in_one_run_of_twenty_at_most_where_an_ordinary_one_is_in_a_third() -> (
    None
):
    looks = range(1, SKEWED.shape[1] + 1)
    assert share_ever_wrong(np.array([half_width(n) for n in looks])) <= 0.06
    assert share_ever_wrong(np.array([1.96 / math.sqrt(n) for n in looks])) > 0.33


def test_its_width_is_that_of_the_papers_formula() -> None:
    """Waudby-Smith et al. 2024, theorem 2.2, worked out by hand for t = 100, rho^2 = 0.02, alpha = 0.05."""
    rho = 0.02
    by_hand = math.sqrt(2 * (100 * rho + 1) / (100**2 * rho) * math.log(math.sqrt(100 * rho + 1) / 0.05))
    assert half_width(100, rho_squared=rho) == pytest.approx(by_hand)


def test_its_middle_is_that_of_the_ordinary_interval_and_it_is_wider() -> None:
    rng = np.random.default_rng(2)
    lead = np.repeat(np.arange(400), 2)
    outcome = np.repeat((rng.random(400) < 0.3).astype(float), 2)
    judged = Judged(outcome, np.full(800, 0.5), lead)
    mine, other = rng.uniform(0.1, 0.6, 800), np.full(800, 0.3)
    at_any_look, ordinary = (
        log_loss_difference_at_any_look(mine, other, judged),
        log_loss_difference(mine, other, judged),
    )
    assert at_any_look.value == pytest.approx(ordinary.value)
    assert at_any_look.low < ordinary.low < ordinary.high < at_any_look.high


def test_the_rows_of_one_lead_count_as_one_lead() -> None:
    rng = np.random.default_rng(3)
    outcome = (rng.random(300) < 0.3).astype(float)
    mine, other = rng.uniform(0.1, 0.6, 300), np.full(300, 0.3)
    once = log_loss_difference_at_any_look(mine, other, Judged(outcome, np.ones(300), np.arange(300)))
    five = Judged(np.repeat(outcome, 5), np.full(1_500, 0.2), np.repeat(np.arange(300), 5))
    again = log_loss_difference_at_any_look(np.repeat(mine, 5), np.repeat(other, 5), five)
    assert (again.low, again.high) == pytest.approx((once.low, once.high))


def test_of_one_lead_it_says_nothing() -> None:
    found = log_loss_difference_at_any_look(
        np.array([0.4]), np.array([0.3]), Judged(np.ones(1), np.ones(1), np.arange(1))
    )
    assert math.isnan(found.low)
    assert math.isnan(found.high)
