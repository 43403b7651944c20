"""A score that a record was told is never told again once a newer one of that record was put, whoever says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from features.errors import UnknownLetter
from features.facts.database import writing
from features.outbox.outbox import Outbox, SentAgain
from features.outbox.superseded import ANSWER, once_key_about, supersede
from tests.features.outbox.letters import letter
from tests.support.facts import NOON

TO = "crm-bitrix24"
MINUTE = timedelta(minutes=1)


def put(outbox: Outbox, record_id: str, minute: int, *, dies: bool, to: str = TO, kind: str = "crm:bitrix24") -> int:
    moment = NOON + minute * MINUTE
    key = once_key_about("lead", record_id, moment, "ab12")
    number = outbox.put(letter(key, destination=to, kind=kind), moment)
    if dies:
        outbox.take(number, moment)
        outbox.given_up(number, moment, "403 no such right")
    return number


def test_of_each_record_the_newest_dead_letter_alone_is_sent_again(engine: Engine) -> None:
    outbox = Outbox(engine)
    old = put(outbox, "7", 0, dies=True)
    older, newest = put(outbox, "8", 1, dies=True), put(outbox, "8", 2, dies=True)
    waits = put(outbox, "7", 3, dies=False)
    other = put(outbox, "7", 4, dies=True, to="crm-amocrm")
    assert outbox.all_again(TO, NOON + 9 * MINUTE) == SentAgain(sent=1, superseded=2)
    states = {one.id: one.state for one in outbox.letters()}
    assert states == {old: "superseded", older: "superseded", newest: "waiting", waits: "waiting", other: "dead"}
    kept = outbox.letter(old)
    assert (kept.answer, kept.letter.body) == (ANSWER, b"")
    assert outbox.counts()[TO, "superseded"] == 2
    assert outbox.all_again(TO, NOON + 9 * MINUTE) == SentAgain(0, 0)


def test_a_newer_letter_that_was_delivered_counts_too_and_a_single_one_is_told_why(engine: Engine) -> None:
    outbox = Outbox(engine)
    old, newer = put(outbox, "7", 0, dies=True), put(outbox, "7", 1, dies=False)
    outbox.take(newer, NOON)
    outbox.delivered(newer, NOON, "200")
    for _ in range(2):
        assert outbox.again(old, NOON) == SentAgain(sent=0, superseded=1)
    assert outbox.due(NOON + 9 * MINUTE) == []
    with pytest.raises(UnknownLetter):
        outbox.again(newer, NOON)


def test_ids_that_begin_alike_are_other_records(engine: Engine) -> None:
    outbox = Outbox(engine)
    short = put(outbox, "7", 0, dies=True)
    put(outbox, "71", 1, dies=False)
    assert outbox.again(short, NOON) == SentAgain(sent=1, superseded=0)


def test_what_tells_of_something_that_happened_is_superseded_by_nothing(engine: Engine) -> None:
    outbox = Outbox(engine)
    for minute in range(2):
        put(outbox, "7", minute, dies=True, to="meta", kind="conversions:meta")
    assert outbox.all_again("meta", NOON) == SentAgain(sent=2, superseded=0)


def test_whoever_puts_a_newer_letter_closes_the_one_before_where_it_is_dead(engine: Engine) -> None:
    outbox = Outbox(engine)
    dead, waits = put(outbox, "7", 0, dies=True), put(outbox, "8", 0, dies=False)
    with writing(engine) as connection:
        assert (supersede(connection, dead, NOON), supersede(connection, waits, NOON)) == (1, 0)
    assert [one.state for one in outbox.letters()] == ["waiting", "superseded"]
    assert outbox.letters("dead") == []


def test_what_a_new_letter_is_put_behind_is_what_may_be_sent_there_now(engine: Engine) -> None:
    outbox = Outbox(engine)
    for record in "789":
        put(outbox, record, 0, dies=record == "8")
    put(outbox, "7", 0, dies=False, to="crm-amocrm")
    later = put(outbox, "5", 0, dies=False)
    outbox.take(later, NOON)
    outbox.put_off(later, NOON, until=NOON + MINUTE, answer="503")
    assert [outbox.due_to(TO, NOON + late * MINUTE) for late in (0, 1)] == [2, 3]
