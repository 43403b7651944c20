"""Columns hold what rows said, in little memory: numbers, codes of levels, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.rows.feature import Feature, Value
from features.rows.time_features import TIME_FEATURES
from training.columns import ColumnsBuilder, LevelColumn, NumberColumn, taken

FEATURES: tuple[Feature, ...] = TIME_FEATURES[:2]  # hour, a number, and weekday, a level
ROWS = st.lists(
    st.fixed_dictionaries({
        "hour": st.none() | st.floats(-1e6, 1e6, width=32),
        "weekday": st.none() | st.sampled_from(["monday", "friday", "", "День"]),
    }),
    min_size=1,
    max_size=30,
)  # fmt: skip


def built(rows: list[dict[str, Value]]) -> tuple[NumberColumn, LevelColumn]:
    builder = ColumnsBuilder(FEATURES)
    for row in rows:
        builder.add(row)
    columns = builder.columns()
    hour, weekday = columns["hour"], columns["weekday"]
    assert isinstance(hour, NumberColumn)
    assert isinstance(weekday, LevelColumn)
    return hour, weekday


@given(ROWS)
def test_every_value_can_be_read_back(rows: list[dict[str, Value]]) -> None:
    hour, weekday = built(rows)
    assert [None if value != value else value for value in hour.values.tolist()] == [row["hour"] for row in rows]
    read = [None if code < 0 else weekday.levels[code] for code in weekday.codes.tolist()]
    assert read == [row["weekday"] for row in rows]


def test_columns_stand_in_the_order_of_the_features() -> None:
    builder = ColumnsBuilder(FEATURES[::-1])
    builder.add({"hour": 9.0, "weekday": "monday"})
    assert list(builder.columns()) == ["weekday", "hour"]


def test_some_rows_can_be_taken_in_any_order() -> None:
    hour, weekday = built([{"hour": 1.0, "weekday": "monday"}, {"hour": 2.0, "weekday": None}])
    part = taken({"hour": hour, "weekday": weekday}, np.array([1, 0, 1]))
    some_hours, some_days = part["hour"], part["weekday"]
    assert isinstance(some_hours, NumberColumn)
    assert isinstance(some_days, LevelColumn)
    assert some_hours.values.tolist() == [2.0, 1.0, 2.0]
    assert some_days.codes.tolist() == [-1, 0, -1]


@pytest.mark.parametrize("huge", [1e39, 1e300, -1e300])
def test_a_number_too_large_for_a_column_is_endless_and_breaks_nothing(huge: float) -> None:
    hour, _ = built([{"hour": huge, "weekday": None}])
    assert np.isinf(hour.values).all()
