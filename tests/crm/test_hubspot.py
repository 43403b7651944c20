"""From HubSpot to a score and back, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import UnknownLead
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


IGNORED = "  deleted_stage: Удалён\n"


@pytest.fixture
def merging(tmp_path: Path, account: HubSpotStandIn) -> Iterator[CrmHouse]:
    """Return a house whose company.yaml names a stage for records that are gone."""
    secrets = {"LEADLOOP_HUBSPOT_TOKEN": TOKEN, "LEADLOOP_HUBSPOT_CLIENT_SECRET": SECRET}
    with crm_house(
        tmp_path, account, CRM.replace("ADDRESS", account.address) + IGNORED, "/crm/hubspot", secrets
    ) as opened:
        opened.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        account.bucket.burst = 10_000
        yield opened


@pytest.mark.parametrize("is_silent", [False, True], ids=["told", "found by looking"])
@pytest.mark.parametrize("makes_new", [True, False], ids=["a new record is left", "the primary is left"])
def test_of_two_contacts_that_are_merged_one_lead_goes_on_with_the_calls_and_deals_of_both(
    merging: CrmHouse, account: HubSpotStandIn, makes_new: bool, is_silent: bool
) -> None:
    first, second = account.add(office_area="50", role="owner"), account.add(office_area="70")
    early, late = account.call(first, NO_ANSWER), account.call(second)
    account.add("deal", contact=second, dealstage="closedwon", amount="900", createdate=account.iso())
    merging.turn()
    arrived = merging.lead(first).at
    assert [one.call_id for one in merging.calls(second)] == [late]
    account.is_silent = is_silent
    left = account.merge("contact", first, second, makes_new=makes_new)
    assert (left == first) is not makes_new
    merging.turn()
    assert [one.call_id for one in merging.calls(first)] == [early, late]
    assert ("Продано", 900.0) in [(one.stage, one.amount) for one in merging.stages(first)]
    assert merging.lead(first).at == arrived
    assert merging.stages(second)[-1].stage == "Удалён"  # of the kind ignore: it counts nowhere
    assert all(
        one.known_at > arrived for one in merging.calls(first)[1:]
    )  # nobody knew before that it was the same person
    if makes_new:
        with pytest.raises(UnknownLead):
            merging.history(left)
    before = merging.count(FACTS)
    merging.turn()
    merging.look_through()
    assert merging.count(FACTS) == before


def test_what_comes_after_a_merge_goes_to_the_lead_that_goes_on_and_its_score_to_the_record_that_is_left(
    merging: CrmHouse, account: HubSpotStandIn
) -> None:
    first, second = account.add(office_area="50", role="owner"), account.add(office_area="70")
    merging.turn()
    left = account.merge("contact", first, second)
    merging.turn()
    call = account.call(left)
    account.update("contact", left, office_area="120", need="true", budget="true", urgency="true")
    merging.turn()
    assert merging.lead(first).answers["area"] == 120.0
    assert [one.call_id for one in merging.calls(first)] == [call]
    assert account.objects["contacts"][left]["properties"]["leadloop_grade"] == "A"
    third = account.add(office_area="90")
    merging.turn()
    last = account.merge("contact", left, third)
    merging.turn()
    account.update("contact", last, office_area="130")
    merging.turn()
    assert merging.lead(first).answers["area"] == 130.0
    assert merging.stages(third)[-1].stage == "Удалён"


def test_merged_deals_of_a_contact_are_no_second_sale_and_no_deletion_of_the_lead(
    merging: CrmHouse, account: HubSpotStandIn
) -> None:
    contact = account.add(office_area="50")
    deals = [account.add("deal", contact=contact, dealstage="appointmentscheduled") for _ in range(2)]
    merging.turn()
    account.merge("deal", *deals)
    merging.turn()
    assert {one.stage for one in merging.stages(contact)} == {"Встреча"}


def test_without_a_stage_for_it_that_both_may_count_is_said_with_the_remedy(
    made: CrmHouse, account: HubSpotStandIn
) -> None:
    first, second = account.add(office_area="50"), account.add(office_area="70")
    made.turn()
    account.merge("contact", first, second)
    done = made.hear().taking
    assert [one for one in done.amiss if "merged" in one] == [
        f"contact {second}: it was merged into another, and both count; name a stage of the kind ignore under "
        "crm.deleted_stage for what comes"
    ]


def test_a_merged_contact_that_was_deleted_and_restored_is_the_same_lead_again(
    merging: CrmHouse, account: HubSpotStandIn
) -> None:
    first, second = account.add(office_area="50"), account.add(office_area="70")
    merging.turn()
    left = account.merge("contact", first, second)
    merging.turn()
    kept = account.objects["contacts"][left]
    account.delete("contact", left)
    merging.turn()
    assert merging.stages(first)[-1].stage == "Удалён"
    account.objects["contacts"][left] = kept
    account.update("contact", left, office_area="120")
    merging.turn()
    assert merging.lead(first).answers["area"] == 120.0
    with pytest.raises(UnknownLead):
        merging.history(left)
