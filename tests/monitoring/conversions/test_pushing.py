"""Conversions that are pushed reach a real server as they are documented, each once, whatever fails on the way."""

from __future__ import annotations

import email
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import Message
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.contacts import Contact
from features.facts.store import FactStore
from features.outbox.outbox import Outbox
from leadloop.sending.postman import Postman
from monitoring.conversions import pushing
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.pushing import push_ready, pushed_systems
from tests.leadloop.sending.faulty_server import Got, faulty_server
from tests.monitoring.conversions.desks import COMPANY, desk_of, good_call, lead_facts, won
from tests.monitoring.conversions.upload_readers import read_meta, read_metrica, read_orders
from tests.support.contacts import keep_contact
from tests.support.facts import NOON

DAY = timedelta(days=1)
MOMENT = NOON + 2 * DAY
ANNA = Contact("Анна", "8 912 345-67-89", "Mail@Yandex.ru")


def company_at(url: str) -> Company:
    said = COMPANY.model_dump()
    for name in ("yandex", "yandex_orders", "meta"):
        said["conversions"][name]["api"] = url
    return Company.model_validate(said)


def stored(engine: Engine, leads: int = 1) -> None:
    for n in range(leads):
        marks = {"client_id": f"13359124764{n:05d}", "meta_lead_id": f"12345678{n:05d}"}
        facts = lead_facts(f"L{n}", NOON, contact=ANNA, marks=marks)
        FactStore(engine).append([*facts, good_call(f"L{n}", NOON + timedelta(hours=1)), won(f"L{n}", NOON + DAY)])
        keep_contact(engine, f"L{n}", ANNA)


def postman(engine: Engine) -> Postman:
    return Postman(
        Outbox(engine), sign_ins={"meta": "Bearer m", "yandex": "OAuth y"}, clock=lambda: MOMENT, draw=random.Random(1),
        loopback=True, timeout=httpx.Timeout(2.0),
    )  # fmt: skip


def file_in(got: Got) -> bytes:
    """Return the file of a form, read by the library's parser of mail."""
    head = f"Content-Type: {got.headers['content-type']}\r\n\r\n".encode()
    parts: Any = email.message_from_bytes(head + got.body).get_payload()
    (part,) = parts
    assert isinstance(part, Message)
    assert part.get_param("name", header="content-disposition") == "file"
    assert part.get_content_type() == "text/csv"
    content: Any = part.get_payload(decode=True)
    return bytes(content)


def test_meta_gets_its_events_with_the_token_and_the_ledger_knows_the_letter(sqlite_engine: Engine) -> None:
    stored(sqlite_engine)
    with faulty_server() as server:
        desk = desk_of(sqlite_engine, company_at(server.url))
        assert push_ready(desk, "meta", MOMENT) == 3
        assert postman(sqlite_engine).go_round().delivered == 2  # what happened on one day goes together
        assert push_ready(desk, "meta", MOMENT) == 0
    assert {one.path for one in server.got} == {"/1/events"}
    assert {one.headers["authorization"] for one in server.got} == {"Bearer m"}
    events = [event for got in server.got for event in read_meta(got.body)]
    assert [one["event_name"] for one in events] == ["came", "good", "sale"]
    letters = [one.letter_id for one in Ledger(sqlite_engine).batches("meta")]
    assert [Outbox(sqlite_engine).letter(one or 0).state for one in letters] == ["delivered"] * 2


def test_metrica_gets_goals_and_orders_as_files_of_a_form(sqlite_engine: Engine) -> None:
    stored(sqlite_engine)
    with faulty_server() as server:
        desk = desk_of(sqlite_engine, company_at(server.url))
        push_ready(desk, "yandex", MOMENT)
        push_ready(desk, "yandex_orders", MOMENT)
        postman(sqlite_engine).go_round()
    goals, orders = server.got
    assert goals.path == "/management/v1/counter/1/offline_conversions/upload"
    assert orders.path == "/cdp/api/v1/counter/1/data/simple_orders?merge_mode=SAVE&delimiter_type=COMMA"
    assert goals.headers["authorization"] == "OAuth y"
    assert len(read_metrica(file_in(goals))) == 3
    assert read_orders(file_in(orders))["L0"]["order_status"] == "PAID"


def test_a_server_that_fails_first_gets_every_conversion_once(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pushing.MOST_IN_A_LETTER, "meta", 4)
    stored(sqlite_engine, leads=5)
    with faulty_server((503, {}, b""), (500, {}, b"")) as server:
        desk = desk_of(sqlite_engine, company_at(server.url))
        assert push_ready(desk, "meta", MOMENT) == 15
        now = [MOMENT]
        carrier = Postman(
            Outbox(sqlite_engine),
            sign_ins={"meta": "Bearer m"},
            clock=lambda: now[0],
            draw=random.Random(1),
            loopback=True,
        )
        for _ in range(4):
            carrier.go_round()
            now[0] += timedelta(minutes=10)
    taken = server.got[2:]
    events = [(one["event_name"], str(one["user_data"])) for got in taken for one in read_meta(got.body)]
    assert len(events) == len(set(events)) == 15


def test_what_could_not_be_put_into_the_outbox_was_not_told(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(sqlite_engine)
    desk = desk_of(sqlite_engine)

    def full(*_: object) -> int:
        raise OSError("no room on the disk")

    with monkeypatch.context() as broken:
        broken.setattr(pushing, "put_in", full)
        with pytest.raises(OSError, match="no room"):
            push_ready(desk, "meta", MOMENT)
    assert Ledger(sqlite_engine).told("meta") == {}
    assert push_ready(desk, "meta", MOMENT) == 3


def test_a_letter_holds_what_gets_too_old_on_one_day_and_is_good_until_then(sqlite_engine: Engine) -> None:
    stored(sqlite_engine)
    push_ready(desk_of(sqlite_engine), "meta", MOMENT)
    ends = sorted(one.letter.good_until for one in Outbox(sqlite_engine).letters() if one.letter.good_until)
    assert ends == [NOON + 7 * DAY, NOON + 8 * DAY]


def test_two_who_push_at_once_tell_nothing_twice(engine: Engine) -> None:
    stored(engine, leads=3)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: push_ready(desk_of(engine), "meta", MOMENT), range(4)))
    events = [event for one in Outbox(engine).letters() for event in read_meta(one.letter.body)]
    assert (sum(counts), len(events), len({one["event_id"] for one in events})) == (9, 9, 9)


def test_google_is_not_pushed_to() -> None:
    assert pushed_systems(COMPANY) == ("yandex", "yandex_orders", "meta")
