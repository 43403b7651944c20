"""A record that was deleted in the CRM counts nowhere until it is back; what only looks like a deletion is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate
from tests.crm.house import CrmHouse
from tests.crm.houses import amocrm_house, bitrix24_house, hubspot_house
from tests.crm.standins.amocrm import WON, AmoCrmStandIn
from tests.crm.standins.bitrix24 import Bitrix24StandIn
from tests.crm.standins.hubspot import HubSpotStandIn
from tests.crm.standins.server import Answer


def stands(made: CrmHouse, lead_id: str) -> tuple[list[tuple[str, float | None]], str]:
    """Return the stages of a lead as they are known now, and what became of it."""
    known = Gate(made.house.company).as_of(made.history(lead_id), made.clock())
    assert known is not None
    return [(one.stage, one.amount) for one in known.stages], outcome_as_of(known).kind


def test_a_contact_that_was_deleted_and_is_back_is_a_lead_again_and_its_sale_counts(
    tmp_path: Path, hubspot: HubSpotStandIn
) -> None:
    with hubspot_house(tmp_path, hubspot) as made:
        contact = hubspot.add(office_area="50")
        deal = hubspot.add("deal", contact=contact, dealstage="appointmentscheduled")
        made.turn()
        kept = hubspot.objects["contacts"][contact]
        hubspot.delete("contact", contact)
        made.turn()
        assert stands(made, contact) == ([("Встреча", None), ("Удалён", None)], "ignored")
        hubspot.objects["contacts"][contact] = kept
        hubspot.tell("contact", "restore", contact)
        made.turn()
        assert stands(made, contact)[1] == "never_called"
        hubspot.update("deal", deal, dealstage="closedwon", amount="5000")
        made.turn()
        assert stands(made, contact) == ([("Встреча", None), ("Встреча", None), ("Продано", 5_000.0)], "open")


def test_a_lead_that_is_deleted_restored_and_deleted_again_is_gone(tmp_path: Path, amocrm: AmoCrmStandIn) -> None:
    with amocrm_house(tmp_path, amocrm) as made:
        lead = amocrm.add(f101="50")
        made.turn()
        for _ in range(2):
            kept = amocrm.leads[lead]
            amocrm.delete(lead)
            made.turn()
            assert stands(made, str(lead))[1] == "ignored"
            amocrm.leads[lead] = {**kept, "updated_at": amocrm.stamp()}
            amocrm.tell("restore", lead)
            made.turn()
            assert stands(made, str(lead))[1] == "never_called"
        amocrm.move(lead, WON, price=100_000)
        made.turn()
        assert ("Продано", 100_000.0) in stands(made, str(lead))[0]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(404, "<html>no such page</html>"),
        Answer(200, {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}),
        Answer(404, {"error": "ERROR_METHOD_NOT_FOUND"}),
    ],
    ids=["bare 404", "a gateway's page", "a fault told with 200", "no such method"],
)
def test_what_only_looks_like_a_deletion_deletes_nothing_and_is_asked_again(
    tmp_path: Path, bitrix24: Bitrix24StandIn, answer: Answer
) -> None:
    with bitrix24_house(tmp_path, bitrix24) as made:
        lead = bitrix24.add(UF_CRM_AREA="50")
        made.turn()
        bitrix24.update("lead", lead, UF_CRM_AREA="60")
        bitrix24.faults = [answer] * 2
        made.hear()
        assert stands(made, lead) == ([("Новая", None)], "never_called")
        bitrix24.faults = []
        made.look_through()
        assert made.lead(lead).answers["area"] == 60.0


def test_a_sum_of_nothing_is_a_sum_that_nobody_wrote(tmp_path: Path, amocrm: AmoCrmStandIn) -> None:
    with amocrm_house(tmp_path, amocrm) as made:
        lead = amocrm.add(f101="50")
        amocrm.move(lead, WON)
        made.turn()
        assert stands(made, str(lead))[0] == [("Продано", None)]
