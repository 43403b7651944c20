"""The interval of ROMI holds the truth as often as it says, also where what sales bring varies much."""

from __future__ import annotations

import math
import random

import pytest

from monitoring.romi import Sold, romi_interval

COST = 1000.0


def count_by_chance(draw: random.Random, mean: float) -> int:
    """Return a Poisson count, as arrivals within a unit of time."""
    count, at = 0, draw.expovariate(mean)
    while at <= 1.0:
        count, at = count + 1, at + draw.expovariate(mean)
    return count


def coverage(spread: float, sales: float, runs: int = 1500) -> float:
    """Return how often the interval holds the true return; amounts are log-normal, their logarithms spread so much."""
    draw, held, told = random.Random(11), 0, 0
    truth = sales * math.exp(spread**2 / 2) / COST - 1.0
    for _ in range(runs):
        amounts = [draw.lognormvariate(0.0, spread) for _ in range(count_by_chance(draw, sales))]
        interval = romi_interval(Sold(sum(amounts), len(amounts), sum(one**2 for one in amounts)), COST)
        if interval:
            told += 1
            held += interval[0] <= truth <= interval[1]
    return held / told


@pytest.mark.parametrize("sales", [10, 40, 150])
@pytest.mark.parametrize("spread", [0.0, 0.5, 0.8, 1.0])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(spread: float, sales: float) -> None:
    assert 0.92 < coverage(spread, sales) < 0.99


@pytest.mark.parametrize("sales", [40, 150])
def test_where_a_few_sales_bring_most_of_the_money_it_holds_the_truth_less_often_but_nearly(sales: float) -> None:
    assert coverage(1.3, sales) > 0.90


def test_the_more_amounts_differ_the_wider_it_is() -> None:
    alike = romi_interval(Sold(1000.0, 10, 10 * 100.0**2), COST)
    apart = romi_interval(Sold(1000.0, 10, 500.0**2 + 9 * (500.0 / 9) ** 2), COST)
    assert alike is not None
    assert apart is not None
    assert apart[0] < alike[0] < alike[1] < apart[1]


@pytest.mark.parametrize("cost", [None, 0.0, -10.0])
def test_without_costs_there_is_no_interval(cost: float | None) -> None:
    assert romi_interval(Sold(1000.0, 10, 1e5), cost) is None
