"""A CRM's records in our words: what is there is read, what has no entry is named, and no record breaks the reading."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.crm import amocrm_records, bitrix24_records, hubspot_records
from features.facts.company import Company

STAGES = {"won": ["Продано"], "lost": ["Отказ"]}
FIELDS = {
    "area": {"kind": "number"}, "role": {"kind": "choice"}, "visit": {"kind": "date"}, "extras": {"kind": "list"},
    "need": {"kind": "yes_no"}, "note": {"kind": "text"},
}  # fmt: skip


def company(system: str, **crm: Any) -> Company:
    address = {"address": "https://x.amocrm.ru"} if system == "amocrm" else {}
    named = {name: name.upper() for name in FIELDS}
    said = {"system": system, "fields": named, **address, **crm}
    return Company.model_validate({"company": "x", "fields": FIELDS, "stages": STAGES, "crm": said})


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([
    "ID", "LEAD_ID", "STATUS_ID", "STAGE_ID", "PHONE", "DATE_CREATE", "DATE_MODIFY", "CALL_ID", "CALL_FAILED_CODE",
    "AREA", "EXTRAS", "VISIT", "OPPORTUNITY", "contact", "id", "properties", "custom_fields_values", "_embedded",
    "status_id", "params", "updated_at", "hs_timestamp", "price", "amount", "note_type",
])  # fmt: skip
READERS = (
    ("bitrix24", bitrix24_records.lead_of), ("bitrix24", bitrix24_records.deal_of), ("bitrix24", bitrix24_records.call_of),
    ("amocrm", amocrm_records.lead_of), ("amocrm", amocrm_records.call_of), ("hubspot", hubspot_records.contact_of),
    ("hubspot", hubspot_records.deal_of), ("hubspot", hubspot_records.call_of),
)  # fmt: skip


@pytest.mark.parametrize(("system", "read"), READERS, ids=lambda one: getattr(one, "__module__", one))
@settings(max_examples=40)
@given(record=st.dictionaries(NAMES, ANYTHING, max_size=8))
def test_no_record_breaks_the_reading(system: str, read: Any, record: dict[str, Any]) -> None:
    mapped = read(record, company(system))
    assert mapped.lead_id is None or isinstance(mapped.lead_id, str)


def test_each_kind_of_answer_is_read_as_the_crm_writes_it() -> None:
    record = {
        "ID": "1",
        "AREA": "90000|RUB",
        "ROLE": "45",
        "VISIT": "2026-03-02",
        "EXTRAS": ["1", "2"],
        "NEED": "N",
        "NOTE": "",
    }
    told = company("bitrix24", choices={"role": {"45": "владелец"}, "extras": {"1": "монтаж"}})
    assert bitrix24_records.lead_of(record, told).lead is not None
    lead = bitrix24_records.lead_of(record, told).lead
    assert lead is not None
    assert lead.answers == {
        "area": 90_000.0, "role": "владелец", "visit": "2026-03-02", "extras": ["монтаж", "2"], "need": False, "note": None,
    }  # fmt: skip


def test_a_date_of_amocrm_is_the_day_in_the_companys_own_zone() -> None:
    fields = [{"field_id": 1, "field_code": "VISIT", "values": [{"value": 1_772_398_800}]}]
    lead = amocrm_records.lead_of({"id": 1, "custom_fields_values": fields}, company("amocrm")).lead
    assert lead is not None
    assert lead.answers["visit"] == "2026-03-02"


def test_chosen_boxes_of_hubspot_are_a_list_and_a_semicolon_in_a_text_is_none() -> None:
    record = {"id": "1", "properties": {"EXTRAS": "a;b", "NOTE": "one; two"}}
    lead = hubspot_records.contact_of(record, company("hubspot")).lead
    assert lead is not None
    assert (lead.answers["extras"], lead.answers["note"]) == (["a", "b"], "one; two")


def test_a_sale_in_another_currency_counts_without_its_amount_which_is_told() -> None:
    told = company("bitrix24", stages={"WON": "Продано"})
    deal = {"ID": "1", "LEAD_ID": "7", "STAGE_ID": "WON", "OPPORTUNITY": "5", "CURRENCY_ID": "USD"}
    mapped = bitrix24_records.deal_of(deal, told)
    assert mapped.stage is not None
    assert mapped.stage.amount is None
    assert "another currency" in mapped.amiss[0]


def test_a_missed_call_that_came_in_is_no_try_of_ours_and_an_unknown_code_is_named() -> None:
    call = {
        "CALL_ID": "c",
        "CALL_START_DATE": "2026-03-02T12:00:00+03:00",
        "CRM_ENTITY_TYPE": "LEAD",
        "CRM_ENTITY_ID": "7",
    }
    told = company("bitrix24")
    assert bitrix24_records.call_of({**call, "CALL_TYPE": "2", "CALL_FAILED_CODE": "304"}, told).call is None
    unknown = bitrix24_records.call_of({**call, "CALL_TYPE": "1", "CALL_FAILED_CODE": "999"}, told)
    assert unknown.call is None
    assert "crm.call_results: the code 999" in unknown.amiss[0]
    own = company("bitrix24", call_results={"999": "busy"})
    mended = bitrix24_records.call_of({**call, "CALL_TYPE": "1", "CALL_FAILED_CODE": "999"}, own).call
    assert mended is not None
    assert mended.result == "busy"
