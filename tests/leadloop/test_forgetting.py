"""A person is forgotten everywhere: every file of a trained, imported, served and backed-up company is searched for her."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from features.facts.store import FactStore
from features.facts.values import Call, Lead, LeadId
from tests.leadloop.command_line import CALLS, LEADS, Small, started, wait_until_ready, write_rows
from tests.support.free_port import free_port

NAME, PHONE, EMAIL = "Аглая Епанчина", "8 912 345-67-89", "Aglaya@Epanchin.example"
SIGNS = tuple(
    sign.encode() for sign in ("глая", "панчин", "Aglaya", "aglaya", "panchin", PHONE, "9123456789", "345-67-89")
)
NOTE = "Аглая просила звонить на +7 (912) 345 67 89"
ROWS = (
    ("a1", "2026-03-02 12:00", NAME, PHONE, EMAIL, "owner", "60", "google", "c1"),
    ("a2", "2026-03-03 12:00", "Епанчина А.", "", EMAIL, "owner", "60", "google", f"письмо {EMAIL}"),
    ("a3", "2026-03-04 12:00", NAME, "+7 (912) 345 67 89", "", "tenant", "40", "vk", "c2"),
    ("other", "2026-03-04 13:00", "Иван", "+7 916 111-22-33", "ivan@example.com", "tenant", "40", "vk", "c2"),
    ("a4", "not a day", NAME, PHONE, EMAIL, "owner", "60", "google", "c1"),
)


def files_with_her(folder: Path) -> list[str]:
    """Return the files below a folder in which she is named, however her name and number are written in them."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            digits = re.sub(rb"[ ()\-]", b"", data)
            if any(sign in data for sign in SIGNS) or b"9123456789" in digits:
                found.append(path.relative_to(folder).as_posix())
    return found


def back_up(home: Path) -> None:
    """Copy the database as a backup does, while somebody else has it open."""
    (home / "backups").mkdir(exist_ok=True)
    with sqlite3.connect(home / "leadloop.db") as now, sqlite3.connect(home / "backups" / "leadloop.db") as copy:
        now.backup(copy)
    now.close()
    copy.close()


@pytest.fixture
def company(trained: Small) -> Small:
    """Give a trained company that she left requests with, one of them turned away."""
    folder = trained.folder / "later"
    folder.mkdir()
    write_rows(folder / "leads.csv", (LEADS, *ROWS))
    write_rows(
        folder / "calls.csv", (CALLS, ("x1", "a1", "2026-03-02 15:00", "Анна", "180", "reached", "yes", "yes", ""))
    )
    trained.done("import", str(folder / "leads.csv"), str(folder / "calls.csv"))
    return trained


def test_nothing_in_the_data_folder_names_her_any_more(company: Small) -> None:
    port, log = free_port(), company.folder / "server.log"
    assert "leadloop.db" not in "".join(files_with_her(company.home))
    process = started("serve", "--port", str(port), *company.place, LEADLOOP_API_KEY="admin-key", LEADLOOP_OPEN="")
    address, key = f"http://127.0.0.1:{port}", {"x-api-key": "admin-key"}
    try:
        wait_until_ready(process, address)
        with httpx.Client(base_url=address, headers=key, timeout=30) as client:
            said = {
                "result": "reached",
                "manager": "Анна",
                "comment": NOTE,
                "attracts": "Аглае нравится вид",
                "ideal_product": PHONE,
            }
            assert client.post("/v1/leads/a1/calls", json=said).status_code == 201
            assert (
                client.post(
                    "/v1/leads/a1/stages", json={"stage": "lost", "reason": f"не дозвонились {PHONE}"}
                ).status_code
                == 201
            )
            assert NOTE.split()[0] in client.get("/leads/a1", headers={"accept": "text/html"}).text
            back_up(company.home)  # what stands in choices and marks is sealed in no backup, see docs/security.md
            marks = {"campaign": EMAIL, "ad": PHONE, "landing_page": f"/okna?mail={EMAIL.replace('@', '%40')}"}
            sent = {"id": "a5", "contact": {"phone": PHONE}, "marks": marks, "answers": {"role": NAME}}
            assert client.post("/v1/leads", json=sent, headers={"idempotency-key": EMAIL}).status_code == 201
            assert client.post("/v1/score", json={"marks": marks}).status_code == 200
            for unknown in ("nobody", "a4"):
                assert client.delete(f"/v1/people/{unknown}").status_code == 404
            forgotten = client.delete("/v1/people/a3")
            assert (forgotten.status_code, forgotten.json()) == (
                200,
                {"leads": ["a1", "a2", "a3", "a5"], "once": [], "shared": []},
            )
            assert client.delete("/v1/people/a1").json()["leads"] == ["a1", "a2", "a3", "a5"]
            for lead_id in ("a1", "a2", "a3"):
                card = client.get(f"/leads/{lead_id}", headers={"accept": "text/html"})
                assert card.status_code == 200
                assert not any(sign.decode() in card.text for sign in SIGNS)
            assert client.get("/v1/leads/a3").json()["earlier_requests"] == ["a1", "a2"]
            assert "ivan@example.com" in client.get("/leads/other", headers={"accept": "text/html"}).text
            client.get("/queue", headers={"accept": "text/html"})
            client.get("/channels", headers={"accept": "text/html"})
    finally:
        process.terminate()
        log.write_text(process.communicate(timeout=30)[0], encoding="utf-8")
    assert files_with_her(company.home) == []
    assert files_with_her(log.parent) == ["later/leads.csv"]  # the company's own export, which is not ours to change
    assert {"mlflow.db", "models", "backups", "rejects"} <= {path.name for path in company.home.iterdir()}
    assert "0 differ." in company.done("rebuild")


def test_facts_keep_what_names_nobody_and_an_old_file_does_not_bring_her_back(company: Small) -> None:
    from features.facts.forgetting import forget_person
    from leadloop.commands._house import now

    engine = engine_for(f"sqlite:///{company.home / 'leadloop.db'}")
    give_keyring(engine, keyring_in(company.home))
    store, book = FactStore(engine), ContactBook(engine, b"")
    before = {name: store.history(LeadId(name)) for name in ("a1", "other")}
    forget_person(engine, LeadId("a2"), texts=frozenset(), moment=now())
    after = store.history(LeadId("a1"))
    assert store.history(LeadId("other")) == before["other"]
    for old, new in zip(before["a1"].stored, after.stored, strict=True):
        assert (old.number, old.fact.at, old.fact.known_at) == (new.number, new.fact.at, new.fact.known_at)
    leads = [one.fact for one in after.stored if isinstance(one.fact, Lead)]
    olds = [one.fact for one in before["a1"].stored if isinstance(one.fact, Lead)]
    assert leads[0].answers == olds[0].answers
    assert set(leads[0].person_keys).isdisjoint(olds[0].person_keys)
    assert [one.fact.answers for one in after.stored if isinstance(one.fact, Call)] == [
        {"need": "yes", "budget": "yes"}
    ]
    number = store.last_number()
    again = company.folder / "later" / "again.csv"
    write_rows(again, (LEADS, *ROWS[:3], ("new", "2026-03-05 12:00", "Пётр", "", "", "owner", "", "vk", "")))
    company.done("import", str(again))
    assert store.last_number() <= number + 4  # the new lead, and the mark that repeated her e-mail
    assert book.contact(LeadId("a1")) == Contact(None, None, None)
    engine.dispose()
    assert files_with_her(company.home) == []


def test_no_other_worker_writes_her_back(imported: Small) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), "--workers", "2", *imported.place)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(process, address)
        with httpx.Client(base_url=address, limits=httpx.Limits(max_keepalive_connections=0), timeout=30) as client:
            sent = {"id": "n1", "answers": {"role": f"для {NAME}"}, "contact": {"name": NAME, "phone": PHONE}}
            assert client.post("/v1/leads", json=sent).status_code == 201
            asked_of_both(client)
            assert client.delete("/v1/people/n1").json()["leads"] == ["n1"]
            asked_of_both(client)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert files_with_her(imported.home) == []


def asked_of_both(client: httpx.Client) -> None:
    """Look at the queue so often, each time by a connection of its own, that either worker is asked."""
    for _ in range(24):
        assert client.get("/v1/queue").json()["waiting"] > 0
