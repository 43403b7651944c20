"""Looking through a CRM finds what messages missed, whatever one record of it does, and reads anew under other words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from features.settings import crm_secrets
from leadloop.connecting.checking import check_lines
from tests.crm.house import CrmHouse
from tests.crm.houses import BITRIX24, bitrix24_house, hubspot_house
from tests.crm.standins.bitrix24 import Bitrix24StandIn
from tests.crm.standins.hubspot import HubSpotStandIn
from tests.crm.standins.server import Answer

DENIED = Answer(400, {"error": "ACCESS_DENIED", "error_description": "Access denied."})
DEALS = BITRIX24 + "  requests: deals\n"


def deals(portal: Bitrix24StandIn, number: int, *, of: dict[int, str]) -> list[str]:
    """Make deals some hours ago that nobody tells of, some of them of contacts."""
    portal.is_silent = True
    began = portal.now() - timedelta(hours=3)
    made = [portal.add("deal", at=began + timedelta(minutes=one), CONTACT_ID=of.get(one, "0")) for one in range(number)]
    portal.is_silent = False
    return made


def test_a_person_whom_the_portal_does_not_show_holds_up_the_deal_of_his_alone(
    tmp_path: Path, bitrix24: Bitrix24StandIn
) -> None:
    with bitrix24_house(tmp_path, bitrix24, DEALS) as made:
        hidden = bitrix24.add("contact", NAME="X")
        bitrix24.withheld[hidden] = DENIED
        numbers = deals(bitrix24, 60, of={5: hidden, 20: hidden})
        assert made.look_through().failed == []
        assert set(numbers) - set(made.book.known("deal", numbers)) == {numbers[5], numbers[20]}
        assert made.hear().failed  # they wait in the inbox, each alone, and that is told
        assert len(made.desk.reconciler.waits_in_vain()) == 2
        del bitrix24.withheld[hidden]
        made.ahead += timedelta(hours=1)
        made.turn()
        assert len(made.book.known("deal", numbers)) == 60
        assert made.desk.reconciler.waits_in_vain() == []


def test_where_the_portal_shows_no_person_at_all_the_look_is_told_to_have_failed_and_goes_on_later(
    tmp_path: Path, bitrix24: Bitrix24StandIn
) -> None:
    with bitrix24_house(tmp_path, bitrix24, DEALS) as made:
        hidden = bitrix24.add("contact", NAME="X")
        bitrix24.withheld[hidden] = DENIED
        numbers = deals(bitrix24, 9, of=dict.fromkeys(range(9), hidden))
        (failed,) = made.look_through().failed
        assert "ACCESS_DENIED" in failed
        del bitrix24.withheld[hidden]
        assert made.look_through().failed == []
        assert len(made.book.known("deal", numbers)) == 9


def test_a_long_call_of_which_no_message_told_is_found_though_a_later_one_was_seen_before_it_ended(
    tmp_path: Path, bitrix24: Bitrix24StandIn
) -> None:
    with bitrix24_house(tmp_path, bitrix24) as made:
        yesterday = bitrix24.now() - timedelta(days=1)
        long, short = (bitrix24.add(UF_CRM_AREA=area, at=yesterday) for area in ("50", "60"))
        bitrix24.is_silent = True
        bitrix24.call(short, seconds=60)
        made.turn()
        bitrix24.call(long, seconds=1_500, at=bitrix24.now() + timedelta(seconds=30))  # began long before the short one
        made.ahead += timedelta(minutes=5)
        made.turn()
        assert [one.seconds for one in made.calls(long)] == [1_500.0]
        facts = made.count()
        made.turn()
        assert made.count() == facts


def test_what_was_read_under_other_words_of_company_yaml_is_read_anew(
    tmp_path: Path, bitrix24: Bitrix24StandIn
) -> None:
    wrong = BITRIX24.replace("WON: Продано", "WON: Встреча").replace("LOSE: Отказ", "LOSE: Продано")
    wrong = wrong.replace("need: UF_CRM_NEED", "").replace("  managers: {7: Анна}\n", "")
    earlier = bitrix24.now() - timedelta(hours=5)
    with bitrix24_house(tmp_path, bitrix24, wrong) as made:
        lead = bitrix24.add(UF_CRM_AREA="50", UF_CRM_NEED="1", at=earlier)
        sale = {"LEAD_ID": lead, "STAGE_ID": "WON", "OPPORTUNITY": "90000", "CURRENCY_ID": "RUB"}
        bitrix24.add("deal", at=earlier, MOVED_TIME=earlier.isoformat(), **sale)
        made.turn()
        assert (made.lead(lead).manager, [one.stage for one in made.stages(lead)]) == (None, ["Новая", "Встреча"])
    with bitrix24_house(tmp_path, bitrix24) as made:
        assert any("2 records were read under other words" in one for one in checked(made))
        made.ahead += timedelta(minutes=30)
        made.turn()
        assert (made.lead(lead).manager, made.lead(lead).answers["need"]) == ("Анна", "yes")
        assert [(one.stage, one.amount) for one in made.stages(lead)][-1] == ("Продано", 90_000.0)
        assert not any("read under other words" in one for one in checked(made))
        asked = len(bitrix24.asked)
        made.look_through()
        assert len(bitrix24.asked) - asked == 3  # leads, deals and calls, and no record by itself
    calmer = BITRIX24 + "  look_back_days: 30\n"
    with bitrix24_house(tmp_path, bitrix24, calmer) as made:  # what says nothing of records lets them be
        assert not any("read under other words" in one for one in checked(made))


def checked(made: CrmHouse) -> list[str]:
    lines = check_lines(
        made.house.company, made.desk.connector, crm_secrets(), made.house.engine, made.clock(), loopback=True
    )
    return [one.text for one in lines]


def test_a_person_of_the_second_page_is_known(
    tmp_path: Path, bitrix24: Bitrix24StandIn, hubspot: HubSpotStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {str(one): f"Менеджер {one}" for one in range(1, 121)}
    monkeypatch.setattr(bitrix24, "people", people)
    monkeypatch.setattr(hubspot, "people", people)
    with bitrix24_house(tmp_path / "b", bitrix24) as made:
        assert made.desk.connector.described().people == people
    with hubspot_house(tmp_path / "h", hubspot) as made:
        assert made.desk.connector.described().people == people


def test_an_event_that_names_no_record_costs_itself_alone(tmp_path: Path, hubspot: HubSpotStandIn) -> None:
    with hubspot_house(tmp_path, hubspot) as made:
        events = [
            {"eventId": one, "subscriptionType": "contact.creation", "objectId": 100 + one, "occurredAt": 1}
            for one in range(9)
        ]
        assert hubspot.deliver([*events, {**events[0], "eventId": 99, "objectId": None}]) == 200
        assert made.inbox.counts().waiting == 9
