"""A difference to the portrait before is told only where chance does not make one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from monitoring.portrait.lead_traits import BOUGHT, Traits
from monitoring.portrait.portrait_report import Condition
from monitoring.portrait.since_before import FEWEST_SALES, compared_with, differences, since_before
from tests.monitoring.portrait.companies import company_of, settled

THEN = datetime(2026, 3, 2, tzinfo=UTC)
OWNERS = (Condition("role", level="owner"),)


def sold_before_and_since(before: int, new: int, seed: int = 1) -> Traits:
    traits = settled(company_of(before + new, seed), np.ones(before + new, dtype=np.bool_))
    at = THEN.timestamp() + np.where(np.arange(before + new) < before, -60.0, 60.0)
    return replace(traits, settled_at=at)


def test_two_halves_of_the_same_sales_are_hardly_ever_called_different() -> None:
    called = 0
    for seed in range(40):
        sold = sold_before_and_since(150, 150, seed)
        called += any(
            one.is_sure for one in differences(sold, sold.settled_at > THEN.timestamp(), (), seed, deals=199)[1]
        )
    assert called <= 2  # 0.4 are expected


def test_a_share_that_surely_changed_is_told_with_both_counts() -> None:
    traits = sold_before_and_since(200, 100)
    role = ["owner" if n >= 240 else one for n, one in enumerate(traits.levels["role"])]
    found = since_before(replace(traits, levels={**traits.levels, "role": role}), THEN, [OWNERS], seed=0)
    (owners,) = (one for one in found.segments if one.conditions == OWNERS)
    assert found.is_sure
    assert owners.is_sure
    assert (owners.was.of, owners.now.of) == (200, 100)
    assert (owners.now.value or 0) > (owners.was.value or 1)


def test_what_is_shown_stands_there_also_where_nothing_surely_changed() -> None:
    found = since_before(sold_before_and_since(200, 100), THEN, [OWNERS], seed=0)
    assert [one.conditions for one in found.segments] == [OWNERS]
    assert not found.is_sure
    assert found.looked_at > 10


def test_with_few_new_sales_nothing_is_compared_and_it_says_so() -> None:
    found = since_before(sold_before_and_since(200, FEWEST_SALES - 1), THEN, [OWNERS], seed=0)
    assert (found.state, found.looked_at, found.new_sales) == ("too_few", 0, FEWEST_SALES - 1)


def test_it_is_compared_with_the_latest_portrait_since_which_enough_was_sold() -> None:
    traits = sold_before_and_since(200, 100)
    hour = timedelta(hours=1)
    assert compared_with(traits, [THEN, THEN + hour, THEN - hour]) == THEN
    assert compared_with(traits, [THEN + hour]) == THEN + hour  # the oldest: too few were sold since
    assert compared_with(traits, []) is None
    assert (traits.state == BOUGHT).all()
