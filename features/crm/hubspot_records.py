"""HubSpot's contacts, deals and calls as our facts.

Properties as its CRM API v3 tells them; under ``contacts`` and ``deals`` a record says what it is associated with. A deal
belongs to its contact's request; one without a contact is a request of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.crm.mapped import Mapped, MappedCall, MappedLead, MappedStage
from features.crm.mapping import LONGEST_WORD, Words, number_of, part_of, text_of
from features.facts.company import Company

Record = Mapping[str, Any]
RESULTS = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "reached",  # connected
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "no_answer",  # left a live message
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "no_answer",  # left a voicemail
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
}
"""The dispositions that every account has; an account may add its own."""
BY_STATUS = {"BUSY": "busy", "NO_ANSWER": "no_answer", "MISSED": "no_answer", "FAILED": "not_a_call",
             "CANCELED": "not_a_call", "COMPLETED": "reached"}  # fmt: skip
"""What ``hs_call_status`` tells where nobody chose a disposition."""


LIFECYCLE = "lifecyclestage/"
"""How the code of a contact's own stage begins under ``crm.stages``."""


def entered_by(code: str, *, of_contact: bool) -> tuple[str, ...]:
    """Return the properties that say since when a record stands at a stage, the one to be believed first.

    >>> entered_by("customer", of_contact=True)
    ('hs_v2_date_entered_customer', 'hs_lifecyclestage_customer_date')
    """
    newer = f"hs_v2_date_entered_{code}"
    return (newer, f"hs_lifecyclestage_{code}_date") if of_contact else (newer,)


def contact_of(record: Record, company: Company) -> Mapped:
    """Return what a contact comes to, where contacts are the requests.

    >>> company = Company.model_validate({"company": "x", "language": "en", "crm": {"system": "hubspot"}})
    >>> contact_of({"id": "51", "properties": {"utm_source": "google"}}, company).lead.marks
    {'source': 'google'}
    """
    words, value = Words(company), _properties(record)
    stage = _stage(value("lifecyclestage"), value, words, "lifecyclestage") if _stages_contacts(words) else None
    return Mapped(
        text_of(record.get("id")),
        words.moment(value("lastmodifieddate"), "lastmodifieddate"),
        _lead(value, value, words),
        stage,
        amiss=words.amiss,
    )


def deal_of(record: Record, company: Company) -> Mapped:
    """Return what a deal comes to: a stage of its contact's request, or a request of its own."""
    words, value = Words(company), _properties(record)
    modified = words.moment(value("hs_lastmodifieddate"), "hs_lastmodifieddate")
    stage = _stage(value("dealstage"), value, words, "dealstage")
    number, owner = text_of(record.get("id")), text_of(record.get("contact_id"))
    deals_are_requests = words.crm.taken == "deals"
    if not deals_are_requests and owner:
        listed = record.get("contact_ids")
        owners = tuple(number for one in listed if (number := text_of(one))) if isinstance(listed, list) else ()
        return Mapped(owner, modified, stage=stage, amiss=words.amiss, owners=owners)
    of_person = _properties(part_of(record, "contact"))
    lead_id = number if deals_are_requests or number is None else f"deal-{number}"
    return Mapped(lead_id, modified, _lead(value, of_person, words), stage, amiss=words.amiss)


def call_of(record: Record, company: Company) -> Mapped:
    """Return what a call comes to; ``lead_id`` is the contact's or, behind ``deal:``, the deal's that it was made for."""
    words, value = Words(company), _properties(record)
    at, number = words.moment(value("hs_timestamp"), "hs_timestamp"), text_of(record.get("id"))
    milliseconds = number_of(value("hs_call_duration"))
    chosen = text_of(value("hs_call_disposition"))
    usual, told = (RESULTS, "hs_call_disposition") if chosen else (BY_STATUS, "hs_call_status")
    status = text_of(value("hs_call_status"))
    result = words.result(chosen or status, usual, told) if chosen or status else None
    if text_of(value("hs_call_direction")) == "INBOUND" and result != "reached":
        result = None
    contact, deal, call = text_of(record.get("contact_id")), text_of(record.get("deal_id")), None
    by_deal = deal if words.crm.taken == "deals" else None
    owner = f"deal:{by_deal}" if by_deal else contact or (f"deal:{deal}" if deal else None)
    if result and at and number:
        if owner is None:
            words.lacks("call: it is associated with no contact and no deal; associate it in HubSpot")
        seconds = None if milliseconds is None else max(milliseconds / 1000, 0.0)
        call = MappedCall(number, at, result, seconds, words.manager(value("hubspot_owner_id")))
    return Mapped(owner if call else None, at, call=call, amiss=words.amiss)


def _stages_contacts(words: Words) -> bool:
    """Return whether the company maps what contacts' own stages are called; else their deals alone move them."""
    return any(code.startswith(LIFECYCLE) for code in words.crm.stages)


def _properties(record: Record) -> Any:
    return part_of(record, "properties").get


def _lead(value: Any, person: Any, words: Words) -> MappedLead:
    names = (text_of(person(part)) for part in ("firstname", "lastname"))
    return MappedLead(
        created_at=words.moment(value("createdate"), "createdate"),
        answers=words.answers(value),
        marks=words.marks(value),
        name=" ".join(one for one in names if one)[:LONGEST_WORD] or None,
        phone=((text_of(person("phone")) or text_of(person("mobilephone"))) or "")[:100] or None,
        email=(text_of(person("email")) or "")[:320] or None,
        manager=words.manager(value("hubspot_owner_id")),
    )


def _stage(code: Any, value: Any, words: Words, field: str) -> MappedStage | None:
    told = text_of(code)
    of_contact = field == "lifecyclestage"
    if of_contact and (told is None or f"{LIFECYCLE}{told}" not in words.crm.stages):
        return None
    name = words.stage(f"{LIFECYCLE}{told}" if of_contact else told, field)
    if name is None:
        return None
    sinces = entered_by(told or "", of_contact=of_contact)
    since = next((one for one in sinces if value(one)), sinces[0])
    is_closed = words.company.kind_of_stage(name) in ("won", "lost", "non_target")
    told_reason = words.reason(value) or (text_of(value("closed_lost_reason")) or "")[:LONGEST_WORD] or None
    return MappedStage(
        name,
        at=words.moment(value(since), since),
        amount=words.amount(value("amount"), value("deal_currency_code"), name, "amount"),
        reason=told_reason if is_closed else None,
        manager=words.manager(value("hubspot_owner_id")),
    )
