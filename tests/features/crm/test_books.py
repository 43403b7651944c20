"""What is remembered of a CRM, on both databases: messages once, records as they were seen last, scores as they were told last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from features.crm.heard import Heard, digest_of
from features.crm.inbox import KEPT, Inbox, keep_heard, mark_done
from features.crm.record_book import KnownRecord, RecordBook, move_cursor, record_in, remember_record
from features.crm.written_book import (
    SCORES,
    Owed,
    WrittenBook,
    forget_told,
    note_mark,
    note_owed,
    note_owed_in_turn,
    note_written,
    written_in,
)
from features.facts.database import writing
from features.facts.values import LeadId
from features.outbox.outbox import Outbox, put_in
from tests.features.outbox.letters import letter
from tests.support.facts import NOON

MINUTE = timedelta(minutes=1)


def heard(record_id: str) -> Heard:
    return Heard("lead", record_id, "ONCRMLEADADD", None, digest_of(record_id))


def test_a_message_is_kept_once_waits_is_put_off_and_is_forgotten_when_done_for_long(engine: Engine) -> None:
    inbox = Inbox(engine, "bitrix24")
    for moment in (NOON, NOON + MINUTE):
        with writing(engine) as connection:
            keep_heard(connection, "bitrix24", [heard("7"), heard("8"), heard("7")], moment)
            keep_heard(connection, "amocrm", [heard("7")], moment)
    first, second = inbox.due(NOON)
    assert (first.record_id, second.record_id) == ("7", "8")
    inbox.put_off([second.id], NOON + MINUTE, "status 503")
    assert [one.id for one in inbox.due(NOON)] == [first.id]
    assert [(one.tries, one.why) for one in inbox.failing()] == [(1, "status 503")]
    with writing(engine) as connection:
        mark_done(connection, [first.id])
    with writing(engine) as connection:
        keep_heard(connection, "bitrix24", [heard("7")], NOON)
    assert [one.id for one in inbox.due(NOON)] == [first.id], "told again after it was done, it is looked into again"
    with writing(engine) as connection:
        mark_done(connection, [first.id])
    counts = inbox.counts()
    assert (counts.waiting, counts.done, counts.failing, counts.last_got_at) == (1, 1, 1, NOON)
    inbox.forget_done(NOON + KEPT + MINUTE)
    assert (inbox.counts().waiting, inbox.counts().done) == (1, 0)
    assert Inbox(engine, "amocrm").counts().waiting == 1
    assert Inbox(engine, "hubspot").counts().last_got_at is None


def test_a_record_is_known_as_it_was_seen_last_and_cursors_move(engine: Engine) -> None:
    book = RecordBook(engine, "bitrix24")
    seen = KnownRecord("lead", "7", "7", b"a" * 16, None, "Новая", NOON, NOON, None, "field: remedy", "old words")
    with writing(engine) as connection:
        remember_record(connection, "bitrix24", seen, NOON)
        move_cursor(connection, "bitrix24", "lead", NOON, NOON)
        note_mark(connection, "bitrix24", SCORES, 40, NOON)
    assert book.known("lead", ["7", "8"]) == {"7": seen}
    assert book.amiss("new words") == [seen]
    assert book.amiss("old words") == []
    mended = replace(seen, why=None, deleted_at=NOON)
    with writing(engine) as connection:
        remember_record(connection, "bitrix24", mended, NOON)
        assert record_in(connection, "bitrix24", "lead", "7") == mended
        assert record_in(connection, "bitrix24", "deal", "7") is None
    book.note_looked("lead", NOON + MINUTE, NOON)
    assert book.cursors() == {"lead": (NOON + MINUTE, NOON)}
    counts = book.counts()["lead"]
    assert (counts.seen, counts.deleted, counts.amiss) == (1, 1, 0)


def test_what_was_written_is_known_with_its_letter_and_what_is_owed_is_told(engine: Engine) -> None:
    book, outbox = WrittenBook(engine, "bitrix24"), Outbox(engine)
    assert book.marks() == {}
    with writing(engine) as connection:
        number = put_in(connection, letter("k"), NOON)
        said = {"probability": 0.3, "grade": "A", "letter_id": number, "moment": NOON}
        note_written(connection, "bitrix24", "7", **said)  # type: ignore[arg-type]
        note_owed(connection, "bitrix24", "7", NOON)
        note_owed(connection, "bitrix24", "8", NOON + MINUTE)
        note_mark(connection, "bitrix24", SCORES, 40, NOON)
        written = written_in(connection, "bitrix24", "7")
        assert written is not None
        assert written.is_under_way
    assert book.owed(10) == [Owed(LeadId("8"), in_turn=False)], "while its letter is under way the other cannot be told"
    assert book.marks() == {SCORES: 40}
    taken = outbox.take(number, NOON)
    assert taken is not None
    outbox.delivered(number, NOON, "200")
    with writing(engine) as connection:
        written = written_in(connection, "bitrix24", "7")
    assert [one.lead_id for one in book.owed(10)] == ["7", "8"]
    with writing(engine) as connection:
        note_owed(connection, "bitrix24", "7", NOON, owed=False)
    assert written is not None
    assert not written.is_under_way
    assert written.says(0.31, "A", 0.02)
    assert [one.lead_id for one in book.owed(10)] == ["8"]


def test_leads_that_are_told_anew_in_turn_come_after_those_to_which_something_happened(engine: Engine) -> None:
    book = WrittenBook(engine, "bitrix24")
    with writing(engine) as connection:
        for crm in ("bitrix24", "amocrm"):
            note_owed_in_turn(connection, crm, ["5", "6", "7"], NOON)
        note_owed(connection, "bitrix24", "8", NOON + MINUTE)
        note_owed(connection, "bitrix24", "6", NOON + MINUTE)
        note_owed_in_turn(connection, "bitrix24", ["6", "8", "9"], NOON + 2 * MINUTE)
    owed = [(one.lead_id, one.in_turn) for one in book.owed(10)]
    assert sorted(owed[:2]) == [("6", False), ("8", False)]
    assert sorted(owed[2:4]) == [("5", True), ("7", True)]
    assert owed[4:] == [("9", True)]
    assert len(WrittenBook(engine, "amocrm").owed(10)) == 3


def test_what_was_told_is_forgotten_where_it_was_told_in_other_fields(engine: Engine) -> None:
    with writing(engine) as connection:
        for crm in ("bitrix24", "amocrm"):
            note_written(connection, crm, "7", probability=0.3, grade="A", letter_id=1, moment=NOON)
        forget_told(connection, "bitrix24")
        said = [written_in(connection, crm, "7") for crm in ("bitrix24", "amocrm")]
    assert [one is not None and one.says(0.3, "A", 0.02) for one in said] == [False, True]


def test_of_some_leads_those_are_told_that_are_records_there(engine: Engine) -> None:
    book = RecordBook(engine, "bitrix24")
    request = KnownRecord("lead", "7", "7", b"a" * 16, modified_at=NOON)
    others = [KnownRecord("lead", "8", "8", b"a" * 16, deleted_at=NOON), KnownRecord("deal", "9", "5")]
    with writing(engine) as connection:
        for one in (request, *others):
            remember_record(connection, "bitrix24", one, NOON)
        remember_record(connection, "amocrm", replace(request, record_id="6", lead_id="6"), NOON)
    assert book.requests_among([str(number) for number in range(2_000)]) == {"7": NOON}
