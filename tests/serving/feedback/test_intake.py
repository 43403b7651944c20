"""What the CRM tells is stored and scored, on both databases; what cannot be right is named and stored nowhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from features.facts.values import Call, Lead, LeadId, Stage
from tests.serving.doors import PHONE, PHONE_WRITTEN, Doors


def test_a_lead_is_stored_and_scored_by_the_rules_before_there_is_a_model(any_doors: Doors) -> None:
    told = any_doors.lead("7", answers={"area": 120}, marks={"source": "yandex"})
    score = told["score"]
    assert told["stored"] is True
    assert (score["is_guess"], score["model_version"], score["data_cut_off"]) == (True, None, None)
    assert (score["rules_grade"], score["best_grade_open"], score["probability"]) == ("ungraded", "A", 0.06)
    assert score["ask_next"] == "Вам точно нужны окна?"
    assert any_doors.asked("/v1/leads/7")["answers"] == {"area": 120.0}


def test_a_call_grades_the_lead_and_a_stage_closes_it(any_doors: Doors) -> None:
    any_doors.lead("7", marks={"source": "vk"})
    graded = any_doors.call("7", answers={"need": "да", "budget": True, "urgency": "no"}, seconds=185, manager="Анна")
    assert (graded["score"]["rules_grade"], graded["score"]["probability"]) == ("B", 0.12)
    any_doors.stage("Договор", "7", amount=250_000)
    lead = any_doors.asked("/v1/leads/7")
    assert (lead["channel"], lead["calls"], lead["stages"]) == ("ВКонтакте", 1, ["Договор"])


def test_the_same_lead_call_and_stage_twice_change_nothing(any_doors: Doors) -> None:
    at = any_doors.clock().isoformat()
    contact = {"name": "Анна", "phone": PHONE_WRITTEN}
    tellings: list[tuple[str, dict[str, Any]]] = [
        ("/v1/leads", {"id": "7", "answers": {"area": 40}, "contact": contact}),
        ("/v1/leads/7/calls", {"result": "busy", "at": at}),
        ("/v1/leads/7/calls", {"id": "c1", "result": "reached", "at": at}),
        ("/v1/leads/7/stages", {"stage": "Встреча", "at": at}),
    ]
    assert [any_doors.send(path, **body)["stored"] for path, body in tellings] == [True] * 4
    number = any_doors.service.desk.store.last_number()
    assert [any_doors.send(path, **body)["stored"] for path, body in tellings] == [False] * 4
    assert any_doors.service.desk.store.last_number() == number
    assert any_doors.service.contacts.contact(LeadId("7")).phone == PHONE_WRITTEN


def test_a_call_and_a_stage_with_an_id_sent_twice_without_a_moment_are_the_same_and_happened_when_they_came_first(
    any_doors: Doors,
) -> None:
    any_doors.lead("7")
    tellings = (("calls", {"id": "c1", "result": "reached"}), ("stages", {"id": "s1", "stage": "Встреча"}))
    assert [any_doors.send(f"/v1/leads/7/{path}", **body)["stored"] for path, body in tellings] == [True, True]
    any_doors.clock.pass_time(timedelta(minutes=5))
    number = any_doors.service.desk.store.last_number()
    assert [any_doors.send(f"/v1/leads/7/{path}", **body)["stored"] for path, body in tellings] == [False, False]
    assert any_doors.service.desk.store.last_number() == number
    first = any_doors.service.desk.store.history(LeadId("7")).facts
    assert any_doors.call("7", id="c1", result="busy")["stored"] is True
    last = any_doors.service.desk.store.history(LeadId("7")).facts[-1]
    assert last.at == next(fact.at for fact in first if isinstance(fact, Call))


def test_a_sale_whose_amount_is_corrected_with_sent_at_alone_stays_a_sale_of_its_day(any_doors: Doors) -> None:
    now = any_doors.clock()
    left, sold = (now - timedelta(days=70)).isoformat(), now - timedelta(days=65)
    any_doors.lead("7", created_at=left)
    any_doors.stage("Договор", id="s1", amount=100_000, at=sold.isoformat())
    assert any_doors.stage("Договор", id="s1", amount=120_000, sent_at=any_doors.clock().isoformat())["stored"] is True
    stages = [one for one in any_doors.service.desk.store.history(LeadId("7")).facts if isinstance(one, Stage)]
    assert [(one.at, one.amount) for one in stages] == [(sold, 100_000), (sold, 120_000)]


@pytest.mark.parametrize("ahead", [timedelta(seconds=0.3), timedelta(minutes=4.9)])
def test_a_crm_whose_clock_is_a_little_ahead_loses_nothing_at_any_door(doors: Doors, ahead: timedelta) -> None:
    soon = (doors.clock() + ahead).isoformat()
    assert doors.lead("7", created_at=soon)["stored"] is True
    assert doors.call("7", at=soon)["stored"] is True
    assert doors.stage("Встреча", "7", at=soon)["stored"] is True
    assert doors.send("/v1/score", created_at=soon)["probability"] > 0
    batches: list[tuple[str, dict[str, Any]]] = [
        ("leads", {"id": "8", "created_at": soon}),
        ("calls", {"lead_id": "7", "id": "c1", "result": "busy", "at": soon}),
        ("stages", {"lead_id": "7", "id": "s1", "stage": "Договор", "at": soon}),
        ("scores", {"created_at": soon}),
    ]
    for what, row in batches:
        (told,) = doors.client.post(f"/v1/batch/{what}", json=[row]).json()
        assert told["status"] in (200, 201), told
    facts = doors.service.desk.store.history(LeadId("7")).facts
    assert all(fact.at <= fact.known_at for fact in facts)


def test_a_lead_sent_again_with_changes_is_a_correction_and_keeps_its_first_version(any_doors: Doors) -> None:
    any_doors.lead("7", answers={"area": 40})
    assert any_doors.lead("7", answers={"area": 50})["stored"] is True
    facts = any_doors.service.desk.store.history(LeadId("7")).facts
    assert [fact.answers["area"] for fact in facts if isinstance(fact, Lead)] == [40.0, 50.0]
    assert any_doors.asked("/v1/leads/7")["answers"] == {"area": 50.0}


def test_a_lead_sent_again_keeps_the_source_and_the_answers_that_it_leaves_out(any_doors: Doors) -> None:
    any_doors.lead(
        "7", answers={"area": 40, "role": "owner"}, marks={"source": "vk", "campaign": "лето"}, manager="Анна"
    )
    assert any_doors.lead("7")["stored"] is False
    assert any_doors.lead("7", answers={"area": 50}, marks={"offer": "Тихий офис"})["stored"] is True
    told = any_doors.asked("/v1/leads/7")
    assert told["answers"] == {"area": 50.0, "role": "owner"}
    assert told["marks"] == {"source": "vk", "campaign": "лето", "offer": "Тихий офис"}
    lead = [fact for fact in any_doors.service.desk.store.history(LeadId("7")).facts if isinstance(fact, Lead)][-1]
    assert lead.manager == "Анна"


def test_a_lead_sent_again_clears_what_it_names_without_a_value(any_doors: Doors) -> None:
    any_doors.lead("7", answers={"area": 40, "role": "owner", "renovation": "yes"}, marks={"source": "vk", "ad": "17"})
    any_doors.lead("7", answers={"role": None, "renovation": "-"}, marks={"ad": ""})
    told = any_doors.asked("/v1/leads/7")
    assert (told["answers"], told["marks"]) == ({"area": 40.0}, {"source": "vk"})


@pytest.mark.parametrize("content_type", ["application/json", "application/vnd.leadloop+json"])
def test_a_wrong_phone_is_taken_out_with_null_whichever_door_reads_it(any_doors: Doors, content_type: str) -> None:
    any_doors.lead("6", contact={"phone": PHONE})
    any_doors.lead("7", manager="Анна", contact={"name": "Мария", "phone": PHONE_WRITTEN})
    assert any_doors.asked("/v1/leads/7")["earlier_requests"] == ["6"]
    body = b'{"id": "7", "manager": null, "contact": {"phone": null}}'
    told = any_doors.client.post("/v1/leads", content=body, headers={"content-type": content_type}).json()
    assert told["stored"] is True
    contact = any_doors.service.contacts.contact(LeadId("7"))
    assert (contact.name, contact.phone) == ("Мария", None)
    assert any_doors.asked("/v1/leads/7")["earlier_requests"] == []
    leads = [one for one in any_doors.service.desk.store.history(LeadId("7")).facts if isinstance(one, Lead)]
    assert [one.manager for one in leads] == ["Анна", None]


def test_another_source_keeps_nothing_of_the_old_one(any_doors: Doors) -> None:
    any_doors.lead("7", marks={"source": "vk", "campaign": "лето", "ad": "17"})
    any_doors.lead("7", marks={"source": "yandex", "medium": "organic"})
    assert any_doors.asked("/v1/leads/7")["marks"] == {"source": "yandex", "medium": "organic"}


def test_a_lead_that_is_sent_twice_at_once_loses_nothing(any_doors: Doors) -> None:
    parts: list[dict[str, Any]] = [{"role": "owner"}, {"area": 40}, {"renovation": "yes"}]
    for number in range(20):
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda said, lead_id=str(number): any_doors.lead(lead_id, answers=said), parts))
        answers = any_doors.asked(f"/v1/leads/{number}")["answers"]
        assert answers == {"role": "owner", "area": 40.0, "renovation": "yes"}


def test_numbers_are_read_as_in_an_export(any_doors: Doors) -> None:
    for sent, meant in (("1 234,5", 1234.5), ("90 тыс.", 90_000.0), (" 12.5 ", 12.5)):
        any_doors.lead("7", answers={"area": sent})
        assert any_doors.asked("/v1/leads/7")["answers"]["area"] == meant


def test_a_moment_written_in_two_time_zones_is_the_same_moment(any_doors: Doors) -> None:
    moscow, utc = "2026-03-02T12:00:00+03:00", "2026-03-02T09:00:00Z"
    any_doors.lead("7", created_at=moscow)
    any_doors.call("7", at=moscow, call_back_at=moscow)
    any_doors.stage("Встреча", "7", at=moscow)
    assert any_doors.lead("7", created_at=utc)["stored"] is False
    assert any_doors.call("7", at=utc, call_back_at=utc)["stored"] is False
    assert any_doors.stage("Встреча", "7", at=utc)["stored"] is False
    assert any_doors.asked("/v1/leads/7")["calls"] == 1


def test_a_lead_whose_creation_was_corrected_keeps_it_when_sent_again_without_one(doors: Doors) -> None:
    yesterday = (doors.clock() - timedelta(days=1)).isoformat()
    doors.lead("7")
    doors.lead("7", created_at=yesterday)
    assert doors.lead("7")["stored"] is False


def test_a_lead_of_the_same_person_is_its_own_and_linked_to_the_earlier_one(any_doors: Doors) -> None:
    any_doors.lead("7", contact={"phone": PHONE})
    any_doors.lead("8", contact={"phone": PHONE_WRITTEN, "email": "anna@example.com"})
    any_doors.lead("9", contact={"email": " ANNA@example.com "})
    assert any_doors.asked("/v1/leads/7")["earlier_requests"] == []
    assert any_doors.asked("/v1/leads/8")["earlier_requests"] == ["7"]
    assert any_doors.asked("/v1/leads/9")["earlier_requests"] == ["8"]


@pytest.mark.parametrize("lead_id", ["заявка 7", "a/b", "a/calls", "7?x=1&y#z", "100%", "<b>7</b>"])
def test_a_lead_is_reached_under_any_id_that_a_crm_may_give(any_doors: Doors, lead_id: str) -> None:
    from urllib.parse import quote

    any_doors.lead(lead_id)
    quoted = quote(lead_id, safe="")
    assert any_doors.asked(f"/v1/leads/{quoted}")["lead_id"] == lead_id
    assert any_doors.call(quoted)["lead_id"] == lead_id
    assert any_doors.client.post(f"/v1/queue/{quoted}/take", json={"manager": "Анна"}).status_code == 204
    assert "<h1>" in any_doors.page(f"/leads/{quoted}")
    assert any_doors.queue() == []


@pytest.mark.parametrize(
    ("path", "body"), [("calls", {"result": "reached"}), ("stages", {"stage": "Встреча"})], ids=["call", "stage"]
)
def test_nothing_is_stored_of_a_lead_that_was_never_sent(any_doors: Doors, path: str, body: dict[str, str]) -> None:
    answer = any_doors.client.post(f"/v1/leads/404/{path}", json=body)
    assert answer.status_code == 404
    assert "POST /v1/leads" in answer.json()["detail"]
    assert any_doors.service.desk.store.last_number() == 0


def test_a_stage_that_the_company_does_not_know_is_stored_and_said(doors: Doors) -> None:
    doors.lead("7")
    assert doors.stage("Созвон", "7")["unknown_stage"] is True
    assert doors.stage("Встреча", "7")["unknown_stage"] is False


def test_an_unknown_form_field_is_taken_counted_and_shown_to_the_analyst(doors: Doors) -> None:
    told = doors.lead("7", answers={"area": 40, "shoe_size": "43"})
    doors.call("7", answers={"shoe_size": 44})
    assert doors.send("/v1/score", answers={"shoe_size": "45"})["unknown_fields"] == ["shoe_size"]
    assert told["unknown_fields"] == ["shoe_size"]
    assert told["score"]["lead_id"] == "7"
    assert "shoe_size (3)" in doors.page("/channels")


def test_a_contact_that_stands_where_a_fields_name_belongs_is_shown_nowhere(doors: Doors) -> None:
    told = doors.lead("7", answers={"79990001122": "yes", "secret@example.com": "no"})
    assert told["unknown_fields"] == ["(contact)"]
    assert "79990001122" not in doors.page("/channels")
    refused = doors.client.post("/v1/leads", json={"id": "8", "+79990001122": "yes"})
    assert refused.status_code == 422
    assert "79990001122" not in refused.text


def test_spaces_around_an_id_name_nothing_else_at_any_door(any_doors: Doors) -> None:
    assert any_doors.lead("7405\n")["lead_id"] == "7405"
    assert any_doors.lead(" 7405")["stored"] is False
    assert any_doors.call("7405%20", id="c1 ")["stored"] is True
    assert any_doors.stage("Встреча", "%207405", id=" s1")["stored"] is True
    batches: list[tuple[str, dict[str, Any]]] = [
        ("leads", {"id": "7405 "}),
        ("calls", {"lead_id": "7405\r\n", "id": " c1", "result": "reached"}),
        ("stages", {"lead_id": " 7405", "id": "s1 ", "stage": "Встреча"}),
    ]
    for what, row in batches:
        (told,) = any_doors.client.post(f"/v1/batch/{what}", json=[row]).json()
        assert (told["status"], told["lead_id"], told["stored"]) == (201, "7405", False)
    assert any_doors.client.post("/v1/queue/7405%20/take", json={"manager": "Анна"}).status_code == 204
    known = any_doors.asked("/v1/leads/7405%20")
    assert (known["lead_id"], known["calls"], known["stages"]) == ("7405", 1, ["Встреча"])
    assert any_doors.client.delete("/v1/people/%207405").json()["leads"] == ["7405"]


def test_a_lead_that_an_earlier_version_stored_with_spaces_around_its_id_is_still_found(doors: Doors) -> None:
    moment = doors.clock()
    doors.service.desk.store.append([Lead(LeadId("7405 "), moment, moment)])
    assert doors.asked("/v1/leads/7405%20")["lead_id"] == "7405 "
    assert "7405" in doors.page("/leads/7405%20")
    assert doors.client.delete("/v1/people/7405%20").json()["leads"] == ["7405 "]


SECRETS = ("Секретова", "+79990001122", "secret@example.com")
WRONG_LEADS: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["body", "id"], "Field required"),
    ({"id": 7}, ["body", "id"], "valid string"),
    ({"id": ""}, ["body", "id"], "at least 1 character"),
    ({"id": " \n"}, ["body", "id"], "at least 1 character"),
    ({"id": "74\n05"}, ["body", "id"], "control character"),
    ({"id": "7", "contact": {"phone": [SECRETS[1]]}}, ["body", "contact", "phone"], "valid string"),
    ({"id": "7", "contact": {"telephone": SECRETS[1]}}, ["body", "contact", "telephone"], "not permitted"),
    ({"id": "7", "contact": {"name": "Секретова\0"}}, ["body", "contact", "name"], "zero character"),
    ({"id": "7", "answers": {"area": SECRETS[0]}}, ["body", "answers", "area"], "write it as 1234.50"),
    ({"id": "7", "answers": {"area": True}}, ["body", "answers", "area"], "write it as 1234.50"),
    ({"id": "7", "answers": {"renovation": SECRETS[0]}}, ["body", "answers", "renovation"], "yes, no, да or нет"),
    ({"id": "7", "answers": {"visit": SECRETS[0]}}, ["body", "answers", "visit"], "2026-03-31"),
    ({"id": "7", "answers": {"role": [SECRETS[0]]}}, ["body", "answers", "role"], "one answer, not a list"),
    (
        {"id": "7", "created_at": SECRETS[2]},
        ["body", "created_at"],
        "is no moment; write it as 2026-03-31T14:05:00+03:00",
    ),
    (
        {"id": "7", "created_at": "2026-03-02T09:00:00"},
        ["body", "created_at"],
        "no time zone; write it as 2026-03-31T14:05:00+03:00",
    ),
    ({"id": "7", "created_at": "2150-01-01T00:00:00Z"}, ["body", "created_at"], "lies in the future"),
    ({"id": "7", "created_at": "0001-01-01T00:00:00+14:00"}, ["body", "created_at"], "between 1970 and 2200"),
    ({"id": "7", "naem": SECRETS[0]}, ["body", "naem"], "not permitted"),
]


@pytest.mark.parametrize(("body", "place", "remedy"), WRONG_LEADS, ids=lambda value: str(value)[:60])
def test_a_wrong_lead_is_refused_by_field_and_remedy_without_repeating_what_was_sent(
    doors: Doors, body: dict[str, Any], place: list[str], remedy: str
) -> None:
    answer = doors.client.post("/v1/leads", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == place
    assert remedy in answer.json()["detail"][0]["msg"]
    assert "Value error" not in answer.text
    assert not any(secret in answer.text for secret in SECRETS)
    assert doors.service.desk.store.last_number() == 0


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("calls", {"result": "reached", "at": "2150-01-01T00:00:00Z"}, "at"),
        ("calls", {"result": "sang"}, "result"),
        ("calls", {"result": "reached", "seconds": -1}, "seconds"),
        ("calls", {"result": "reached", "seconds": 1e6}, "seconds"),
        ("calls", {"result": "call_back", "call_back_at": "9999-12-31T23:59:59-14:00"}, "call_back_at"),
        ("stages", {"stage": "Договор", "at": "2150-01-01T00:00:00Z"}, "at"),
        ("stages", {"stage": "Договор", "amount": -5}, "amount"),
        ("stages", {"stage": ""}, "stage"),
        ("stages", {"stage": "Договор", "id": "s\t1"}, "id"),
        ("calls", {"result": "reached", "id": "c\x001"}, "id"),
    ],
    ids=str,
)
def test_a_wrong_call_or_stage_is_refused_by_field(doors: Doors, path: str, body: dict[str, Any], field: str) -> None:
    doors.lead("7")
    number = doors.service.desk.store.last_number()
    answer = doors.client.post(f"/v1/leads/7/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]
    assert doors.service.desk.store.last_number() == number


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "7", "answers": {"role": 1e400}}',
        b'{"id": "7", "answers": {"role": NaN}}',
        b'{"id": "7", "answers": {"role": "\\ud800"}}',
        b'{"id": "7", "answers": {"\\ud800": "x"}}',
        b'{"id": "7", "marks": {"\\ud800": "x"}}',
        b'{"id": "\\ud800"}',
        b'{"id": "7", "\\ud800": 1}',
        b'{"id": "7"',
        b"[]",
    ],
    ids=lambda body: body.decode(),
)
def test_json_that_no_store_could_keep_is_refused_and_the_pages_go_on(doors: Doors, body: bytes) -> None:
    answer = doors.client.post("/v1/leads", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert doors.service.desk.store.last_number() == 0
    assert doors.queue() == []


def test_answers_are_understood_in_the_ways_that_people_write_them(doors: Doors) -> None:
    said = {
        "area": "1 200,5",
        "renovation": "Да",
        "visit": "2026-03-31T10:00",
        "extras": "штора",
        "role": "  юр  лицо ",
    }
    doors.lead("7", answers={**said, "need": None})
    answers = {"area": 1200.5, "renovation": "yes", "visit": "2026-03-31", "extras": ["штора"], "role": "юр лицо"}
    assert doors.asked("/v1/leads/7")["answers"] == answers


def test_a_lead_sent_again_without_its_contact_keeps_it(doors: Doors) -> None:
    contact = {"name": "Анна", "phone": "+7 912 345-67-89", "email": "anna@example.com"}
    doors.lead(contact=contact)
    assert not doors.lead()["stored"]
    assert not doors.lead(contact={"name": "Анна"})["stored"]
    assert "+7 912 345-67-89" in doors.page("/leads/7")
