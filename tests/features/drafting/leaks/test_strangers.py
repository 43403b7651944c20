"""Columns that hang together are kin; where none do, a stranger is nothing special."""

from __future__ import annotations

import numpy as np
import pytest

from features.drafting.leaks.strangers import cramers_v, strangers, tie

LOT = np.random.default_rng(1)
WON = LOT.random(4_000) < 0.3
TOWN = LOT.integers(0, 4, 4_000)
STREET = np.where(LOT.random(4_000) < 0.6, TOWN, LOT.integers(0, 4, 4_000))


def test_cramers_v_is_nought_by_chance_and_one_for_the_same() -> None:
    assert cramers_v(TOWN, LOT.integers(0, 5, 4_000)) == pytest.approx(0.0, abs=0.03)
    assert cramers_v(TOWN, TOWN + 3) == pytest.approx(1.0)


def test_what_two_columns_share_through_the_outcome_is_no_tie() -> None:
    one, other = (np.where(LOT.random(4_000) < 0.7, WON, LOT.random(4_000) < 0.5).astype(int) for _ in range(2))
    assert cramers_v(one, other) > 0.3
    assert tie(one, other, WON) < 0.06


def test_a_column_without_kin_among_kin_is_a_stranger() -> None:
    lone = LOT.integers(0, 3, 4_000)
    assert set(strangers({"town": TOWN, "street": STREET, "lone": lone}, WON)) == {"lone"}


def test_among_strangers_nobody_is_one() -> None:
    assert strangers({name: LOT.integers(0, 3, 4_000) for name in "abcd"}, WON) == {}
