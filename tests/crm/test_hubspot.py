"""From HubSpot to a score and back, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from features.facts.tables import CRM_INBOX, FACTS, OUTBOX
from leadloop.connecting import hubspot
from tests.crm.house import CrmHouse, crm_house, until
from tests.crm.standins.hubspot import NO_ANSWER, SECRET, TOKEN, HubSpotStandIn

CRM = """\
crm:
  system: hubspot
  address: ADDRESS
  fields: {area: office_area, role: role, need: need, budget: budget, urgency: urgency}
  choices: {role: {owner: владелец}}
  stages: {appointmentscheduled: Встреча, closedwon: Продано, closedlost: Отказ}
  managers: {77001: Анна}
  write_back: {score: leadloop_score, grade: leadloop_grade, reasons: leadloop_reasons}
"""


@pytest.fixture
def account() -> Iterator[HubSpotStandIn]:
    made = HubSpotStandIn()
    yield made
    made.close()


@pytest.fixture
def made(tmp_path: Path, account: HubSpotStandIn) -> Iterator[CrmHouse]:
    secrets = {"LEADLOOP_HUBSPOT_TOKEN": TOKEN, "LEADLOOP_HUBSPOT_CLIENT_SECRET": SECRET}
    crm = CRM.replace("ADDRESS", account.address)
    with crm_house(tmp_path, account, crm, "/crm/hubspot", secrets) as opened:
        opened.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        account.bucket.burst = 10_000
        yield opened


def test_a_contact_is_scored_and_its_score_is_written_back_once_however_often_it_is_told(
    made: CrmHouse, account: HubSpotStandIn
) -> None:
    number = account.add(
        office_area="120.5", role="owner", utm_source="google", firstname="Ann", phone="+7 916 123-45-67"
    )
    assert account.told == [200, 200]
    assert made.count(CRM_INBOX) == 1
    made.turn()
    lead = made.lead(number)
    assert lead.answers == {"area": 120.5, "role": "владелец"}
    assert lead.manager == "Анна"
    assert made.source(number).marks == {"source": "google"}
    told = account.objects["contacts"][number]["properties"]
    assert told["leadloop_grade"] == "ungraded"
    assert 0 < float(told["leadloop_score"]) < 100
    made.heard(4)
    before = (made.count(FACTS), made.scores(), made.count(OUTBOX))
    made.ahead += timedelta(minutes=4)
    made.turn()
    assert (made.count(FACTS), made.scores(), made.count(OUTBOX)) == before


def test_deals_and_calls_belong_to_their_contact_in_whatever_order_they_are_told(
    made: CrmHouse, account: HubSpotStandIn
) -> None:
    account.is_silent = True
    contact = account.add(office_area="50")
    deal = account.add("deal", contact=contact, dealstage="appointmentscheduled", amount="1000")
    account.call(contact, NO_ANSWER, 0)
    account.call(contact, milliseconds=185_000)
    account.is_silent = False
    account.update("deal", deal, dealstage="closedwon", amount="95000")
    made.hear()
    assert [(one.stage, one.amount) for one in made.stages(contact)] == [("Продано", 95_000.0)]
    made.look_through()
    assert sorted((one.result, one.seconds) for one in made.calls(contact)) == [("no_answer", 0.0), ("reached", 185.0)]


def test_a_forged_or_old_message_is_answered_403_and_nothing_is_kept(made: CrmHouse, account: HubSpotStandIn) -> None:
    event = [{"eventId": 1, "subscriptionType": "contact.creation", "objectId": 51, "occurredAt": 1}]
    assert account.deliver(event, secret="guess") == 403
    assert account.deliver(event, age=301) == 403
    assert account.deliver(event, age=-301) == 403
    assert account.deliver([{**event[0], "objectId": "x"}]) == 422
    assert account.deliver([{**event[0], "subscriptionType": "company.creation"}]) == 200
    assert made.count(CRM_INBOX) == 0


def test_what_messages_missed_is_found_page_by_page(
    made: CrmHouse, account: HubSpotStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "PAGE", 20)
    account.is_silent = True
    numbers = [account.add(office_area=str(one + 1)) for one in range(45)]
    assert made.look_through().failed == []
    assert made.lead(numbers[-1]).answers == {"area": 45.0}
    assert made.look_through().taking.facts == 0


def test_a_limit_is_waited_for_as_long_as_the_account_asks(made: CrmHouse, account: HubSpotStandIn) -> None:
    waited: list[float] = []
    made.desk.connector._asker._pace.sleep = waited.append  # type: ignore[attr-defined]
    account.times = 1
    account.add(office_area="50")
    account.faults = [account.over_limit()]
    made.hear()
    assert max(waited) >= 1.0
    until(lambda: made.inbox.counts().waiting == 0)
