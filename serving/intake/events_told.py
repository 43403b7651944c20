"""Adds a call or a stage of a stored lead to its facts; of one that is told several times, the latest telling counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from features.facts.codec import encoded
from features.facts.company import Company
from features.facts.gathered import GatheredFacts, same_thing
from features.facts.values import Call, LeadId, Stage
from serving.intake.said import Said, not_ahead, sent_at_of
from serving.intake.sent_facts import CallIn, StageIn
from serving.intake.sent_lead import answers_of


def say_call(lead_id: LeadId, body: CallIn, facts: GatheredFacts, now: datetime, *, company: Company) -> Said:
    """Add a call; ``UnknownLead`` where its lead is not stored, ``FactRefused`` where a moment lies ahead."""
    history, moment = facts.history(lead_id), facts.moment(lead_id, now)
    answers, unknown = answers_of(body.answers, company)
    sent_at = sent_at_of(body.sent_at, moment)
    call = Call(
        lead_id,
        not_ahead("at", body.at, moment) or min(sent_at or moment, moment),
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
    )
    call = facts.as_kept(call)
    versions = [one for one in same_thing(call, history.stored) if isinstance(one, Call)]
    call = replace(call, at=_when(call, body, versions))
    return Said(_is_latest(call, versions) and facts.append(call), unknown, moment, call.at)


def say_stage(lead_id: LeadId, body: StageIn, facts: GatheredFacts, now: datetime) -> Said:
    """Add a stage; errors as of ``say_call``."""
    history, moment = facts.history(lead_id), facts.moment(lead_id, now)
    sent_at = sent_at_of(body.sent_at, moment)
    at = not_ahead("at", body.at, moment) or min(sent_at or moment, moment)
    stage = Stage(
        lead_id, at, moment, body.stage, body.amount, body.reason, body.manager, stage_id=body.id, told_at=sent_at
    )
    stage = facts.as_kept(stage)
    versions = [one for one in same_thing(stage, history.stored) if isinstance(one, Stage)]
    stage = replace(stage, at=_when(stage, body, versions))
    return Said(_is_latest(stage, versions) and facts.append(stage), [], moment)


def _when(fact: Call | Stage, body: CallIn | StageIn, versions: Sequence[Call | Stage]) -> datetime:
    """Return when something happened: where it is told again without a moment, when it was told to have happened before."""
    is_told = body.at is not None or body.sent_at is not None or not versions
    return fact.at if is_told else max(versions, key=lambda one: one.known_at).at


def _is_latest(fact: Call | Stage, versions: Sequence[Call | Stage]) -> bool:
    """Return whether none of its versions was told after it.

    Of two that were told at one moment the one that happened later holds; of two that happened at one, what they say decides.
    """
    mine = _told(fact)
    return all(_told(one) <= mine for one in versions)


def _told(fact: Call | Stage) -> tuple[datetime, datetime, str]:
    return fact.told_at or fact.known_at, fact.at, encoded(fact)
