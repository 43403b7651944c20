"""How many buyers stand among the first called: ties shared, differences on the same resamples."""

from __future__ import annotations

import numpy as np
import pytest

from models.ranking_metrics import Judged
from training.first_called import sales_found_first

RNG = np.random.default_rng(1)
CHANCE = RNG.uniform(0.0, 0.4, 2000)
BOUGHT = (RNG.random(2000) < CHANCE).astype(float)
JUDGED = Judged(BOUGHT, np.ones(2000), np.arange(2000))


def test_who_knows_the_outcome_finds_every_sale_that_has_room() -> None:
    found, sales = sales_found_first(BOUGHT, JUDGED, 0.5)
    assert found[0] == sales[0] == BOUGHT.sum()


def test_one_probability_for_all_finds_as_large_a_share_as_is_called() -> None:
    found, sales = sales_found_first(np.full(2000, 0.3), JUDGED, 0.2)
    assert found / sales == pytest.approx(0.2)


def test_a_good_order_finds_more_than_chance_in_every_resample() -> None:
    found, sales = sales_found_first(CHANCE, JUDGED, 0.2)
    plain, again = sales_found_first(np.full(2000, 0.3), JUDGED, 0.2)
    assert sales.tolist() == again.tolist()  # the same resamples, so that one may be taken from the other
    assert (found > plain).all()
    best = np.argsort(-CHANCE)[:400]
    assert found[0] == pytest.approx(BOUGHT[best].sum())
