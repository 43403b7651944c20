"""Letters against a real server with faults: delivered once, later again, or kept for a person; never lost, never hammered."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from features.outbox.letter import KeptLetter
from features.outbox.outbox import Outbox
from leadloop.connecting.pace import Pace
from leadloop.sending.back_off import LONGEST_WAIT
from leadloop.sending.breaker import FAILURES_IN_A_ROW
from leadloop.sending.manners import MOST_TRIES
from leadloop.sending.postman import Postman
from tests.features.outbox.letters import letter
from tests.leadloop.sending.faulty_server import faulty_server
from tests.support.facts import NOON

GOOD: Any = (200, {}, b'{"events_received": 1}')
HURRIED = httpx.Timeout(1.0, connect=10.0)  # a machine under load connects late; silence is noticed after a second


class Office:
    """An outbox, a postman, and a clock that moves when it is told to."""

    def __init__(self, engine: Engine, **said: Any) -> None:
        self.now: datetime = NOON
        self.outbox = Outbox(engine)
        how = {"sign_ins": {"meta": "Bearer token"}, "loopback": True, "timeout": HURRIED, **said}
        self.postman = Postman(self.outbox, clock=lambda: self.now, draw=random.Random(7), **how)

    def put(self, key: str = "k1", **said: Any) -> int:
        return self.outbox.put(letter(key, **said), self.now)

    def after(self, span: timedelta) -> None:
        self.now += span
        self.postman.go_round()

    def only(self) -> KeptLetter:
        (one,) = self.outbox.letters()
        return one


@pytest.fixture
def office(sqlite_engine: Engine) -> Office:
    return Office(sqlite_engine)


def test_a_letter_is_delivered_once_with_its_token_and_key_and_its_body_as_it_was_put(office: Office) -> None:
    with faulty_server(GOOD) as server:
        office.put(url=f"{server.url}/123/events?a=b", sign_in="meta")
        assert office.postman.go_round().delivered == 1
        office.after(timedelta(days=2))
    (got,) = server.got
    assert (got.path, got.body) == ("/123/events?a=b", letter().body)
    assert got.headers["authorization"] == "Bearer token"
    assert got.headers["idempotency-key"] == "k1"
    assert got.headers["content-type"] == "application/json"
    assert office.only().answer == '200 {"events_received": 1}'


@pytest.mark.parametrize("status", [500, 503, 408, 502])
def test_a_fault_is_tried_again_later_and_later_until_it_passes(office: Office, status: int) -> None:
    with faulty_server(*[(status, {}, b"")] * 3) as server:
        office.put(url=server.url)
        waits = []
        for _ in range(3):
            office.postman.go_round()
            waits.append(office.only().due_at - office.now)
            office.postman.go_round()  # not before it is due
            office.now = office.only().due_at
        office.postman.go_round()
    assert len(server.got) == 4
    assert waits[0] < waits[1] < waits[2] <= LONGEST_WAIT
    assert office.only().state == "delivered"


def test_a_destination_that_says_when_to_come_again_is_left_alone_until_then_with_all_its_letters(
    office: Office,
) -> None:
    with faulty_server((429, {"Retry-After": "7200"}, b"slow down")) as server:
        office.put("k1", url=server.url)
        office.put("k2", url=server.url)
        done = office.postman.go_round()
        assert (done.put_off, done.left_alone) == (1, 1)
        office.after(timedelta(hours=1, minutes=59))
        assert len(server.got) == 1
        office.after(timedelta(minutes=2))
    assert len(server.got) == 3
    assert {one.state for one in office.outbox.letters()} == {"delivered"}


@pytest.mark.parametrize(
    "asked", ["Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999999999", "1" * 5_000]
)
def test_what_can_be_no_moment_to_come_again_is_as_if_nothing_was_asked_and_holds_up_nobody(
    office: Office, asked: str
) -> None:
    with faulty_server((503, {"Retry-After": asked}, b""), GOOD) as server:
        office.put("k1", url=server.url, destination="odd")
        office.put("k2", url=server.url, destination="odd")
        done = office.postman.go_round()
        assert (done.put_off, done.delivered) == (1, 1)
        office.after(LONGEST_WAIT)
    assert {one.state for one in office.outbox.letters()} == {"delivered"}


def test_a_system_that_takes_so_many_a_second_gets_no_more_and_holds_up_no_other(sqlite_engine: Engine) -> None:
    waited, moment = list[float](), [0.0]

    def passed(seconds: float) -> None:
        waited.append(seconds)
        moment[0] += seconds

    pace = Pace(rate=2.0, burst=1, clock=lambda: moment[0], sleep=passed)
    office = Office(sqlite_engine, paces={"slow": pace})
    with faulty_server(GOOD) as server:
        for number in range(15):
            office.put(f"k{number}", url=server.url, destination="slow")
        office.put("other", url=server.url, destination="another")
        done = office.postman.go_round()
        assert (done.delivered, done.left_for_pace) == (12, 4)  # one at once, ten in five seconds; and the other one
        assert sum(waited) == pytest.approx(5.0)
        assert {one.state for one in office.outbox.letters(destination="another")} == {"delivered"}
        done = office.postman.go_round()
        assert (done.delivered, done.left_for_pace) == (4, 0)
    assert len(server.got) == 16


@pytest.mark.parametrize("status", [400, 401, 404, 413, 302])
def test_what_is_refused_is_kept_for_a_person_at_once(office: Office, status: int) -> None:
    with faulty_server((status, {"Location": "http://169.254.169.254/"}, b"Anna@example.com is wrong")) as server:
        office.put(url=server.url)
        assert office.postman.go_round().given_up == 1
        office.after(timedelta(days=3))
        assert len(server.got) == 1
        kept = office.only()
        assert kept.state == "dead"
        assert kept.answer == f"{status} (contact) is wrong"  # no contact is kept in an answer
        office.outbox.again(kept.id, office.now)
        assert office.postman.go_round().delivered == 1


@pytest.mark.parametrize("broken", ["reset", "silence", (504, {}, b"")])
def test_an_answer_that_was_lost_is_asked_for_again_only_where_the_letter_may_arrive_twice(
    office: Office, broken: Any
) -> None:
    with faulty_server(broken, broken) as server:
        office.put("may", url=server.url, repeatable=True)
        office.put("may not", url=server.url, repeatable=False)
        office.postman.go_round()
        assert [(one.letter.once_key, one.state) for one in office.outbox.letters()] == [
            ("may not", "dead"),
            ("may", "waiting"),
        ]
        assert "It may have arrived" in (office.outbox.letters("dead")[0].answer or "")
        office.after(timedelta(hours=1))
    assert len(server.got) == 3


def test_a_destination_that_nobody_reaches_is_tried_some_times_then_by_one_letter_alone(office: Office) -> None:
    for n in range(FAILURES_IN_A_ROW + 3):
        office.put(f"k{n}", url="http://127.0.0.1:9/nobody")
    done = office.postman.go_round()
    assert (done.put_off, done.left_alone) == (FAILURES_IN_A_ROW, 3)
    with faulty_server() as server:
        office.put("other", url=server.url, destination="yandex")
        office.postman.go_round()
    assert len(server.got) == 1  # another destination does not suffer


def test_what_failed_for_more_than_a_day_is_kept_for_a_person(office: Office) -> None:
    office.put(url="http://127.0.0.1:9/nobody")
    began = office.now
    for _ in range(MOST_TRIES):
        office.after(timedelta(hours=7))
    kept = office.only()
    assert (kept.state, kept.tries) == ("dead", MOST_TRIES)
    assert office.now - began > timedelta(days=1)


def test_a_letter_that_came_too_late_is_not_sent(office: Office) -> None:
    with faulty_server() as server:
        office.put(url=server.url, good_until=office.now + timedelta(hours=1))
        office.after(timedelta(hours=2))
    assert server.got == []
    assert "Too late" in (office.only().answer or "")


def test_without_its_token_a_letter_waits_and_says_so(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine, sign_ins={"meta": None})
    with faulty_server() as server:
        office.put(url=server.url, sign_in="meta")
        office.postman.go_round()
        assert "token of meta is not set" in (office.only().answer or "")
        later = Office(sqlite_engine)
        later.after(timedelta(minutes=16))
    assert len(server.got) == 1


def test_a_name_that_is_pointed_at_this_machine_is_not_asked(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine, loopback=False, resolve=lambda host, port: ["127.0.0.1"])
    with faulty_server() as server:
        office.put(url="https://api.example.com/x")
        office.postman.go_round()
    assert server.got == []
    assert "inner network" in (office.only().answer or "")


def test_a_sender_that_was_killed_while_it_sent_loses_nothing(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine)
    with faulty_server() as server:
        office.outbox.take(office.put(url=server.url), office.now)
        later = Office(sqlite_engine)
        later.after(timedelta(minutes=11))
    assert len(server.got) == 1
    assert office.only().state == "delivered"
