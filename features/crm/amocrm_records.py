"""amoCRM's leads and call notes as our facts (Kommo is the same).

Fields as its API v4 tells them: ``/api/v4/leads``, ``/api/v4/contacts``, ``/api/v4/leads/notes``. The main contact stands in the
record as ``contact``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.crm.mapped import Mapped, MappedCall, MappedLead, MappedStage
from features.crm.mapping import LONGEST_WORD, Words, number_of, part_of, text_of
from features.facts.company import Company

Record = Mapping[str, Any]
RESULTS = {
    "1": "no_answer", "2": "call_back", "3": "no_answer", "4": "reached", "5": "wrong_number", "6": "no_answer", "7": "busy",
}  # fmt: skip
"""What ``call_status`` means: a message was left, call back later, not in place, spoken, wrong number, no answer, busy."""
NOTES = {"call_in": "call_in", "call_out": "call_out", "10": "call_in", "11": "call_out"}
"""Notes that are calls, as the API names them and as webhooks number them."""
WON, LOST = "142", "143"
"""Stages that every pipeline has."""


def stage_code(record: Record) -> str | None:
    """Return how ``crm.stages`` names a stage: the pipeline's number and the stage's, as those of the end are shared by all.

    >>> stage_code({"pipeline_id": 3, "status_id": 142})
    '3/142'
    """
    pipeline, status = text_of(record.get("pipeline_id")), text_of(record.get("status_id"))
    return f"{pipeline}/{status}" if pipeline and status else status


def lead_of(record: Record, company: Company) -> Mapped:
    """Return what a lead comes to.

    >>> company = Company.model_validate({"company": "x", "crm": {"system": "amocrm", "address": "https://x.amocrm.ru",
    ...     "stages": {"3/142": "Договор"}}, "stages": {"won": ["Договор"]}})
    >>> mapped = lead_of({"id": 9, "pipeline_id": 3, "status_id": 142, "price": 22500, "closed_at": 1772442000}, company)
    >>> mapped.lead_id, mapped.stage.stage, mapped.stage.amount
    ('9', 'Договор', 22500.0)
    """
    words, fields = Words(company), custom_fields(record)
    modified = words.moment(record.get("updated_at"), "updated_at")

    def value(name: str) -> Any:
        return fields.get(name, record.get(name))

    contact = part_of(record, "contact")
    of_contact = custom_fields(contact)
    lead = MappedLead(
        created_at=words.moment(record.get("created_at"), "created_at"),
        answers=words.answers(value),
        marks=words.marks(value),
        name=(text_of(contact.get("name")) or "")[:LONGEST_WORD] or None,
        phone=_first(of_contact.get("PHONE"), 100),
        email=_first(of_contact.get("EMAIL"), 320),
        manager=words.manager(record.get("responsible_user_id")),
    )
    return Mapped(text_of(record.get("id")), modified, lead, _stage(record, value, words), amiss=words.amiss)


def call_of(record: Record, company: Company) -> Mapped:
    """Return what a call note comes to; the record says under ``lead_id`` whose it is."""
    words, params = Words(company), part_of(record, "params")
    modified = words.moment(record.get("updated_at"), "updated_at")
    at = words.moment(record.get("created_at"), "created_at")
    kind, seconds = NOTES.get(text_of(record.get("note_type")) or ""), number_of(params.get("duration"))
    result = words.result(params.get("call_status"), RESULTS, "call_status") if kind else None
    if result == "reached" and not seconds:
        result = "no_answer"
    if kind == "call_in" and result != "reached":
        result = None
    owner, call, number = text_of(record.get("lead_id")), None, text_of(record.get("id"))
    if result and at and number:
        if owner is None:
            words.lacks("call note: its contact has no lead; make one in amoCRM, or leave it")
        manager = words.manager(record.get("responsible_user_id"))
        call = MappedCall(number, at, result, seconds, manager)
    return Mapped(owner if call else None, modified, call=call, amiss=words.amiss)


def custom_fields(record: Record) -> dict[str, Any]:
    """Return the values of custom fields by their numbers, and by their codes where they have one; several as a list.

    >>> custom_fields({"custom_fields_values": [{"field_id": 5, "field_code": "UTM_SOURCE", "values": [{"value": "vk"}]}]})
    {'5': 'vk', 'UTM_SOURCE': 'vk'}
    """
    told: dict[str, Any] = {}
    listed = record.get("custom_fields_values")
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, Mapping) or not isinstance(one.get("values"), list):
            continue
        values = [each.get("value") for each in one["values"] if isinstance(each, Mapping)]
        value = values[0] if len(values) == 1 else values
        for name in (text_of(one.get("field_id")), text_of(one.get("field_code"))):
            if name:
                told[name] = value
    return told


def _stage(record: Record, value: Any, words: Words) -> MappedStage | None:
    code = stage_code(record)
    name = words.stage(code, "status_id")
    if name is None:
        return None
    is_final = text_of(record.get("status_id")) in (WON, LOST)
    reason = words.reason(value) or _loss_reason(record)
    return MappedStage(
        name,
        at=words.moment(record.get("closed_at"), "closed_at") if is_final else None,
        amount=words.amount(record.get("price"), None, name, "price"),
        reason=reason,
        manager=words.manager(record.get("responsible_user_id")),
    )


def _loss_reason(record: Record) -> str | None:
    reasons = part_of(record, "_embedded").get("loss_reason")
    first = reasons[0] if isinstance(reasons, list) and reasons else reasons
    told = text_of(first.get("name")) if isinstance(first, Mapping) else None
    return told[:LONGEST_WORD] if told else None


def _first(values: Any, longest: int) -> str | None:
    for one in values if isinstance(values, list) else [values]:
        text = text_of(one)
        if text:
            return text[:longest]
    return None
