"""Bitrix24's leads, deals and calls as our facts.

Fields as its REST methods tell them: ``crm.lead.get``, ``crm.deal.get``, ``voximplant.statistic.get``. A deal that was made
from a lead belongs to that lead; one without a lead is a request of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.crm.mapped import Mapped, MappedCall, MappedLead, MappedStage
from features.crm.mapping import LONGEST_WORD, Words, number_of, part_of, text_of
from features.facts.company import Company

Record = Mapping[str, Any]
RESULTS = {
    "200": "reached", "304": "no_answer", "603": "no_answer", "603-S": "no_answer", "480": "no_answer", "486": "busy",
    "404": "wrong_number", "484": "wrong_number", "403": "not_a_call", "503": "not_a_call", "402": "not_a_call",
    "423": "not_a_call", "OTHER": "not_a_call",
}  # fmt: skip
"""What the codes of a call's end mean: where the line itself refused (no money, no way), nobody tried to reach the lead."""
OUT, BACK = "1", "4"
"""Types of calls that are tries of ours; one that came in and was missed is none."""
INFO = "5"


def lead_of(record: Record, company: Company) -> Mapped:
    """Return what a lead comes to.

    >>> company = Company.model_validate({"company": "x", "fields": {"area": {"kind": "number"}}, "crm": {"system":
    ...     "bitrix24", "fields": {"area": "UF_CRM_AREA"}, "stages": {"NEW": "Новая"}}})
    >>> mapped = lead_of({"ID": "7405", "STATUS_ID": "NEW", "UF_CRM_AREA": "120.5"}, company)
    >>> mapped.lead_id, mapped.lead.answers, mapped.stage.stage
    ('7405', {'area': 120.5}, 'Новая')
    """
    words = Words(company)
    modified = words.moment(record.get("DATE_MODIFY"), "DATE_MODIFY")
    lead, stage = _lead(record, words), _stage(record, "STATUS_ID", words)
    return Mapped(text_of(record.get("ID")), modified, lead, stage, amiss=words.amiss)


def deal_of(record: Record, company: Company) -> Mapped:
    """Return what a deal comes to: a stage of its lead, or a request of its own where it has none."""
    words = Words(company)
    modified = words.moment(record.get("DATE_MODIFY"), "DATE_MODIFY")
    number, of_lead = text_of(record.get("ID")), text_of(record.get("LEAD_ID"))
    deals_are_requests = words.crm.taken == "deals"
    stage = _stage(record, "STAGE_ID", words)
    if not deals_are_requests and of_lead and of_lead != "0":
        return Mapped(of_lead, modified, stage=stage, amiss=words.amiss)
    lead_id = number if deals_are_requests or number is None else f"deal-{number}"
    return Mapped(lead_id, modified, _lead(record, words), stage, amiss=words.amiss)


def call_of(record: Record, company: Company) -> Mapped:
    """Return what a call comes to; ``lead_id`` is the lead's or, behind ``deal:``, the deal's that it was made for."""
    words = Words(company)
    at, call_id = words.moment(record.get("CALL_START_DATE"), "CALL_START_DATE"), text_of(record.get("CALL_ID"))
    kind, seconds = text_of(record.get("CALL_TYPE")), number_of(record.get("CALL_DURATION"))
    result = None if kind == INFO else words.result(record.get("CALL_FAILED_CODE"), RESULTS, "CALL_FAILED_CODE")
    if result == "reached" and not seconds:
        result = "no_answer"
    if kind not in (OUT, BACK) and result != "reached":
        result = None
    owner = _owner(record, words)
    call = None
    if result and at and call_id:
        call = MappedCall(call_id, at, result, seconds, words.manager(record.get("PORTAL_USER_ID")))
    return Mapped(owner if call else None, at, call=call, amiss=words.amiss)


def _owner(record: Record, words: Words) -> str | None:
    kind, number = text_of(record.get("CRM_ENTITY_TYPE")), text_of(record.get("CRM_ENTITY_ID"))
    if kind == "LEAD" and number:
        return number
    if kind == "DEAL" and number:
        return f"deal:{number}"
    words.lacks("CRM_ENTITY_TYPE: the call belongs to no lead and no deal; tie it to one in Bitrix24")
    return None


def _lead(record: Record, words: Words) -> MappedLead:
    contact = part_of(record, "contact") or record
    names = (text_of(contact.get(part)) for part in ("NAME", "SECOND_NAME", "LAST_NAME"))
    return MappedLead(
        created_at=words.moment(record.get("DATE_CREATE"), "DATE_CREATE"),
        answers=words.answers(record.get),
        marks=words.marks(record.get),
        name=" ".join(one for one in names if one)[:LONGEST_WORD] or None,
        phone=_first(contact.get("PHONE"), 100),
        email=_first(contact.get("EMAIL"), 320),
        manager=words.manager(record.get("ASSIGNED_BY_ID")),
    )


def _first(values: Any, longest: int) -> str | None:
    """Return the first of several phones or e-mails."""
    for one in values if isinstance(values, list) else []:
        text = text_of(one.get("VALUE")) if isinstance(one, Mapping) else None
        if text:
            return text[:longest]
    return None


def _stage(record: Record, field: str, words: Words) -> MappedStage | None:
    name = words.stage(record.get(field), field)
    if name is None:
        return None
    return MappedStage(
        name,
        at=words.moment(record.get("MOVED_TIME"), "MOVED_TIME"),
        amount=words.amount(record.get("OPPORTUNITY"), record.get("CURRENCY_ID"), name, "OPPORTUNITY"),
        reason=words.reason(record.get),
        manager=words.manager(record.get("ASSIGNED_BY_ID")),
    )
