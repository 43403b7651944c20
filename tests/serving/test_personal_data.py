"""Who sees personal data: a manager of his own leads, the head of sales, the administrator, and nobody else anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from features.facts.database import reading, writing
from features.facts.tables import SCORES
from features.facts.values import Call, LeadId
from serving.gate.audit import AuditLog, Entry
from serving.gate.roles import ROUTES
from tests.serving.doors import PHONE_WRITTEN, Doors, eventually, open_doors, promote
from tests.serving.people import HTML, browser, program, signed_in
from tests.support.facts import NOON

ANNA = {"name": "Анна Каренина", "phone": PHONE_WRITTEN, "email": "anna@levin.ru"}
MARKS = {
    "source": "anna@levin.ru", "campaign": f"звонить {PHONE_WRITTEN}", "ad": "для anna@levin.ru", "offer": PHONE_WRITTEN,
    "landing_page": "/okna?mail=anna@levin.ru",
}  # fmt: skip
SECRETS = ("Каренина", "345-67-89", "anna@levin.ru")


@pytest.fixture
def closed(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    promote(tmp_path)
    with open_doors(tmp_path, sqlite_engine, open_to="") as opened:
        crm = program(opened, "write")
        for lead_id in ("7", "taken", "spoken"):
            assert crm.post("/v1/leads", json={"id": lead_id, "contact": ANNA, "marks": MARKS}).status_code == 201
        crm.post("/v1/queue/taken/take", json={"manager": "Борис"})
        crm.post(
            "/v1/leads/spoken/calls", json={"result": "reached", "manager": "Борис", "comment": "звонить Карениной"}
        )
        yield opened


@pytest.mark.parametrize("role", ["marketer", "analyst"])
def test_no_page_and_no_answer_shows_a_marketer_or_an_analyst_a_person(closed: Doors, role: str) -> None:
    client = signed_in(closed, role)
    opened = 0
    for route in ROUTES:
        if route.method != "GET" or route.path.startswith(("/static", "/sign-in", "/welcome")):
            continue
        path = route.path.replace("{lead_id:path}", "spoken").replace("{version}", "champion").replace("{system}", "x")
        answer = client.get(path, headers=HTML)
        opened += answer.status_code == 200
        assert not any(secret in answer.text for secret in SECRETS), path
    assert opened >= 5


def test_a_manager_opens_what_waits_for_him_and_what_is_his(closed: Doors) -> None:
    anna, boris = signed_in(closed, "manager"), signed_in(closed, "manager", "boris@firma.ru", "Борис")
    assert "345-67-89" in anna.get("/leads/7", headers=HTML).text
    for lead_id in ("taken", "spoken"):
        page = anna.get(f"/leads/{lead_id}", headers=HTML)
        assert page.status_code == 403
        assert not any(secret in page.text for secret in SECRETS)
        assert boris.get(f"/leads/{lead_id}").status_code == 200


def test_a_manager_neither_takes_nor_calls_anothers_lead_and_acts_in_no_other_name(closed: Doors) -> None:
    anna, store = signed_in(closed, "manager"), closed.service.desk.store
    before = store.last_number()
    for lead_id in ("taken", "spoken"):
        assert anna.post(f"/queue/{lead_id}/take", data={"manager": "Борис"}).status_code == 403
        assert anna.post(f"/leads/{lead_id}/calls", data={"result": "reached", "manager": "Борис"}).status_code == 403
    assert store.last_number() == before
    assert (
        anna.post("/queue/7/take", data={"manager": "Борис"}).headers["location"].startswith("/leads/7?manager=%D0%90")
    )
    assert anna.post("/leads/7/calls", data={"result": "reached", "manager": "Борис"}).status_code == 303
    page = signed_in(closed, "head").get("/leads/7", headers=HTML).text
    assert "Борис" not in page.split('id="record-call"')[0]


def test_a_call_is_stored_of_whoever_had_the_card_open_though_a_colleague_was_quicker(closed: Doors) -> None:
    anna, boris = signed_in(closed, "manager"), signed_in(closed, "manager", "boris@firma.ru", "Борис")
    (word,) = re.findall(r'name="opened" value="([^"]+)"', anna.get("/leads/7", headers=HTML).text)
    assert boris.post("/queue/7/take", data={"manager": "Борис"}).status_code == 303
    late = anna.post("/queue/7/take", data={"manager": "Анна"}, headers=HTML)
    assert (late.status_code, "Заявку уже ведёт другой менеджер" in late.text) == (403, True)
    assert (
        anna.post("/leads/7/calls", data={"result": "reached", "seconds": "0" * 5000, "opened": word}).status_code
        == 422
    )
    told = {"result": "reached", "comment": "9:40, адрес", "opened": word}
    assert anna.post("/leads/taken/calls", data=told).status_code == 403  # the word is of another lead
    assert boris.post("/leads/7/calls", data=told).status_code == 303  # he holds it
    assert anna.post("/leads/7/calls", data=told).status_code == 303
    assert [one.manager for one in closed.service.desk.store.history(LeadId("7")).facts if isinstance(one, Call)] == [
        "Борис", "Анна",
    ]  # fmt: skip


def test_a_manager_sees_his_own_queue_whatever_he_asks_for(closed: Doors) -> None:
    anna = signed_in(closed, "manager")
    for asked in ("", "?manager=Борис"):
        page = anna.get(f"/queue{asked}", headers=HTML).text
        assert "<b>taken</b>" not in page
        assert 'id="manager"' not in page
    assert "<b>taken</b>" in signed_in(closed, "head").get("/queue?manager=Борис", headers=HTML).text


def test_whoever_saw_or_changed_something_stands_in_the_log_and_nothing_of_what_it_was(closed: Doors) -> None:
    head, anna = signed_in(closed, "head"), signed_in(closed, "manager")
    head.get("/leads/7")
    anna.get("/leads/taken")
    anna.post("/leads/7/calls", data={"result": "reached", "comment": "Каренина"})
    browser(closed).get("/leads/7")
    head.get("/channels")
    audit = closed.service.audit
    eventually(lambda: len(audit.entries(most=1_000)) >= 9)
    told = [
        (one.who.partition(":")[0], one.role, f"{one.method} {one.route}", one.lead_id, one.status)
        for one in audit.entries()
    ]
    assert ("person", "head", "GET /leads/{lead_id:path}", "7", 200) in told
    assert ("person", "manager", "GET /leads/{lead_id:path}", "taken", 403) in told
    assert ("person", "manager", "POST /leads/{lead_id:path}/calls", "7", 303) in told
    assert ("key", "write", "POST /v1/leads", None, 201) in told
    assert ("nobody", "", "GET /leads/{lead_id:path}", "7", 401) in told
    assert not any("channels" in route for _, _, route, _, _ in told)
    assert {one.lead_id for one in audit.entries(lead_id="taken")} == {"taken"}
    page = signed_in(closed, "admin").get("/audit?lead=7", headers=HTML)
    assert "head@firma.ru" in page.text
    assert not any(secret in page.text for secret in SECRETS)


def test_a_score_on_its_way_into_the_log_is_cleaned_as_well_when_its_person_is_forgotten(closed: Doors) -> None:
    machine = program(closed, "admin")
    for _ in range(20):
        assert machine.post("/v1/score", json={"marks": {"campaign": ANNA["email"]}}).status_code == 200
    assert machine.delete("/v1/people/7").status_code == 200
    closed.service.writer.settle()
    with reading(closed.service.desk.store.engine) as connection:
        rows = connection.execute(select(SCORES.c.row).where(SCORES.c.lead_id.is_(None))).scalars().all()
    assert [orjson.loads(row)["campaign"] for row in rows] == ["(contact)"] * 20


def test_whoever_came_upon_our_own_mistake_stands_in_the_log_too(
    closed: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(closed.service.desk.store, "history", broken)
    with pytest.raises(ZeroDivisionError):
        signed_in(closed, "head").get("/leads/7")
    audit = closed.service.audit
    eventually(lambda: any(one.status == 500 for one in audit.entries()))
    assert [(one.route, one.lead_id) for one in audit.entries() if one.status == 500] == [
        ("/leads/{lead_id:path}", "7")
    ]


def test_the_log_is_only_added_to(engine: Engine) -> None:
    audit = AuditLog(engine)
    audit.put(Entry(NOON, "person:1", "head", "GET", "/leads/{lead_id:path}", "7", 200))
    audit.close()
    for change in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError), writing(engine) as connection:
            connection.execute(text(change))
    assert [(one.at, one.who) for one in audit.entries()] == [(NOON, "person:1")]


@pytest.mark.parametrize("lead_id", ["x" * 5_000, "7\0", "ы" * 201], ids=["long", "nul", "russian"])
def test_no_lead_that_somebody_names_keeps_the_lines_beside_it_out_of_the_log(engine: Engine, lead_id: str) -> None:
    audit = AuditLog(engine)
    for who, lead in (("person:1", "7"), ("nobody", lead_id), ("person:2", "8")):
        audit.put(Entry(NOON, who, "head", "GET", "/leads/{lead_id:path}", lead, 200))
    audit.close()
    assert [one.who for one in audit.entries()] == ["person:2", "nobody", "person:1"]


def test_every_answer_tells_a_browser_to_run_nothing_of_others_and_to_keep_nothing(closed: Doors) -> None:
    head = signed_in(closed, "head")
    for path in ("/queue", "/leads/7", "/channels", "/models", "/account", "/nowhere"):
        headers = head.get(path, headers=HTML).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
    assert program(closed, "read").get("/v1/leads/7").headers["cache-control"] == "no-store"
    refused = browser(closed).get("/v1/leads/7")
    assert (refused.status_code, refused.headers["cache-control"]) == (401, "no-store")
    assert "cache-control" not in browser(closed).get("/static/leadloop.css").headers


def test_over_https_a_browser_is_told_to_stay_there(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="", base_url="https://leadloop.example") as opened:
        assert opened.client.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"


SCRIPT = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>"


def test_whatever_a_lead_says_stays_text_on_every_page(closed: Doors) -> None:
    crm = program(closed, "write")
    sent = {"id": SCRIPT, "contact": {"name": SCRIPT}, "marks": {"source": SCRIPT, "campaign": SCRIPT, "offer": SCRIPT}}
    assert crm.post("/v1/leads", json={**sent, "answers": {"role": SCRIPT, SCRIPT: 1}}).status_code == 201
    call = {"result": "reached", "manager": SCRIPT, "comment": SCRIPT, "answers": {"need": "yes"}}
    head = signed_in(closed, "head")
    from urllib.parse import quote

    assert crm.post(f"/v1/leads/{quote(SCRIPT, safe='')}/calls", json=call).status_code == 201
    for path in (
        f"/leads/{quote(SCRIPT, safe='')}",
        "/queue",
        "/channels",
        "/channels?level=campaign",
        f"/queue?manager={quote(SCRIPT)}",
    ):
        page = head.get(path, headers=HTML)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "onchange=" not in page.text
