"""Whose a deal or a call is: it is told of one lead, and stays with that one as long as it belongs there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate
from tests.crm.house import CrmHouse
from tests.crm.houses import HUBSPOT, amocrm_house, hubspot_house
from tests.crm.standins.amocrm import AmoCrmStandIn
from tests.crm.standins.hubspot import HubSpotStandIn


def outcome(made: CrmHouse, lead_id: str) -> str:
    known = Gate(made.house.company).as_of(made.history(lead_id), made.clock())
    assert known is not None
    return outcome_as_of(known).kind


def associated(account: HubSpotStandIn, deal: str, contacts: list[str]) -> None:
    account.links["deals", deal] = contacts
    account.objects["deals"][deal]["properties"]["hs_lastmodifieddate"] = account.iso()
    account.tell("deal", "associationChange", deal)


def test_a_deal_that_was_read_before_its_contact_was_tied_to_it_goes_on_in_the_contacts_lead(
    tmp_path: Path, hubspot: HubSpotStandIn
) -> None:
    with hubspot_house(tmp_path, hubspot) as made:
        contact = hubspot.add(office_area="50")
        deal = hubspot.add("deal", dealstage="closedwon", amount="5000")
        made.turn()
        assert [one.stage for one in made.stages(f"deal-{deal}")] == ["Продано"]
        associated(hubspot, deal, [contact])
        made.turn()
        assert [(one.stage, one.amount) for one in made.stages(contact)] == [("Продано", 5_000.0)]
        assert outcome(made, f"deal-{deal}") == "ignored"
        before = made.count()
        made.turn()
        assert made.count() == before
        hubspot.update("deal", deal, dealstage="closedlost")
        made.turn()
        assert made.stages(contact)[-1].stage == "Отказ"
        assert outcome(made, f"deal-{deal}") == "ignored"


def test_without_a_stage_for_it_is_said_that_the_deal_counts_twice_and_what_to_name(
    tmp_path: Path, hubspot: HubSpotStandIn
) -> None:
    with hubspot_house(tmp_path, hubspot, HUBSPOT.replace("  deleted_stage: Удалён\n", "")) as made:
        contact, deal = hubspot.add(office_area="50"), hubspot.add("deal", dealstage="closedwon", amount="5000")
        made.turn()
        associated(hubspot, deal, [contact])
        told = made.hear().taking.amiss
        assert [one for one in told if "counts as one of its own" in one and "crm.deleted_stage" in one]
        assert [one.stage for one in made.stages(contact)] == ["Продано"]


def test_a_second_contact_of_a_deal_does_not_take_it_from_the_one_that_asked(
    tmp_path: Path, hubspot: HubSpotStandIn
) -> None:
    with hubspot_house(tmp_path, hubspot) as made:
        earlier, asking = hubspot.add(office_area="10"), hubspot.add(office_area="50")
        made.turn()
        deal = hubspot.add("deal", contact=asking, dealstage="appointmentscheduled")
        made.turn()
        associated(hubspot, deal, [asking, earlier])
        hubspot.update("deal", deal, dealstage="closedwon", amount="5000")
        made.turn()
        assert [one.stage for one in made.stages(asking)] == ["Встреча", "Продано"]
        assert made.stages(earlier) == []
        associated(hubspot, deal, [earlier])
        taken = made.hear().taking
        assert [one.stage for one in made.stages(earlier)] == ["Продано"]
        assert any("belongs to another request than before" in one for one in taken.amiss)


def test_a_call_to_a_person_is_of_the_lead_that_he_had_left_by_then_and_stays_there(
    tmp_path: Path, amocrm: AmoCrmStandIn
) -> None:
    with amocrm_house(tmp_path, amocrm) as made:
        person, now = amocrm.contact("Мария", "+79161234567"), amocrm.now()
        amocrm.now = lambda: now - timedelta(days=2)  # type: ignore[method-assign]
        first = amocrm.add(contact=person, f101="50")
        amocrm.call(person, kind="contacts", seconds=185)
        amocrm.now = lambda: now  # type: ignore[method-assign]
        second = amocrm.add(contact=person, f101="90")
        made.turn()
        made.turn()
        assert [one.seconds for one in made.calls(str(first))] == [185.0]
        assert made.calls(str(second)) == []
        assert outcome(made, str(second)) == "never_called"
        amocrm.call(person, kind="contacts", seconds=60)
        made.turn()
        assert [one.seconds for one in made.calls(str(second))] == [60.0]
        assert len(made.calls(str(first))) == 1


def test_a_customer_bought_on_the_day_that_the_account_says_and_not_when_we_first_saw_him(
    tmp_path: Path, hubspot: HubSpotStandIn
) -> None:
    with hubspot_house(tmp_path, hubspot) as made:
        came = made.clock() - timedelta(days=120)
        bought = came + timedelta(days=20)
        for name in ("hs_v2_date_entered_customer", "hs_lifecyclestage_customer_date"):
            told = {name: hubspot.iso(bought)}
            contact = hubspot.add(at=came, office_area="50", lifecyclestage="customer", **told)
            hubspot.objects["contacts"][contact]["properties"]["lastmodifieddate"] = hubspot.iso()
            made.turn()
            (stage,) = made.stages(contact)
            assert abs(stage.at - bought) < timedelta(seconds=1)
