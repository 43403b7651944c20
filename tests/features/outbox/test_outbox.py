"""A letter waits until it was delivered or needs a person; one of a key, whoever puts it; nothing is lost when a sender ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from features.errors import UnknownLetter
from features.facts.database import writing
from features.facts.tables import OUTBOX
from features.outbox.letter import LetterState
from features.outbox.outbox import IN_DOUBT, ON_ITS_WAY, Outbox, put_in
from tests.features.outbox.letters import LETTER, letter
from tests.support.facts import NOON

LATER = NOON + timedelta(hours=1)


def states(outbox: Outbox) -> list[LetterState]:
    return [one.state for one in reversed(outbox.letters())]


def test_a_letter_comes_out_as_it_was_put(engine: Engine) -> None:
    put = letter(good_until=LATER, repeatable=False, sign_in="meta", headers={"X": "1"}, method="PUT")
    kept = Outbox(engine).letter(Outbox(engine).put(put, NOON))
    assert kept.letter == put
    assert (kept.state, kept.tries, kept.put_at, kept.due_at) == ("waiting", 0, NOON, NOON)


def test_a_destination_is_put_one_letter_of_a_key(engine: Engine) -> None:
    outbox = Outbox(engine)
    first = outbox.put(LETTER, NOON)
    assert outbox.put(letter(body=b"other"), LATER) == first
    assert outbox.put(letter(destination="yandex"), NOON) != first
    assert outbox.letter(first).letter.body == LETTER.body


def test_a_letter_is_there_with_what_it_tells_or_not_at_all(sqlite_engine: Engine) -> None:
    def told_in_vain() -> None:
        with writing(sqlite_engine) as connection:
            put_in(connection, LETTER, NOON)
            raise RuntimeError("what it tells could not be written")

    with pytest.raises(RuntimeError):
        told_in_vain()
    assert Outbox(sqlite_engine).letters() == []


def test_a_letter_is_taken_once_and_delivered_without_its_body(engine: Engine) -> None:
    outbox = Outbox(engine)
    letter_id = outbox.put(LETTER, NOON)
    taken = outbox.take(letter_id, NOON)
    assert taken is not None
    assert (taken.letter.body, taken.tries) == (LETTER.body, 1)
    assert outbox.take(letter_id, NOON) is None
    outbox.delivered(letter_id, LATER, "200 ok")
    assert outbox.letter(letter_id).letter.body == b""
    with engine.connect() as connection:
        assert connection.execute(select(OUTBOX.c.body, OUTBOX.c.body_sha256)).one()[0] is None


def test_a_letter_that_is_put_off_is_due_again_later(sqlite_engine: Engine) -> None:
    outbox = Outbox(sqlite_engine)
    letter_id = outbox.put(LETTER, NOON)
    outbox.take(letter_id, NOON)
    outbox.put_off(letter_id, NOON, until=LATER, answer="503")
    assert outbox.due(NOON) == []
    assert outbox.due(LATER) == [(letter_id, "meta")]


def test_a_dead_letter_is_sent_again_when_a_person_says_so_and_no_other(sqlite_engine: Engine) -> None:
    outbox = Outbox(sqlite_engine)
    letter_id = outbox.put(LETTER, NOON)
    with pytest.raises(UnknownLetter):
        outbox.again(letter_id, NOON)
    outbox.take(letter_id, NOON)
    outbox.given_up(letter_id, NOON, "400 no such field")
    assert outbox.due(LATER) == []
    outbox.again(letter_id, LATER)
    assert outbox.due(LATER) == [(letter_id, "meta")]
    assert outbox.letter(letter_id).answer == "400 no such field"


def test_what_a_sender_held_when_it_ended_is_sent_again_only_where_it_may_arrive_twice(engine: Engine) -> None:
    outbox = Outbox(engine)
    for key, repeatable in (("may", True), ("may not", False)):
        outbox.take(outbox.put(letter(key, repeatable=repeatable), NOON), NOON)
    assert outbox.found_in_hand(NOON + ON_ITS_WAY / 2) == 0  # it may still be on its way
    assert outbox.found_in_hand(NOON + 2 * ON_ITS_WAY) == 2
    assert states(outbox) == ["waiting", "dead"]
    assert outbox.letters("dead")[0].answer == IN_DOUBT


def test_a_letters_body_shows_in_no_repr() -> None:
    assert "hash" not in repr(LETTER)
