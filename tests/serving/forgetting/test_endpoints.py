"""Who asks to be forgotten is forgotten with all that is told of her again; nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, text

from features.facts.contacts import ContactBook
from features.facts.database import engine_for, reading
from features.facts.keyring import give_keyring, keyring_in
from features.facts.values import LeadId
from serving.open_leads.board import Board
from serving.wiring import service_of
from tests.serving.doors import Doors

PERSON = {"name": "Зинаида Кукушкина", "phone": "8 916 555-01-01", "email": "kukushkina@xmail.ru"}
RECORD = "out-20261127-79165550101-113.wav"
LEAD: dict[str, Any] = {
    "answers": {"role": "Кукушкина дача", "extras": ["ставни", "для kukushkina@xmail.ru"]},
    "marks": {"source": "vk", "keyword": "Кукушкина окна", "landing_page": "/x?phone=79165550101"},
    "manager": "Кукушкина",
    "contact": PERSON,
}
SIGNS = ("укушкин", "\\u043a\\u0443\\u043a\\u0443", "9165550101", "555-01-01", "kukushkina")
TABLES = ("facts", "contacts", "persons", "scores", "kept_answers", "outbox")


def kept(engine: Engine) -> str:
    """Return whatever the database holds in words."""
    with reading(engine) as connection:
        return "".join(str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in TABLES)


def named_in(doors: Doors) -> list[str]:
    """Return by what she is still recognised in the database."""
    doors.service.desk.settle()
    said = kept(doors.service.desk.store.engine)
    return [sign for sign in SIGNS if sign in said]


def forget(doors: Doors, lead_id: str, **contact: str) -> dict[str, Any]:
    answer = doors.client.request("DELETE", f"/v1/people/{lead_id}", json=contact or None)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def tell_all(doors: Doors) -> None:
    """Send whatever a CRM and its telephony tell of her."""
    doors.client.post("/v1/leads", json={"id": "7", **LEAD}, headers={"Idempotency-Key": "k7"})
    doors.call(id=RECORD, comment="Кукушкина просит замер")
    doors.stage("Отказ Кукушкина", id="9165550101", reason="Кукушкина переехала")
    doors.client.post("/v1/queue/7/take", json={"manager": "Кукушкина"})
    doors.queue()


def test_nothing_that_was_told_of_her_names_her_not_even_the_ids_of_calls(any_doors: Doors) -> None:
    tell_all(any_doors)
    assert set(named_in(any_doors)) >= {"укушкин", "9165550101"}
    assert forget(any_doors, "7") == {"leads": ["7"], "once": [], "shared": []}
    assert named_in(any_doors) == []


def test_what_was_counted_for_the_next_start_goes_where_it_repeats_her(doors: Doors) -> None:
    home = doors.service.settings.home
    for name, stays in (("Прохор", True), ("Кукушкина", False)):
        (home / "day.json").write_text('{"rates": [[["vk", "кукушкина окна"], 3, 1]]}', encoding="utf-8")
        doors.lead(name, contact={"name": name})
        forget(doors, name)
        assert (home / "day.json").exists() == stays


def test_what_a_crm_tells_of_her_again_brings_nothing_back_and_a_call_is_known_again(any_doors: Doors) -> None:
    tell_all(any_doors)
    forget(any_doors, "7")
    before = any_doors.asked("/v1/leads/7")
    again = any_doors.lead(**LEAD)
    assert again["stored"] is False
    any_doors.call(id=RECORD, comment="Кукушкина просит замер")
    any_doors.lead(**{**LEAD, "answers": {"role": "Кукушкина новый дом"}})
    any_doors.queue()
    told = any_doors.asked("/v1/leads/7")
    assert (told["calls"], told["marks"], told["answers"]["role"]) == (1, before["marks"], "· · ·")
    assert named_in(any_doors) == []


def test_words_that_repeat_somebody_forgotten_before_are_left_out_once_her_contact_is_sent_along(doors: Doors) -> None:
    doors.lead(contact=PERSON)
    forget(doors, "7")
    doors.lead(answers={"role": "Кукушкина дача"}, marks={"keyword": "Кукушкина окна"})
    doors.queue()
    forget(doors, "7")
    assert named_in(doors) == ["укушкин"]  # nothing tells any more whose name that is
    assert forget(doors, "7", name="Кукушкина")["leads"] == ["7"]
    assert named_in(doors) == []
    assert doors.asked("/v1/leads/7")["answers"] == {"role": "· ·"}
    assert doors.client.request("DELETE", "/v1/people/7", json={"nickname": "x"}).status_code == 422


def test_managers_and_stages_that_other_leads_have_too_keep_their_names(doors: Doors) -> None:
    doors.lead("8", manager="Анна")
    doors.stage("Анна готовит договор", "8")
    doors.lead("7", manager="Анна", contact={"name": "Анна Зимина"})
    doors.stage("Анна готовит договор", "7")
    doors.stage("Зимина переехала", "7")
    forget(doors, "7")
    doors.lead("7", manager="Анна", contact={"name": "Анна Зимина"})
    assert doors.asked("/v1/leads/7")["stages"] == ["Анна готовит договор", "(contact)"]
    assert "Анна" in kept(doors.service.desk.store.engine)


def test_a_call_that_an_earlier_version_left_under_its_plain_id_is_not_told_twice(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.lead(contact=PERSON)
    doors.call(id="c-1")
    with monkeypatch.context() as earlier:
        earlier.setattr("features.facts.kept_of_forgotten.id_token", lambda of, _: of)
        forget(doors, "7")
    doors.call(id="c-1", comment="снова")
    assert doors.asked("/v1/leads/7")["calls"] == 1
    forget(doors, "7")
    doors.call(id="c-1", comment="и снова")
    assert doors.asked("/v1/leads/7")["calls"] == 1
    assert "c-1" not in kept(doors.service.desk.store.engine)


def test_a_lead_whose_mistaken_phone_was_corrected_stays_and_is_told_of(any_doors: Doors) -> None:
    engine = any_doors.service.desk.store.engine
    any_doors.lead("x2", contact={"name": "Ольга", "phone": "+79165557001"}, answers={"role": "дом"})
    any_doors.lead("x1", contact={"name": "Пётр", "phone": "+79165557001"})
    any_doors.lead("x2", contact={"phone": "+79165557002"})
    assert any_doors.asked("/v1/leads/x1")["earlier_requests"] == []
    assert forget(any_doors, "x1") == {"leads": ["x1"], "once": ["x2"], "shared": []}
    kept_of = ContactBook(engine, b"").contact(LeadId("x2"))
    assert (kept_of.name, kept_of.phone) == ("Ольга", "+79165557002")
    assert any_doors.asked("/v1/leads/x2")["answers"] == {"role": "дом"}
    any_doors.lead("x3", contact={"phone": "+79165557001"})
    assert any_doors.asked("/v1/leads/x3")["earlier_requests"] == []
    assert forget(any_doors, "x2") == {"leads": ["x2"], "once": [], "shared": []}


def test_a_filler_that_many_share_links_nobody_and_the_answer_says_so(any_doors: Doors) -> None:
    for n in range(12):
        any_doors.lead(f"y{n}", contact={"phone": f"+792600000{n:02}", "email": "no@mail.ru"})
        any_doors.lead(f"z{n}", contact={"name": f"Клиент {n}", "phone": "+7 999 999-99-99"})
    any_doors.lead("again", contact={"phone": "+79260000007", "email": "no@mail.ru"})
    assert any_doors.asked("/v1/leads/again")["earlier_requests"] == ["y7"]
    assert forget(any_doors, "z3") == {"leads": ["z3"], "once": [], "shared": [12]}
    assert forget(any_doors, "y7") == {"leads": ["again", "y7"], "once": [], "shared": [13]}
    assert ContactBook(any_doors.service.desk.store.engine, b"").contact(LeadId("y2")).email == "no@mail.ru"


@contextmanager
def another_process(doors: Doors) -> Iterator[Board]:
    """Give the board of a second server of the same company."""
    settings = doors.service.settings
    engine = engine_for(settings.database_url)
    give_keyring(engine, keyring_in(settings.home))
    yield service_of(settings, engine).board
    engine.dispose()


def test_the_board_of_another_process_reads_her_leads_anew(any_doors: Doors) -> None:
    any_doors.lead(**LEAD)
    any_doors.lead("8", answers={"role": "дом"})
    with another_process(any_doors) as board:
        moment = any_doors.clock()
        (before, other) = sorted(board.look(moment).places, key=lambda one: one.candidate.lead.known.lead_id)
        assert "укушкин" in str(before.candidate.lead.known.answers)
        forget(any_doors, "7")
        after = {one.candidate.lead.known.lead_id: one.candidate.lead for one in board.look(any_doors.clock()).places}
        assert not any(sign in str(after[LeadId("7")]) for sign in SIGNS)
        assert after[LeadId("8")] is other.candidate.lead
