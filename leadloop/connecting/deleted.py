"""What it adds that a record was deleted in the CRM, and what it adds that it is back: the deletion is corrected then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from features.crm.record_book import KnownRecord
from features.facts.codec import microseconds
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.identity import told_last
from features.facts.values import LeadId, Stage
from leadloop.connecting.told_facts import ToldFacts
from serving.intake.sent_facts import StageIn

BACK = "restored"
"""The stage of a lead that is back and had reached none before it was deleted."""


def deletion(known: KnownRecord, company: Company, moment: datetime) -> ToldFacts:
    """Return what it adds that a record was deleted in the CRM: a note, and the stage that company.yaml names for it.

    What was known of the lead stays known.
    """
    told = ToldFacts(replace(known, deleted_at=moment, why=None))
    named = company.crm.deleted_stage if company.crm else None
    if named and known.lead_id and known.lead_digest and known.entity != "call":
        gone = StageIn(id=_step(known, moment), stage=named, at=moment, sent_at=moment)
        told.bodies.append((LeadId(known.lead_id), gone))
    return told


def taken_back(known: KnownRecord, history: LeadHistory, moment: datetime) -> StageIn | None:
    """Return what corrects the stage of a record's deletion, now that it is back: the stage that its lead stood at before.

    None where no stage was told of the deletion.
    """
    if known.deleted_at is None:
        return None
    steps = [one for one in told_last(history.facts) if isinstance(one, Stage)]
    gone = next((one for one in steps if one.stage_id == _step(known, known.deleted_at)), None)
    if gone is None:
        return None
    before = max((one for one in steps if one is not gone and one.at <= gone.at), key=lambda one: one.at, default=None)
    stage = before.stage if before else BACK
    amount, reason = (before.amount, before.reason) if before else (None, None)
    return StageIn(id=gone.stage_id, stage=stage, at=gone.at, amount=amount, reason=reason, sent_at=moment)


def _step(known: KnownRecord, moment: datetime) -> str:
    return f"deleted:{known.entity}:{known.record_id}:{microseconds(moment)}"
