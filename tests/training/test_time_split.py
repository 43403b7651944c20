"""Earlier leads to fit on, later ones to judge by, and no label in the fit that was not known when judging begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import NothingToLearn
from tests.training.small_sets import set_of
from training.dataset import TrainingSet
from training.time_split import BY_CREATION_ALONE, split_by_time

MICROSECOND = 1e-6


def leads(count: int, days: float, horizon: float, every: int = 4) -> TrainingSet:
    """Return leads spread over ``days``, each label known ``horizon`` days after; every fourth bought."""
    created = np.linspace(0, days, count)
    return set_of({}, (np.arange(count) % every == 0).astype(float), created_day=created, known_day=created + horizon)


def test_the_last_quarter_of_the_leads_judges_where_enough_labels_were_known_before() -> None:
    data = leads(2000, 365, 30)
    split = split_by_time(data)
    assert len(split.judge) == 500
    assert data.created[split.judge].min() == pytest.approx(split.border.timestamp(), abs=MICROSECOND)
    assert split.notes == ()


@given(st.integers(40, 600), st.floats(10, 400), st.floats(0, 120), st.integers(2, 6))
def test_the_fit_knows_only_labels_that_were_known_when_judging_begins_or_says_that_it_cannot(
    count: int, days: float, horizon: float, every: int
) -> None:
    data = leads(count, days, horizon, every)
    split = split_by_time(data)
    border = split.border.timestamp()
    assert data.created[split.fit].max() < border <= data.created[split.judge].min() + MICROSECOND
    assert not set(data.lead[split.fit]) & set(data.lead[split.judge])
    assert data.known_from[split.fit].max() <= border + MICROSECOND or BY_CREATION_ALONE in split.notes


def test_a_lead_of_many_rows_stands_on_one_side() -> None:
    created = np.repeat(np.linspace(0, 365, 800), 3)
    data = set_of(
        {}, (np.arange(2400) // 3 % 4 == 0).astype(float), lead_of=np.repeat(np.arange(800), 3), created_day=created
    )
    split = split_by_time(data)
    assert not set(data.lead[split.fit]) & set(data.lead[split.judge])
    assert len(np.unique(data.lead[split.judge])) == 200


def test_where_the_horizon_eats_the_fit_the_judging_slice_is_shortened_and_that_is_said() -> None:
    split = split_by_time(leads(1000, 100, 60))
    assert len(split.judge) < 250
    (note,) = split.notes
    assert "instead of 25%" in note
    assert "too few labels were known" in note


def test_labels_without_dates_are_split_by_creation_alone_and_that_is_said() -> None:
    created = np.linspace(0, 100, 1000)
    data = set_of({}, (np.arange(1000) % 4 == 0).astype(float), created_day=created, known_day=np.full(1000, 101.0))
    split = split_by_time(data)
    assert (len(split.fit), len(split.judge)) == (750, 250)
    assert split.notes == (BY_CREATION_ALONE,)


@pytest.mark.parametrize("days", [40, 61, 62])
def test_a_history_hardly_longer_than_the_horizon_is_split_by_creation_alone_and_that_is_said(days: float) -> None:
    split = split_by_time(leads(1000, days, 60))
    assert (len(split.fit), len(split.judge)) == (750, 250)
    assert split.notes == (BY_CREATION_ALONE,)


def test_leads_that_all_came_at_one_moment_cannot_be_judged() -> None:
    data = set_of({}, (np.arange(100) % 4 == 0).astype(float), created_day=np.zeros(100), known_day=np.full(100, 5.0))
    with pytest.raises(NothingToLearn, match="one moment"):
        split_by_time(data)
