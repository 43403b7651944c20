"""How a lead left the queue is kept as it was, once for every wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from features.facts.database import writing
from features.facts.values import LeadId
from models.hand_out_log import HandOut, HandOutLog, remember_hand_out
from tests.support.facts import NOON

ONE = HandOut(LeadId("7"), NOON, NOON - timedelta(hours=1), 3, 40, 38, "at_random", 0.05 / 0.95 / 37)


def remember(engine: Engine, *hand_outs: HandOut) -> None:
    for one in hand_outs:
        with writing(engine) as connection:
            remember_hand_out(connection, one)


def test_a_hand_out_comes_back_as_it_was_given(engine: Engine) -> None:
    remember(engine, ONE)
    assert list(HandOutLog(engine).every()) == [ONE]


def test_of_one_wait_the_first_hand_out_counts_and_the_next_wait_has_its_own(engine: Engine) -> None:
    again = replace(ONE, at=NOON + timedelta(hours=3), position=1)
    next_wait = replace(again, waiting_since=NOON + timedelta(hours=2), arm="by_worth")
    remember(engine, ONE, again, next_wait)
    assert list(HandOutLog(engine).every()) == [ONE, next_wait]


def test_what_was_handed_out_after_a_moment_is_not_read_up_to_it(engine: Engine) -> None:
    later = replace(ONE, lead_id=LeadId("8"), at=NOON + timedelta(seconds=1))
    remember(engine, ONE, later)
    assert list(HandOutLog(engine).every(until=NOON)) == [ONE]
