"""The association of spend and sales: found where it is, said to be unknown where spend hardly varied, held against a library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize

from monitoring.budget.channel_return import channel_returns
from monitoring.budget.elasticity import elasticities, own_elasticity, poisson_fit
from monitoring.intervals import counted_interval
from tests.monitoring.budget.weeks import weeks


def test_the_fit_equals_the_largest_likelihood_that_a_library_finds() -> None:
    rng = np.random.default_rng(5)
    rows = np.column_stack([np.ones(30), rng.normal(0, 0.5, 30), np.linspace(-0.5, 0.5, 30)])
    counts = rng.poisson(np.exp(rows @ [2.0, 0.6, -0.3]))

    def loss(beta: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float((np.exp(rows @ beta) - counts * (rows @ beta)).sum())

    fitted = poisson_fit(rows.tolist(), [float(one) for one in counts])
    assert fitted is not None
    best = optimize.minimize(loss, np.zeros(3), method="BFGS")
    assert fitted[0] == pytest.approx(best.x, abs=1e-3)


def test_spend_that_hardly_varied_tells_nothing() -> None:
    channel = weeks([100.0, 104.0] * 10, [10.0] * 20)
    assert own_elasticity(channel.weeks) is None
    (told,) = channel_returns([channel])
    assert (told.elasticity, told.next_sale) == (None, None)
    assert told.a_sale is not None


def test_few_weeks_or_few_sales_tell_nothing() -> None:
    assert own_elasticity(weeks([100.0, 200.0] * 4, [10.0, 20.0] * 4).weeks) is None
    assert own_elasticity(weeks([100.0, 200.0] * 10, [0.0, 1.0] * 10).weeks) is None
    assert own_elasticity(weeks([0.0] * 20, [9.0] * 20).weeks) is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, held, told = np.random.default_rng(11), 0, 0
    for _ in range(300):
        costs = np.exp(rng.normal(10, 0.4, 26))
        sold = rng.poisson(10 * (costs / math.exp(10)) ** 0.5)
        found = elasticities([weeks(costs.tolist(), sold.astype(float).tolist())])["vk"]
        told += found is not None
        held += found is not None and found.low <= 0.5 <= found.high
    assert told > 280
    assert 0.91 <= held / told <= 0.985


def test_a_channel_that_says_little_is_pulled_to_the_others() -> None:
    rng = np.random.default_rng(2)
    costs = np.exp(rng.normal(10, 0.5, 40))
    sure = [weeks(costs.tolist(), (60 * (costs / math.exp(10)) ** 0.5).tolist(), f"sure {n}") for n in range(3)]
    little = weeks(np.exp(rng.normal(10, 0.3, 14)).tolist(), rng.poisson(4, 14).astype(float).tolist(), "little")
    alone, among = elasticities([little])["little"], elasticities([*sure, little])["little"]
    assert alone is not None
    assert among is not None
    assert abs(among.value - 0.5) < abs(alone.value - 0.5) or abs(alone.value - 0.5) < 0.05
    assert among.high - among.low < alone.high - alone.low
    assert among.own == alone.value


def test_an_average_cost_carries_the_interval_of_its_count() -> None:
    (told,) = channel_returns([weeks([100.0] * 10, [1.0] * 10)])
    assert told.a_sale is not None
    value, (low, high) = told.a_sale
    assert value == 100.0
    assert (low, high) == tuple(1000 / end for end in reversed(counted_interval(10)))
    (none,) = channel_returns([weeks([100.0] * 10, [0.2] * 10)])
    assert none.a_sale is None
