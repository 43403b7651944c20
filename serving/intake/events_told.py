"""Adds a call or a stage of a stored lead to its facts; one that is told several times is what all tellings say together.

What a telling leaves out stays as another said it, when it happened among the rest; whatever the order of the tellings, they end
in the same (``events_together.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from features.facts.company import Company
from features.facts.events_together import ANSWER, PARTS, telling, together, told_when, without_cleared
from features.facts.gathered import GatheredFacts
from features.facts.values import Call, LeadId, Stage
from serving.intake.said import Said, not_ahead, sent_at_of
from serving.intake.sent_facts import CallIn, StageIn, nulls_in
from serving.intake.sent_lead import answers_of

Event = TypeVar("Event", Call, Stage)


def say_call(
    lead_id: LeadId, body: CallIn, facts: GatheredFacts, now: datetime, *, company: Company, is_record: bool = False
) -> Said:
    """Add a call.

    Parameters
    ----------
    is_record
        Whether a CRM's record tells it: its tellings come in order, so nothing of what they name as null has to be remembered.

    Raises
    ------
    UnknownLead
        Where its lead is not stored.
    FactRefused
        Where a moment lies ahead.
    """
    facts.history(lead_id)
    moment = facts.moment(lead_id, now)
    answers, unknown = answers_of(body.answers, company)
    sent_at = sent_at_of(body.sent_at, moment)
    at, named_at = _when(body, sent_at, moment)
    call = Call(
        lead_id,
        at,
        moment,
        body.result,
        call_id=body.id,
        manager=body.manager,
        seconds=body.seconds,
        answers=answers,
        attracts=body.attracts,
        ideal_product=body.ideal_product,
        comment=body.comment,
        call_back_at=body.call_back_at,
        grade=body.grade,
        told_at=sent_at,
        named_at=named_at,
    )
    emptied = [f"{ANSWER}{name}" for name in body.answers if name in company.fields and name not in answers]
    event = telling(call, names_at=body.at is not None, clears=[*nulls_in(body, PARTS[Call]), *emptied])
    return _said(event, facts, unknown, is_record=is_record)


def say_stage(lead_id: LeadId, body: StageIn, facts: GatheredFacts, now: datetime, *, is_record: bool = False) -> Said:
    """Add a stage; parameters and errors as of ``say_call``."""
    facts.history(lead_id)
    moment = facts.moment(lead_id, now)
    sent_at = sent_at_of(body.sent_at, moment)
    at, named_at = _when(body, sent_at, moment)
    stage = Stage(
        lead_id,
        at,
        moment,
        body.stage,
        body.amount,
        body.reason,
        body.manager,
        stage_id=body.id,
        told_at=sent_at,
        named_at=named_at,
    )
    event = telling(stage, names_at=body.at is not None, clears=nulls_in(body, PARTS[Stage]))
    return _said(event, facts, [], is_record=is_record)


def _when(body: CallIn | StageIn, sent_at: datetime | None, moment: datetime) -> tuple[datetime, datetime | None]:
    """Return when something happened as far as a telling says it, and as the sender's clock says it where that is ahead."""
    if body.at is None:
        named = sent_at or moment
        at = min(named, moment)
    else:
        named, at = body.at, not_ahead("at", body.at, moment)
    return at, named if named > at else None


def _said(event: Event, facts: GatheredFacts, unknown: list[str], *, is_record: bool) -> Said:
    """Add a telling to those before it; one that was told before an import told the same anew says nothing any more."""
    event = facts.as_kept(event)
    before = max(facts.versions(event), key=lambda one: one.known_at, default=None)
    imported_at = facts.imported_at(event)
    if imported_at is not None and told_when(event) < imported_at:
        return Said(False, unknown, event.known_at)
    said = event if before is None else together(before, event)
    if said is None:
        return Said(False, unknown, event.known_at)
    return Said(facts.append(without_cleared(said) if is_record else said), unknown, event.known_at, said.at)
