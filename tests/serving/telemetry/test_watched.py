"""Every answer carries the name of its request, and the log names it too; nobody is named in the log."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from leadloop.log_lines import JSON, set_up_logs
from serving.telemetry.request_id import LONGEST, new_id, taken_id
from tests.serving.doors import PHONE_WRITTEN, Doors, open_doors
from tests.serving.people import program
from tests.serving.running import served

LEAD = {
    "id": "7", "answers": {"area": 80, "role": "owner"},
    "contact": {"name": "Анна", "phone": PHONE_WRITTEN, "email": "anna@firma.ru"},
}  # fmt: skip


@pytest.fixture
def doors(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine) as opened:
        yield opened


@contextmanager
def json_log() -> Iterator[io.StringIO]:
    """Give what is logged in the block, a JSON object a line."""
    root, lines = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    set_up_logs(JSON, lines)
    try:
        yield lines
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/healthz", None, 200),
        ("POST", "/v1/score", {"answers": {"area": 80}}, 200),
        ("POST", "/v1/score", {"answers": 7}, 422),
        ("POST", "/v1/leads", LEAD, 201),
        ("POST", "/v1/leads", {"id": ""}, 422),
        ("POST", "/v1/batch/leads", [LEAD], 200),
        ("GET", "/v1/leads/nobody", None, 404),
        ("GET", "/nowhere", None, 404),
        ("GET", "/queue", None, 200),
        ("PATCH", "/v1/leads", LEAD, 405),
    ],
)
def test_every_answer_gives_back_the_name_of_its_request_whichever_door_gave_it(
    doors: Doors, method: str, path: str, body: object, status: int
) -> None:
    answer = doors.client.request(method, path, json=body, headers={"X-Request-ID": "order-7.2"})
    assert (answer.status_code, answer.headers.get_list("x-request-id")) == (status, ["order-7.2"])


def test_who_is_turned_away_at_the_gate_is_told_the_name_too(sqlite_engine: Engine, tmp_path: Path) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="") as closed:
        reader, wrong = program(closed, "read"), program(closed, "read")
        wrong.headers["x-api-key"] = "no-key-of-ours"
        refused = wrong.post("/v1/score", json={}, headers={"X-Request-ID": "r1"})
        forbidden = reader.post("/v1/score", json={}, headers={"X-Request-ID": "r2"})
        too_long = reader.get("/healthz", headers={"x-y": "z" * 40_000, "X-Request-ID": "r3"})
    told = [(one.status_code, one.headers["x-request-id"]) for one in (refused, forbidden, too_long)]
    assert told == [(401, "r1"), (403, "r2"), (431, "r3")]


def test_a_request_without_a_name_gets_one_that_no_other_has(doors: Doors) -> None:
    names = [doors.client.get("/healthz").headers["x-request-id"] for _ in range(20)]
    assert len(set(names)) == 20


@given(st.binary(max_size=200))
def test_a_name_is_taken_where_it_is_a_plain_word_and_never_where_it_could_be_a_number_of_somebodys(
    given: bytes,
) -> None:
    name = taken_id(given)
    assert 0 < len(name) <= LONGEST
    assert name.replace(b"-", b"").replace(b".", b"").replace(b"_", b"").isalnum()
    assert not name.replace(b"-", b"").replace(b".", b"").isdigit()


def test_names_that_are_made_at_once_by_many_threads_differ() -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.extend([new_id() for _ in range(500)])) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(made)) == 2_000


def test_a_fault_of_ours_is_answered_under_its_name_and_told_in_the_log_without_what_was_sent(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError(f"of {PHONE_WRITTEN}")

    monkeypatch.setattr(doors.service.board, "look", breaks)
    with json_log() as lines, pytest.raises(ZeroDivisionError):
        doors.client.get("/queue", headers={"X-Request-ID": "broken-1"})
    (line,) = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert (line["request_id"], line["status"], line["route"]) == ("broken-1", 500, "/queue")
    assert PHONE_WRITTEN not in lines.getvalue()


def test_an_error_in_the_log_is_its_kind_and_its_place_alone() -> None:
    with json_log() as lines:
        try:
            raise ValueError(f"cannot read {PHONE_WRITTEN}")
        except ValueError:
            logging.getLogger("any.library").exception("It failed")
    line = json.loads(lines.getvalue())
    assert line["error"][0] == "ValueError"
    assert line["error"][1].startswith("tests/serving/telemetry/test_watched.py:")
    assert PHONE_WRITTEN not in lines.getvalue()


def test_a_request_that_cannot_be_stored_is_named_in_the_log_by_the_thread_that_stores(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("serving.intake.intake.remember_scores", breaks)
    with json_log() as lines, pytest.raises(ZeroDivisionError):
        doors.client.post("/v1/leads", json=LEAD, headers={"X-Request-ID": "unlucky-1"})
    said = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert {one["request_id"] for one in said} == {"unlucky-1"}
    assert any("could not be stored: ZeroDivisionError" in one["message"] for one in said)


def test_nobody_is_named_in_the_log_of_a_service_that_is_sent_good_and_bad(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path) as (client, _):
        for sent in (LEAD, {**LEAD, "id": ""}, {**LEAD, "answers": {"visit": "Анна"}}, {**LEAD, "created_at": "Анна"}):
            client.post("/v1/leads", json=sent)
            client.post("/v1/score", json=sent)
        client.post("/v1/leads", content=json.dumps(LEAD, ensure_ascii=False)[:-5].encode())
        client.get("/v1/leads/anna@firma.ru", headers={"X-Request-ID": PHONE_WRITTEN.replace(" ", "")})
        client.post("/v1/leads/anna@firma.ru/calls", json={"id": "c1", "result": "reached", "comment": "Анна"})
    logged = capfd.readouterr()
    said = logged.out + logged.err
    assert [one for one in ("Анна", "anna", PHONE_WRITTEN, PHONE_WRITTEN.replace(" ", "")) if one in said] == []
