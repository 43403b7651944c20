"""A sender may name the moments of what it tells: none that lies ahead, but for what two clocks differ by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from features.errors import FactRefused
from serving.intake.said import CLOCKS_DIFFER, not_ahead, sent_at_of
from tests.support.facts import NOON

INSTANT = timedelta(microseconds=1)


def test_a_clock_a_little_ahead_of_ours_may_say_when_a_telling_was_sent() -> None:
    for sent_at in (NOON - timedelta(days=400), NOON, NOON + CLOCKS_DIFFER):
        assert sent_at_of(sent_at, NOON) == sent_at


def test_a_telling_from_further_ahead_is_refused_by_field_and_without_the_moment_itself() -> None:
    with pytest.raises(FactRefused, match="send the moment at which it was told, by a clock that is right") as refused:
        sent_at_of(NOON + CLOCKS_DIFFER + INSTANT, NOON)
    assert refused.value.field == "sent_at"
    assert "2026" not in str(refused.value)


def test_nothing_that_happened_lies_ahead_by_even_an_instant() -> None:
    assert not_ahead("at", NOON, NOON) == NOON
    with pytest.raises(FactRefused, match="at: lies in the future; send the moment at which it happened"):
        not_ahead("at", NOON + INSTANT, NOON)


def test_who_is_refused_is_told_which_moment_was_meant() -> None:
    with pytest.raises(
        FactRefused, match="created_at: lies in the future; send the moment at which the request was left"
    ):
        not_ahead("created_at", NOON + INSTANT, NOON, "the request was left")


def test_who_names_no_moment_is_not_refused() -> None:
    assert sent_at_of(None, NOON) is None
    assert not_ahead("at", None, NOON) is None
