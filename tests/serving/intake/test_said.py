"""A sender may name the moments of what it tells: none that lies ahead by more than two clocks differ."""

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


def test_what_a_clock_a_little_ahead_of_ours_tells_of_happens_now() -> None:
    assert not_ahead("at", NOON - INSTANT, NOON) == NOON - INSTANT
    for at in (NOON, NOON + INSTANT, NOON + CLOCKS_DIFFER):
        assert not_ahead("at", at, NOON) == NOON


@pytest.mark.parametrize(("field", "meant"), [("at", "it happened"), ("created_at", "the request was left")])
def test_what_lies_further_ahead_is_refused_and_who_is_refused_is_told_which_moment_was_meant(
    field: str, meant: str
) -> None:
    with pytest.raises(FactRefused, match=f"{field}: lies in the future; send the moment at which {meant}, by a clock"):
        not_ahead(field, NOON + CLOCKS_DIFFER + INSTANT, NOON)


def test_who_does_not_say_when_a_telling_was_sent_is_not_refused() -> None:
    assert sent_at_of(None, NOON) is None
