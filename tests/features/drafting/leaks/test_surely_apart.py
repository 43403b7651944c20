"""Shares filled differ surely, or perhaps by chance only."""

from __future__ import annotations

import numpy as np
import pytest

from features.drafting.leaks.surely_apart import is_surely_apart


@pytest.mark.parametrize(
    ("of_won", "of_others", "apart"),
    # The z test of two proportions with their pooled variance gives 3.12 and 2.67 for the first two; the third is
    # sure, but too small a difference to tell anything.
    [(611, 542, True), (601, 542, False), (10_000, 9_800, False)],
)
def test_it_takes_three_standard_deviations_and_three_points(of_won: int, of_others: int, apart: bool) -> None:
    each = 1_000 if of_won <= 1_000 else 10_000
    filled = np.concatenate([np.arange(each) < of_won, np.arange(each) < of_others])
    assert is_surely_apart(filled, np.arange(2 * each) < each) == apart
