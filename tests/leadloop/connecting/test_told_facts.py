"""What of a record is new: a change is told once, and what we write back ourselves is no change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from features.crm import amocrm_records, bitrix24_records, hubspot_records
from features.crm.record_book import KnownRecord
from features.facts.company import Company
from leadloop.connecting.deleted import deletion
from leadloop.connecting.told_facts import ToldFacts, told_facts
from serving.intake.sent_facts import LeadIn
from tests.support.facts import NOON

FIELDS = {"area": {"kind": "number"}, "need": {"kind": "yes_no", "filled_by": "manager"}}
OURS = {"score": "301", "grade": "302", "reasons": "303"}


def company(system: str) -> Company:
    address = {"address": "https://x.amocrm.ru"} if system == "amocrm" else {}
    crm = {"system": system, "fields": {"area": "101", "need": "102"}, "stages": {"NEW": "Новая", "WON": "Продано", "3/1": "Новая"},
           "deleted_stage": "Удалён", "write_back": OURS, **address}  # fmt: skip
    stages = {"won": ["Продано"], "ignore": ["Удалён"]}
    return Company.model_validate({"company": "x", "fields": FIELDS, "stages": stages, "crm": crm})


def told(known: KnownRecord, system: str, values: dict[str, Any], modified: int, status: str = "NEW") -> ToldFacts:
    """Return what a record with these values of fields adds, changed so many seconds after noon."""
    moment = NOON + timedelta(seconds=modified)
    if system == "bitrix24":
        record = {"ID": "7", "STATUS_ID": status, "DATE_MODIFY": moment.isoformat(), **values}
        mapped = bitrix24_records.lead_of(record, company(system))
    elif system == "amocrm":
        fields = [{"field_id": int(name), "values": [{"value": value}]} for name, value in values.items()]
        record = {
            "id": 7,
            "pipeline_id": 3,
            "status_id": 1,
            "updated_at": int(moment.timestamp()),
            "custom_fields_values": fields,
        }
        mapped = amocrm_records.lead_of(record, company(system))
    else:
        mapped = hubspot_records.contact_of(
            {"id": "7", "properties": {**values, "lastmodifieddate": moment.isoformat()}}, company(system)
        )
    later = NOON + timedelta(hours=1)
    return told_facts(known, mapped, company(system), company_hash="h", secret=b"k", moment=later)


VALUES = st.fixed_dictionaries({}, optional={"101": st.integers(1, 300).map(str), "102": st.sampled_from(["1", "0"])})
WRITTEN = st.fixed_dictionaries({"301": st.floats(0, 100), "302": st.sampled_from("ABC"), "303": st.text(max_size=20)})


@given(st.sampled_from(["bitrix24", "amocrm", "hubspot"]), VALUES, st.lists(WRITTEN, min_size=1, max_size=4))
def test_what_we_write_back_adds_nothing_however_often_it_is_told(
    system: str, values: dict[str, Any], written: list[Any]
) -> None:
    first = told(KnownRecord("lead", "7"), system, values, 0)
    assert first.bodies
    known = first.after
    for number, ours in enumerate(written):
        again = told(known, system, {**values, **ours}, 10 + number)
        assert again.bodies == []
        known = again.after


@given(st.lists(VALUES, min_size=2, max_size=6))
def test_each_change_is_told_later_than_the_one_before_even_within_one_second(versions: list[dict[str, Any]]) -> None:
    known, moments = KnownRecord("lead", "7"), []
    for values in versions:
        step = told(known, "bitrix24", values, 0)
        moments += [body.sent_at for _, body in step.bodies if isinstance(body, LeadIn) and body.sent_at]
        known = step.after
    assert moments == sorted(set(moments))


def test_a_stage_that_goes_back_and_forth_is_three_stages_and_one_that_stays_is_one() -> None:
    known, stages = KnownRecord("lead", "7"), []
    for number, status in enumerate(("NEW", "NEW", "WON", "NEW")):
        step = told(known, "bitrix24", {}, number * 10, status)
        stages += [body.stage for _, body in step.bodies if hasattr(body, "stage")]
        known = step.after
    assert stages == ["Новая", "Продано", "Новая"]


def test_a_deletion_is_noted_and_tells_the_stage_that_company_yaml_names() -> None:
    known = told(KnownRecord("lead", "7"), "bitrix24", {"101": "50"}, 0).after
    gone = deletion(known, company("bitrix24"), NOON)
    assert gone.after.deleted_at == NOON
    assert [body.stage for _, body in gone.bodies if hasattr(body, "stage")] == ["Удалён"]


def test_contents_are_kept_as_keyed_hashes() -> None:
    phone = [{"VALUE": "+79161234567"}]
    record = {"ID": "7", "PHONE": phone}
    mapped = bitrix24_records.lead_of(record, company("bitrix24"))
    said = [
        told_facts(KnownRecord("lead", "7"), mapped, company("bitrix24"), company_hash="h", secret=key, moment=NOON)
        for key in (b"a", b"b")
    ]
    assert said[0].after.lead_digest != said[1].after.lead_digest
    assert "9161234567" not in repr(mapped)
