"""Uploads equal what the ad systems document, byte for byte; nothing of a person stands in them in clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from features.facts.company import Company
from features.facts.contacts import Contact
from features.facts.conversion_settings import ClickMarks
from features.facts.values import LeadId
from monitoring.conversions import google_clicks_csv, google_enhanced_csv, meta_json, yandex_csv, yandex_orders_csv
from monitoring.conversions.conversion import Conversion, digits_of, md5_of, price, sha256_of
from monitoring.conversions.identifiers import Identifiers, click_ids
from tests.monitoring.conversions.upload_readers import read_enhanced, read_google, read_meta, read_metrica, read_orders

COMPANY = Company.model_validate(
    {
        "company": "Окна",
        "time_zone": "Europe/Moscow",
        "conversions": {
            "yandex": {"goals": {"qualified": "lead_A"}},
            "yandex_orders": {},
            "google": {"actions": {"qualified": "Qualified lead"}, "time_zone": "Australia/Sydney"},
            "google_enhanced": {"actions": {"qualified": "Qualified lead"}},
            "meta": {"events": {"qualified": "MarketingQualifiedLead"}, "crm": "<CRM name>"},
        },
    }
)
SYDNEY_MORNING = datetime(2026, 1, 14, 10, 30, tzinfo=ZoneInfo("Australia/Sydney"))
ONE = Conversion(
    LeadId("7405"), "qualified", "lead_A", datetime.fromtimestamp(1481718166, UTC), datetime(2016, 12, 14, 12, tzinfo=UTC),
    15000.0, "RUB", None, Identifiers(client_id="133591247640966458"),
)  # fmt: skip
ANNA = Identifiers().with_contact(Contact("Анна", "8 (912) 345-67-89", " Mail@Yandex.RU "), "RU")


def test_metricas_own_example_comes_out_byte_for_byte() -> None:
    written = b"ClientId,Target,DateTime,Price,Currency\n133591247640966458,lead_A,1481718166,15000,RUB\n"
    assert yandex_csv.document([ONE], COMPANY) == written


def test_a_goal_without_a_client_id_goes_by_its_click_and_one_line_never_carries_both() -> None:
    click = replace(ONE, ids=Identifiers(yclid="555666777"))
    both = replace(ONE, ids=Identifiers(yclid="555666777", client_id="133591247640966458"))
    assert yandex_csv.document([click], COMPANY).splitlines()[0] == b"Yclid,Target,DateTime,Price,Currency"
    read = read_metrica(yandex_csv.document([ONE, click, both], COMPANY))
    assert [one["id"] for one in read] == ["133591247640966458", "555666777", "133591247640966458"]
    assert {one["at"] for one in read} == {1481718166}


def test_the_known_hash_of_an_address_comes_out_of_any_way_to_type_it() -> None:
    assert md5_of("mail@yandex.ru") == "3c56ff8fef0f6c65b36b2d25720fe276"  # Yandex's own documentation
    order = replace(ONE, step="order", status="IN_PROGRESS", ids=ANNA)
    assert read_orders(yandex_orders_csv.document([order], COMPANY))["7405"]["emails_md5"] == md5_of("mail@yandex.ru")


def test_an_order_says_its_status_its_revenue_with_a_dot_and_its_time_in_the_counters_zone() -> None:
    paid = replace(ONE, step="order", status="PAID", value=230000.5, ids=replace(ANNA, client_id="133591247640966458"))
    assert yandex_orders_csv.document([paid], COMPANY) == (
        b"id,create_date_time,client_ids,emails_md5,phones_md5,order_status,revenue\n"
        b"7405,2016-12-14 15:00:00,133591247640966458,3c56ff8fef0f6c65b36b2d25720fe276,"
        b"b74f4b3af4a64b6e990ae6eec3678aec,PAID,230000.50\n"
    )
    spam = replace(paid, status="SPAM", value=None)
    assert read_orders(yandex_orders_csv.document([spam], COMPANY))["7405"]["revenue"] == ""


def test_an_order_whose_own_id_is_a_phone_number_or_a_formula_gets_another() -> None:
    for lead_id in ("+79123456789", "anna@example.com", "=HYPERLINK(1)", "a\nb"):
        order = replace(ONE, lead_id=LeadId(lead_id), step="order", status="PAID")
        (written,) = read_orders(yandex_orders_csv.document([order], COMPANY))
        assert len(written) == 32
        assert lead_id not in yandex_orders_csv.document([order], COMPANY).decode()


def test_googles_time_and_columns_come_out_as_documented() -> None:
    click = replace(
        ONE, name="Qualified lead", at=SYDNEY_MORNING, value=1500.0, ids=Identifiers(gclid="Cj0KCQ_abc-123")
    )
    assert google_clicks_csv.document([click], COMPANY) == (
        b"Google Click ID,Conversion Name,Conversion Time,Conversion Value,Conversion Currency\n"
        b"Cj0KCQ_abc-123,Qualified lead,2026-01-14 10:30:00+11:00,1500,RUB\n"
    )
    assert read_google(google_clicks_csv.document([click], COMPANY))[0]["at"] == SYDNEY_MORNING


def test_googles_optional_first_line_names_the_zone_where_it_is_asked_for() -> None:
    said = {"google": {"actions": {"paid": "Sale"}, "parameters_line": True, "time_zone": "Europe/Moscow"}}
    company = Company.model_validate({"company": "x", "conversions": said})
    click = replace(ONE, ids=Identifiers(gclid="Cj0KCQ_abc-123"))
    assert google_clicks_csv.document([click], company).splitlines()[0] == b"Parameters:TimeZone=+0300"
    assert len(read_google(google_clicks_csv.document([click], company))) == 1


def test_enhanced_conversions_hold_hashes_alone_and_gmails_dots_do_not_matter() -> None:
    gmail = replace(ONE, ids=Identifiers(email="an.na@gmail.com", phone="+79123456789"))
    written = google_enhanced_csv.document([gmail], COMPANY)
    who = (sha256_of("anna@gmail.com"), sha256_of("+79123456789"))
    assert read_enhanced(written)[0]["who"] == who
    assert b"anna" not in written
    assert b"912" not in written.split(b"\n")[1].replace(who[1].encode(), b"").replace(who[0].encode(), b"")


def test_metas_documented_body_comes_out_byte_for_byte() -> None:
    event = replace(
        ONE, name="MarketingQualifiedLead", at=datetime.fromtimestamp(1785391200, UTC),
        ids=replace(ANNA, meta_lead_id="1234567890123456"),
    )  # fmt: skip
    em, ph = sha256_of("mail@yandex.ru"), sha256_of("79123456789")
    assert meta_json.document([event], COMPANY).decode() == (
        '{"data":[{"event_name":"MarketingQualifiedLead","event_time":1785391200,"action_source":"system_generated",'
        f'"user_data":{{"lead_id":1234567890123456,"em":["{em}"],"ph":["{ph}"]}},'
        '"custom_data":{"event_source":"crm","lead_event_source":"<CRM name>"}}]}'
    )
    assert read_meta(meta_json.document([event], COMPANY))[0]["user_data"]["lead_id"] == 1234567890123456


def test_a_pushed_event_carries_an_id_that_is_the_same_each_time() -> None:
    event = replace(ONE, ids=Identifiers(meta_lead_id="1234567890123456"))
    first, again = (read_meta(meta_json.push_body([event], COMPANY))[0] for _ in range(2))
    other = read_meta(meta_json.push_body([replace(event, step="paid")], COMPANY))[0]
    assert first["event_id"] == again["event_id"] != other["event_id"]


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ({"gclid": "=1+1"}, None),
        ({"gclid": "Cj0KCQ_abc-123,evil"}, None),
        ({"gclid": " Cj0KCQ_abc-123 "}, "Cj0KCQ_abc-123"),
        ({"gclid": "(not set)"}, None),
        ({}, None),
    ],
)
def test_what_does_not_look_like_a_click_id_is_none(marks: dict[str, str], found: str | None) -> None:
    assert click_ids(marks, ClickMarks()).gclid == found


def test_metas_lead_id_is_read_as_metas_own_export_writes_it() -> None:
    assert click_ids({"meta_lead_id": "l:1234567890123456"}, ClickMarks()).meta_lead_id == "1234567890123456"


def test_a_contact_shows_in_no_repr() -> None:
    assert "yandex" not in repr(replace(ONE, ids=ANNA))
    assert digits_of(ANNA.phone) == "79123456789"
    assert price(0.1 + 0.2) == "0.30"
