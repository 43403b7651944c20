"""The interval of a share against published numbers."""

from __future__ import annotations

import pytest

from features.drafting.leaks.shares import Share
from features.wilsons_interval import wilsons_interval


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(count: int, of: int, low: float, high: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
    assert list(wilsons_interval(count, of)) == pytest.approx([low, high], abs=5e-5)


def test_of_nothing_any_share_is_possible() -> None:
    assert wilsons_interval(0, 0) == Share(0, 0).interval == (0.0, 1.0)
