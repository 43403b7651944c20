"""Many rows in one request: each has its own result, in order, and a bad one loses nothing of the others."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from features.facts.values import LeadId
from models.hand_out_log import HandOutLog
from serving.batch.endpoints import MOST_ROWS
from tests.serving.doors import PHONE, Doors

LINES = {"content-type": "application/x-ndjson"}


def sent(doors: Doors, what: str, rows: list[Any], **headers: str) -> list[dict[str, Any]]:
    answer = doors.client.post(f"/v1/batch/{what}", json=rows, headers=headers)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()
    return told


def test_leads_calls_and_stages_of_a_batch_are_stored_as_if_each_had_been_sent_alone(any_doors: Doors) -> None:
    leads = [{"id": f"L{n}", "answers": {"area": n}, "contact": {"phone": PHONE}} for n in range(250)]
    assert [one["status"] for one in sent(any_doors, "leads", leads)] == [201] * 250
    calls = [{"lead_id": f"L{n}", "id": f"c{n}", "result": "reached", "answers": {"need": "yes"}} for n in range(30)]
    stages = [{"lead_id": f"L{n}", "stage": "Встреча"} for n in range(30)]
    assert [one["stored"] for one in sent(any_doors, "calls", calls)] == [True] * 30
    assert [one["lead_id"] for one in sent(any_doors, "stages", stages)] == [f"L{n}" for n in range(30)]
    told = any_doors.asked("/v1/leads/L7")
    assert (told["answers"], told["calls"], told["stages"]) == ({"area": 7.0, "need": "yes"}, 1, ["Встреча"])
    assert len(any_doors.service.log.scores_of(LeadId("L7"))) >= 3
    assert any_doors.service.desk.store.lead_count() == 250


def test_a_bad_row_is_told_by_place_and_remedy_and_loses_nothing_of_the_others(doors: Doors) -> None:
    rows: list[Any] = [
        {"id": "1"},
        {"id": "2", "answers": {"area": f"звонить {PHONE}"}},
        {"id": "", "naem": "x"},
        "lead",
        {"id": "3"},
    ]
    told = sent(doors, "leads", rows)
    assert [one["row"] for one in told] == [1, 2, 3, 4, 5]
    assert [one["status"] for one in told] == [201, 422, 422, 422, 201]
    assert told[1]["detail"][0]["loc"] == ["row", 2, "answers", "area"]
    assert "write it as 1234.50" in told[1]["detail"][0]["msg"]
    assert sorted(item["loc"][2] for item in told[2]["detail"]) == ["id", "naem"]
    assert PHONE not in json.dumps(told)
    assert sorted(doors.queue()) == ["1", "3"]


def test_a_call_of_a_lead_that_was_never_sent_is_refused_in_its_row_alone(doors: Doors) -> None:
    doors.lead("7")
    told = sent(doors, "calls", [{"lead_id": name, "result": "busy"} for name in ("7", "404")])
    assert [one["status"] for one in told] == [201, 404]
    assert "POST /v1/leads" in told[1]["detail"]


def test_calls_of_a_batch_leave_the_queue_where_they_stood_before_it_a_bad_row_among_them(doors: Doors) -> None:
    for name, hours in (("early", 5), ("late", 3), ("latest", 1)):
        doors.lead(name, created_at=(doors.clock() - timedelta(hours=hours)).isoformat())
    long_past = (doors.clock() - timedelta(hours=2)).isoformat()
    rows: list[dict[str, str]] = [
        {"lead_id": "early", "result": "no_answer"},
        {"lead_id": "late", "result": "no answer, no word of ours"},
        {"lead_id": "late", "result": "no_answer", "at": long_past},
        {"lead_id": "latest", "result": "no_answer"},
    ]
    assert [one["status"] for one in sent(doors, "calls", rows)] == [201, 422, 201, 201]
    handed_out = HandOutLog(doors.service.desk.store.engine).every()
    assert [(one.lead_id, one.position, one.waiting) for one in handed_out] == [("early", 3, 3), ("latest", 1, 3)]


def test_lines_are_answered_by_lines_and_a_line_that_is_no_json_costs_itself_alone(doors: Doors) -> None:
    body = b'{"id": "1"}\n\n{"id": \n{"id": "2"}'
    answer = doors.client.post("/v1/batch/leads", content=body, headers=LINES)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201, 422, 201]


@pytest.mark.parametrize("headers", [LINES, {"content-type": "application/json"}], ids=["lines", "array"])
def test_a_byte_order_mark_costs_no_row(doors: Doors, headers: dict[str, str]) -> None:
    written = b'{"id": "1"}\n{"id": "2"}' if headers is LINES else b'[{"id": "1"}, {"id": "2"}]'
    answer = doors.client.post("/v1/batch/leads", content=BOM_UTF8 + written, headers=headers)
    assert answer.status_code == 200
    assert sorted(doors.queue()) == ["1", "2"]


def test_a_batch_may_be_longer_than_any_other_request_but_not_than_ten_thousand_rows(doors: Doors) -> None:
    long = {"landing_page": "x" * 200}
    rows = ({"id": f"L{n}", "marks": long} if n % 50 == 0 else {"marks": long} for n in range(10_005))

    def pieces() -> Iterator[bytes]:
        for row in rows:
            yield json.dumps(row).encode() + b"\n"

    answer = doors.client.post("/v1/batch/leads", content=pieces(), headers=LINES)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert len(told) == MOST_ROWS + 1
    assert [one["status"] for one in told[:51]] == [201, *[422] * 49, 201]
    assert (told[-1]["status"], told[-1]["row"]) == (413, 10_001)
    assert "the 4 after it in another" in told[-1]["detail"]


def test_scores_of_a_batch_are_those_that_each_lead_alone_would_get_and_nothing_is_stored(doors: Doors) -> None:
    leads = [{"answers": {"area": area, "need": "yes"}} for area in (20, 200)]
    told = sent(doors, "scores", [*leads, {"answers": {"area": "x"}}])
    alone = [doors.send("/v1/score", **lead) for lead in leads]
    assert [one["score"]["probability"] for one in told[:2]] == [one["probability"] for one in alone]
    assert told[2]["status"] == 422
    assert doors.service.desk.store.last_number() == 0


def test_a_batch_sent_again_under_its_key_is_answered_the_same_row_by_row(any_doors: Doors) -> None:
    any_doors.lead("7")
    rows = [{"lead_id": "7", "result": "busy"}, {"lead_id": "404", "result": "busy"}]
    first = sent(any_doors, "calls", rows, **{"Idempotency-Key": "k1"})
    number = any_doors.service.desk.store.last_number()
    any_doors.lead("404")
    again = sent(any_doors, "calls", rows, **{"Idempotency-Key": "k1"})
    assert again[0] == first[0]
    assert [one["status"] for one in again] == [201, 201]  # what was refused was no answer to keep
    changed = sent(any_doors, "calls", [{"lead_id": "7", "result": "reached"}], **{"Idempotency-Key": "k1"})
    assert [one["status"] for one in changed] == [409]
    assert any_doors.asked("/v1/leads/7")["calls"] == 1
    assert any_doors.service.desk.store.last_number() > number


@pytest.mark.parametrize("behind", [b'[{"id": "8"}]', b"oops", b"]"])
def test_what_comes_behind_the_array_is_told_as_a_row_that_cannot_be_read(doors: Doors, behind: bytes) -> None:
    answer = doors.client.post(
        "/v1/batch/leads", content=b'[{"id": "7"}]\n' + behind, headers={"content-type": "application/json"}
    )
    assert [(one["row"], one["status"]) for one in answer.json()] == [(1, 201), (2, 422)]


@pytest.mark.parametrize("kind", ["text/csv", "application/x-www-form-urlencoded"])
def test_another_content_type_is_told_which_ones_are_read(doors: Doors, kind: str) -> None:
    answer = doors.client.post("/v1/batch/leads", content=b"id\n7", headers={"content-type": kind})
    assert answer.status_code == 415
    assert "application/x-ndjson" in answer.json()["detail"]


def test_one_object_instead_of_an_array_is_refused_whole(doors: Doors) -> None:
    answer = doors.client.post("/v1/batch/leads", json={"id": "7"})
    assert answer.status_code == 422
    assert "one JSON array" in answer.json()["detail"][0]["msg"]
