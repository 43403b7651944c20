"""What of a record is new, as the same requests that a CRM of one's own posts to /v1/leads, and the record as it is then known."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from features.crm.mapped import Mapped, MappedCall, MappedLead, MappedStage
from features.crm.record_book import KnownRecord
from features.errors import FactRefused
from features.facts.company import Company
from features.facts.values import LeadId
from serving.intake.said import CLOCKS_DIFFER
from serving.intake.sent_facts import CallIn, LeadIn, StageIn
from serving.intake.sent_lead import answers_of

MICROSECOND = timedelta(microseconds=1)
Body = LeadIn | CallIn | StageIn
Shape = TypeVar("Shape", LeadIn, CallIn, StageIn)


@dataclass(slots=True)
class ToldFacts:
    """What a record adds: requests for the intake, the record as it is known afterwards, and what does not fit.

    ``moved`` says which lead's other records belong to which from now on, where a record was merged into another.
    """

    after: KnownRecord
    bodies: list[tuple[LeadId, Body]] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)
    moved: tuple[LeadId, LeadId] | None = None


def told_facts(
    known: KnownRecord, mapped: Mapped, company: Company, *, company_hash: str, secret: bytes, moment: datetime
) -> ToldFacts:
    """Return what a record says that it did not say when it was seen last.

    Parameters
    ----------
    secret
        The key of the hashes by which contents are known again.
    """
    told = ToldFacts(known, amiss=list(mapped.amiss))
    modified = min(mapped.modified_at or moment, moment)
    before = known.modified_at
    sent_at = before + MICROSECOND if before is not None and modified <= before else modified
    sent_at = min(sent_at, moment + CLOCKS_DIFFER)
    lead_digest, stage_digest, stage_at = known.lead_digest, known.stage_digest, known.stage_at
    stage_name = known.stage
    lead_id = None if mapped.lead_id is None else LeadId(mapped.lead_id[:200])
    if mapped.call is not None and known.lead_digest is not None and known.lead_id is not None:
        lead_id = LeadId(known.lead_id)  # a call stays with the lead of which it was told
    if lead_id is not None and mapped.lead is not None:
        digest = _digest(secret, _lead_words(mapped.lead))
        if digest != known.lead_digest:
            body = _lead(lead_id, mapped.lead, company, sent_at, moment, told.amiss)
            _add(told, lead_id, body)
            lead_digest = digest if body else None
    is_same_lead = known.lead_id in (None, lead_id)
    if lead_id is not None and not is_same_lead and mapped.lead is None and known.stage is not None:
        told.amiss.append(f"it belongs to another request than before; {known.stage!r} stays told of both")
    if lead_id is not None and mapped.stage is not None:
        digest = _digest(secret, _stage_words(mapped.stage))
        if digest != known.stage_digest or not is_same_lead:
            is_same = known.stage == mapped.stage.stage and is_same_lead
            stage_at = (
                _not_ahead(mapped.stage.at, moment) or (known.stage_at if is_same else None) or min(modified, moment)
            )
            stage_digest, stage_name = digest, mapped.stage.stage
            _add(told, lead_id, _stage(mapped.stage, stage_at, sent_at, told.amiss))
    if lead_id is not None and mapped.call is not None:
        digest = _digest(secret, _call_words(lead_id, mapped.call))
        if digest != known.lead_digest:
            lead_digest = digest
            _add(told, lead_id, _call(mapped.call, sent_at, moment, told.amiss))
    told.after = replace(
        known,
        lead_id=lead_id,
        lead_digest=lead_digest,
        stage_digest=stage_digest,
        stage=stage_name,
        stage_at=stage_at,
        modified_at=sent_at if told.bodies else (before or modified),
        deleted_at=None,
        why="; ".join(dict.fromkeys(told.amiss)) or None,
        company_hash=company_hash,
    )
    return told


def _add(told: ToldFacts, lead_id: LeadId, body: Body | None) -> None:
    if body is not None:
        told.bodies.append((lead_id, body))


def _lead(
    lead_id: LeadId, lead: MappedLead, company: Company, sent_at: datetime, moment: datetime, amiss: list[str]
) -> LeadIn | None:
    answers: dict[str, Any] = {}
    for name, value in lead.answers.items():
        try:
            answers_of({name: value}, company)
            answers[name] = value
        except FactRefused as error:
            told = company.crm.fields.get(name, name) if company.crm else name
            amiss.append(f"{told} (fields.{name}): {error.remedy}, or give its values words under crm.choices.{name}")
    contact = {"name": lead.name, "phone": lead.phone, "email": lead.email}
    said = {
        "id": lead_id,
        "created_at": _not_ahead(lead.created_at, moment),
        "answers": answers,
        "marks": dict(lead.marks),
        "contact": contact if any(contact.values()) else None,
        "manager": lead.manager,
        "sent_at": sent_at,
    }
    return _valid(LeadIn, said, amiss)


def _stage(stage: MappedStage, at: datetime, sent_at: datetime, amiss: list[str]) -> StageIn | None:
    said = {"stage": stage.stage, "at": at, "amount": stage.amount, "reason": stage.reason, "manager": stage.manager}
    return _valid(StageIn, {**said, "sent_at": sent_at}, amiss)


def _call(call: MappedCall, sent_at: datetime, moment: datetime, amiss: list[str]) -> CallIn | None:
    seconds = None if call.seconds is None else min(max(call.seconds, 0.0), 86_400.0)
    said = {"id": call.call_id, "at": _not_ahead(call.at, moment), "result": call.result, "seconds": seconds}
    return _valid(CallIn, {**said, "manager": call.manager, "sent_at": sent_at}, amiss)


def _valid(shape: type[Shape], said: dict[str, Any], amiss: list[str]) -> Shape | None:
    """Return a request; None where it has a mistake, which is named by its place and not by what stands there."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        for one in error.errors():
            place = ".".join(str(step) for step in one["loc"][:2])
            amiss.append(f"{place}: {one['msg'].removeprefix('Value error, ')}")
        return None


def _not_ahead(at: datetime | None, moment: datetime) -> datetime | None:
    """Return a moment, or ours where the CRM's clock is a little ahead."""
    return moment if at is not None and moment < at <= moment + CLOCKS_DIFFER else at


def _digest(secret: bytes, words: Iterable[Any]) -> bytes:
    return hmac.digest(secret, orjson.dumps(list(words), option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z), "sha256")[:16]


def _lead_words(lead: MappedLead) -> list[Any]:
    person = [lead.name, lead.phone, lead.email]
    return ["lead", lead.created_at, dict(lead.answers), dict(lead.marks), *person, lead.manager]


def _stage_words(stage: MappedStage) -> list[Any]:
    return ["stage", stage.stage, stage.at, stage.amount, stage.reason]


def _call_words(lead_id: str, call: MappedCall) -> list[Any]:
    return ["call", lead_id, call.call_id, call.at, call.result, call.seconds, call.manager]
