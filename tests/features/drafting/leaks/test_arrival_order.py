"""Leads are put in order by their moments, else by a number that counts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.drafting.leaks.arrival_order import arrival_order
from features.drafting.sampled_file import sampled
from tests.features.drafting.exports import Columns, written_csv


def moments(tmp_path: Path, columns: Columns, moment: str | None = None) -> list[float] | None:
    order = arrival_order(sampled(written_csv(tmp_path / "leads.csv", columns)), moment)
    return order.moments if order is not None else None


def test_moments_count_however_they_are_written(tmp_path: Path) -> None:
    found = moments(tmp_path, {"id": ["a", "b"], "at": ["28.03.2026 10:00", "27.03.2026"]}, "at")
    assert found is not None
    assert found[0] - found[1] == 34 * 3600


def test_a_running_number_counts_where_there_are_no_moments(tmp_path: Path) -> None:
    numbers = [str(number) for number in range(900, 700, -2)]
    assert moments(tmp_path, {"number": numbers, "city": ["a"] * 100}) == [float(one) for one in numbers]


@pytest.mark.parametrize(
    "cells", [[str(89_000_000_000 + 7_919_003 * n) for n in range(100)], [str(n * 37 % 101) for n in range(100)]]
)
def test_phones_and_numbers_without_order_count_nothing(tmp_path: Path, cells: list[str]) -> None:
    assert moments(tmp_path, {"number": cells}) is None
