"""A request that its sender names is carried out once: sent again it is answered the same, and another one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from features.facts.database import reading
from features.facts.tables import KEPT_ANSWERS
from features.facts.values import LeadId
from tests.serving.doors import PHONE, Doors, open_doors
from tests.serving.people import program

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
CALL = {"result": "busy"}


def kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(KEPT_ANSWERS)).scalar_one()


def test_a_call_without_an_id_sent_twice_under_one_key_is_one_call_and_one_answer(any_doors: Doors) -> None:
    any_doors.lead("7")
    first, second = (any_doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert any_doors.asked("/v1/leads/7")["calls"] == 1
    any_doors.call("7", **CALL)
    assert any_doors.asked("/v1/leads/7")["calls"] == 2


def test_a_lead_a_stage_and_a_taking_are_answered_the_same_under_their_keys(any_doors: Doors) -> None:
    sent = (
        ("/v1/leads", {"id": "7", "contact": {"phone": PHONE}}),
        ("/v1/leads/7/stages", {"stage": "Встреча"}),
        ("/v1/queue/7/take", {"manager": "Анна"}),
    )
    for number, (path, body) in enumerate(sent):
        key = {"Idempotency-Key": f"k{number}"}
        answers = [any_doors.client.post(path, json=body, headers=key) for _ in range(2)]
        assert answers[0].status_code == answers[1].status_code in (201, 204)
        assert answers[0].content == answers[1].content
        stored = any_doors.service.desk.store.last_number()
        assert any_doors.client.post(path, json=body, headers=key).content == answers[0].content
        assert any_doors.service.desk.store.last_number() == stored


@pytest.mark.parametrize(("path", "body"), [("/v1/leads/7/calls", {"result": "reached"}), ("/v1/leads", {"id": "8"})])
def test_another_request_under_the_same_key_is_refused_and_stores_nothing(
    doors: Doors, path: str, body: dict[str, str]
) -> None:
    doors.lead("7")
    doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY)
    number = doors.service.desk.store.last_number()
    answer = doors.client.post(path, json=body, headers=KEY)
    assert answer.status_code == 409
    assert "another request in the last 24 hours; nothing was stored" in answer.json()["detail"]
    assert doors.service.desk.store.last_number() == number


def test_names_in_another_order_and_quotes_around_the_key_make_no_other_request(doors: Doors) -> None:
    doors.lead("7")
    json = {"content-type": "application/json"}
    first = doors.client.post("/v1/leads/7/calls", content=b'{"result": "busy", "seconds": 4}', headers={**json, **KEY})
    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}
    again = doors.client.post("/v1/leads/7/calls", content=b'{"seconds":4,"result":"busy"}', headers={**json, **quoted})
    assert again.content == first.content


def test_many_at_once_under_one_key_wait_for_the_one_that_is_carried_out(any_doors: Doors) -> None:
    any_doors.lead("7")

    def send(_: int) -> bytes:
        answer = any_doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY)
        assert answer.status_code == 201
        return bytes(answer.content)

    with ThreadPoolExecutor(8) as pool:
        answers: Sequence[bytes] = list(pool.map(send, range(16)))
    assert len(set(answers)) == 1
    assert any_doors.asked("/v1/leads/7")["calls"] == 1


def test_what_was_refused_may_come_again_mended_under_its_key(doors: Doors) -> None:
    assert doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY).status_code == 404
    doors.lead("7")
    assert doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day_and_its_answer_with_it(any_doors: Doors) -> None:
    any_doors.lead("7")
    any_doors.client.post("/v1/leads/7/calls", json=CALL, headers=KEY)
    any_doors.clock.pass_time(timedelta(hours=25))
    any_doors.client.post("/v1/leads/7/calls", json=CALL, headers={"Idempotency-Key": "another"})
    assert kept(any_doors.service.desk.store.engine) == 1
    assert any_doors.client.post("/v1/leads/7/calls", json={"result": "reached"}, headers=KEY).status_code == 201


def test_each_senders_keys_are_its_own(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="") as doors:
        one, other = program(doors, "write"), program(doors, "write")
        assert one.post("/v1/leads", json={"id": "7"}, headers=KEY).status_code == 201
        assert one.post("/v1/leads", json={"id": "8"}, headers=KEY).status_code == 409
        assert other.post("/v1/leads", json={"id": "8"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ['""', "x" * 256])
def test_a_key_that_is_none_is_refused_with_the_remedy(doors: Doors, key: str) -> None:
    answer = doors.client.post("/v1/leads", json={"id": "7"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "UUID" in answer.json()["detail"]


def test_a_kept_answer_holds_nothing_that_tells_who_the_person_is(doors: Doors) -> None:
    contact = {"name": "Секретова", "phone": PHONE, "email": "secret@example.com"}
    doors.client.post("/v1/leads", json={"id": "7", "contact": contact}, headers=KEY)
    with reading(doors.service.desk.store.engine) as connection:
        row = connection.execute(select(KEPT_ANSWERS)).one()
    assert not any(word in row.answer for word in ("Секретова", "9123456789", "secret@"))
    assert doors.service.contacts.contact(LeadId("7")).phone == PHONE
