"""From amoCRM to a score and back, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from features.facts.tables import CRM_INBOX, FACTS, OUTBOX
from features.facts.values import LeadId
from leadloop.connecting import amocrm
from tests.crm.house import CrmHouse, crm_house
from tests.crm.standins.amocrm import LOST, MEETING, TOKEN, WON, AmoCrmStandIn
from tests.crm.standins.server import Answer

SECRET = "a-long-random-word"
CRM = """\
crm:
  system: amocrm
  address: ADDRESS
  fields: {area: 101, role: 102, need: 103, budget: 104, urgency: 105}
  stages: {3177727/31770001: Новая, 3177727/31770002: Встреча, 3177727/142: Продано, 3177727/143: Отказ}
  managers: {504141: Анна}
  write_back: {score: 301, grade: 302, reasons: 303}
"""


@pytest.fixture
def account() -> Iterator[AmoCrmStandIn]:
    made = AmoCrmStandIn()
    yield made
    made.close()


@pytest.fixture
def made(tmp_path: Path, account: AmoCrmStandIn) -> Iterator[CrmHouse]:
    secrets = {"LEADLOOP_AMOCRM_TOKEN": TOKEN, "LEADLOOP_AMOCRM_PATH_SECRET": SECRET}
    crm = CRM.replace("ADDRESS", account.address)
    with crm_house(tmp_path, account, crm, f"/crm/amocrm/{SECRET}", secrets) as opened:
        opened.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        account.bucket.burst = 10_000
        yield opened


def test_a_lead_is_scored_with_its_contact_and_its_score_is_written_back_once(
    made: CrmHouse, account: AmoCrmStandIn
) -> None:
    person = account.contact("Мария Иванова", "+7 916 123-45-67")
    number = account.add(contact=person, f101="120", f102="владелец", f201="yandex")
    assert account.told == [200]
    made.turn()
    lead = made.lead(str(number))
    assert lead.answers == {"area": 120.0, "role": "владелец"}
    assert (lead.manager, lead.contact_quality["has_phone"]) == ("Анна", "yes")
    assert made.source(str(number)).marks == {"source": "yandex"}
    assert account.value(number, 302) == "ungraded"
    made.heard(2)
    before = (made.count(FACTS), made.scores(), made.count(OUTBOX))
    made.ahead += timedelta(minutes=5)
    made.turn()
    assert (made.count(FACTS), made.scores(), made.count(OUTBOX)) == before


def test_calls_of_a_lead_and_of_its_contact_are_calls_and_a_voicemail_is_no_talk(
    made: CrmHouse, account: AmoCrmStandIn
) -> None:
    person = account.contact("Мария", "+79161234567")
    number = account.add(contact=person)
    account.call(number, status=6, seconds=0)
    account.call(person, kind="contacts", status=4, seconds=185)
    account.call(number, status=4, seconds=0, way="call_in")
    made.turn()
    results = {(one.result, one.seconds) for one in made.calls(str(number))}
    assert results == {("no_answer", 0.0), ("reached", 185.0)}


def test_a_lead_that_is_won_brings_its_price_and_a_lost_one_its_reason(made: CrmHouse, account: AmoCrmStandIn) -> None:
    won, lost = account.add(f101="50"), account.add(f101="60")
    made.turn()
    account.move(won, MEETING)
    made.turn()
    account.move(won, WON, price=22_500)
    account.leads[lost]["_embedded"]["loss_reason"] = [{"id": 1, "name": "Дорого"}]
    account.move(lost, LOST)
    made.turn()
    assert [(one.stage, one.amount) for one in made.stages(str(won))] == [
        ("Новая", None),
        ("Встреча", None),
        ("Продано", 22_500.0),
    ]
    assert made.stages(str(lost))[-1].reason == "Дорого"


def test_what_messages_missed_is_found_page_by_page(
    made: CrmHouse, account: AmoCrmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amocrm, "PAGE", 20)
    account.is_silent = True
    numbers = [account.add(f101=str(one + 1)) for one in range(45)]
    assert made.look_through().failed == []
    assert made.lead(str(numbers[-1])).answers == {"area": 45.0}
    assert made.look_through().taking.facts == 0


def test_a_wrong_secret_is_answered_403_and_nothing_is_kept(made: CrmHouse, account: AmoCrmStandIn) -> None:
    form = {"leads[add][0][id]": "7"}
    assert httpx.post(f"{made.url}/crm/amocrm/guess", data=form).status_code == 403
    assert httpx.post(f"{made.url}/crm/amocrm/{SECRET}", data={"leads[add][0][id]": "x"}).status_code == 422
    assert httpx.post(f"{made.url}/crm/bitrix24", data=form).status_code == 404
    assert made.count(CRM_INBOX) == 0


def test_several_entities_in_one_body_are_heard_each(made: CrmHouse) -> None:
    form = {
        "leads[status][0][id]": "7",
        "leads[update][1][id]": "8",
        "contacts[add][0][id]": "9",
        "leads[add][0][id]": "10",
    }
    assert httpx.post(f"{made.url}/crm/amocrm/{SECRET}", data=form).json() == {"heard": 4}
    assert httpx.post(f"{made.url}/crm/amocrm/{SECRET}", data=form).json() == {"heard": 4}
    assert made.count(CRM_INBOX) == 4


def test_too_many_requests_are_waited_for_and_a_wrong_token_is_told(made: CrmHouse, account: AmoCrmStandIn) -> None:
    waited: list[float] = []
    made.desk.connector._asker._pace.sleep = waited.append  # type: ignore[attr-defined]
    number = account.add(f101="50")
    account.faults = [account.over_limit()]
    made.hear()
    assert waited
    assert made.lead(str(number)).answers == {"area": 50.0}
    account.update(number, f101="51")
    account.faults = [Answer(401, {"title": "Unauthorized"})]
    assert "LEADLOOP_AMOCRM_TOKEN" in made.hear().failed[0]
    made.ahead += timedelta(minutes=2)
    made.hear()
    assert made.lead(str(number)).answers == {"area": 51.0}


def contact_of(made: CrmHouse, number: int) -> str | None:
    """Return the phone that is kept of a lead."""
    contact = made.house.contacts.contact(LeadId(str(number)))
    return contact.phone or contact.email if contact else None


@pytest.mark.parametrize("is_silent", [False, True], ids=["told", "found by looking"])
def test_what_a_form_left_is_a_lead_before_anybody_accepts_it_and_has_its_person_from_then_on(
    made: CrmHouse, account: AmoCrmStandIn, is_silent: bool
) -> None:
    account.is_silent = is_silent
    person = account.contact("Мария", "+7 916 123-45-67")
    uid, number = account.come_in(contact=person, f101="120.5", f201="yandex")
    made.turn()
    assert made.lead(str(number)).answers == {"area": 120.5}
    assert made.source(str(number)).marks == {"source": "yandex"}
    assert 0 < account.value(number, 301) < 100
    assert contact_of(made, number) is None
    facts = made.count(FACTS)
    made.turn()
    assert made.count(FACTS) == facts
    account.accept(uid)
    made.turn()
    assert contact_of(made, number) == "+7 916 123-45-67"
    assert made.stages(str(number))[-1].stage == "Новая"


@pytest.mark.parametrize(("category", "way"), [("sip", "+7 916 765-43-21"), ("mail", "ivan@example.com")])
def test_whom_an_incoming_call_or_letter_is_from_is_known_before_it_is_accepted(
    made: CrmHouse, account: AmoCrmStandIn, category: str, way: str
) -> None:
    _, number = account.come_in(category)
    made.turn()
    assert contact_of(made, number) == way
    before = (made.count(FACTS), made.scores())
    for _ in range(2):
        made.turn()
    assert (made.count(FACTS), made.scores()) == before


def test_what_is_declined_is_gone_there_and_only_noted_here(made: CrmHouse, account: AmoCrmStandIn) -> None:
    uid, number = account.come_in(f101="50")
    made.turn()
    account.decline(uid)
    made.turn()
    assert made.lead(str(number)).answers == {"area": 50.0}
    known = made.book.known("lead", [str(number)])[str(number)]
    assert known.deleted_at is not None


def test_all_that_came_in_while_nobody_listened_is_found_page_by_page(
    made: CrmHouse, account: AmoCrmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amocrm, "PAGE", 5)
    account.is_silent = True
    numbers = [account.come_in(f101=str(one + 1))[1] for one in range(12)]
    found = [one for page in made.desk.connector.changed("unsorted", made.clock() - timedelta(days=1)) for one in page]
    assert sorted(one.record_id for one in found) == sorted(map(str, numbers))
    assert made.look_through().failed == []
    assert made.lead(str(numbers[-1])).answers == {"area": 12.0}
