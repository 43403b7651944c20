"""How far a lead has come, and when: the request, qualified, meeting, invoice, paid; or spam, or lost.

Each step happened when its fact says so. A step that lies ahead, a meeting that was agreed for next week, has not happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from features.facts.channels import mark_of, tidied
from features.facts.conversion_settings import Consent, OrderStatus, Step
from features.facts.history import LeadHistory
from features.facts.values import SPOKEN_RESULTS, Call, Lead, LeadId, Stage, StageKind
from features.outcome_window import closed_at
from features.rows.as_of import Gate, KnownLead
from models.abc_rules import QUALIFIED, rule_grade
from monitoring.conversions.identifiers import Identifiers, click_ids


@dataclass(frozen=True, slots=True)
class Reached:
    """A step that a lead has reached.

    ``at`` is when it happened, ``known_at`` when the company knew, and so the moment of its expected value; ``amount`` is
    what was paid, where that is known.
    """

    at: datetime
    known_at: datetime
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class LeadSteps:
    """What there is to tell of a lead; ``may_tell`` is None where the company has no rule of consent."""

    lead_id: LeadId
    created_at: datetime
    channel: str
    offer: str | None
    reached: Mapping[Step, Reached]
    status: OrderStatus
    ids: Identifiers
    may_tell: bool | None


def come_so_far(history: LeadHistory, gate: Gate, moment: datetime) -> tuple[KnownLead, Mapping[Step, Reached]] | None:
    """Return a lead as known at ``moment`` and how far it had come; None before it came, and of test leads."""
    known = gate.as_of(history, moment)
    if known is None or "ignore" in known.stage_kinds or known.created_at > moment:
        return None
    return known, _reached(known, history, gate)


def steps_of_test(history: LeadHistory, gate: Gate, moment: datetime) -> LeadSteps | None:
    """Return what there is to tell of a lead that turned out to be a test: it has come nowhere. None of any other."""
    known = gate.as_of(history, moment)
    return steps_of(known, {}, gate) if known and "ignore" in known.stage_kinds else None


def steps_of(known: KnownLead, reached: Mapping[Step, Reached], gate: Gate) -> LeadSteps:
    """Return what there is to tell of a lead that has come so far."""
    settings = gate.company.conversions
    return LeadSteps(
        known.lead_id,
        known.created_at,
        known.channel,
        mark_of(known.marks, "offer"),
        reached,
        order_status(known),
        click_ids(known.marks, settings.marks),
        may_tell(known, settings.consent),
    )


def order_status(known: KnownLead) -> OrderStatus:
    """Return what became of the order that a lead is: paid, spam, cancelled, or still in progress.

    A lead that was lost and moved on in the pipeline is in progress again; a sale is never taken back.
    """
    kinds = [kind for stage, kind in _happened(known)]
    if "won" in kinds:
        return "PAID"
    closed = closed_at(known) is not None
    last = next((kind for kind in reversed(kinds) if kind in ("lost", "non_target")), None)
    if closed and last == "non_target":
        return "SPAM"
    if closed and last == "lost":
        return "CANCELLED"
    is_bad = bool(known.spoken_calls) and rule_grade(known.answers, known.company.abc_at(known.moment)) == "non_target"
    return "SPAM" if is_bad else "IN_PROGRESS"


def may_tell(known: KnownLead, consent: Consent | None) -> bool | None:
    """Return whether the person agreed that ad systems are told; None without a rule. No answer is no consent."""
    if consent is None:
        return None
    said = known.answers.get(consent.field) if consent.field else known.marks.get(consent.mark or "")
    words = said if isinstance(said, tuple) else (str(said),)
    return said is not None and bool({tidied(one) for one in words} & {tidied(one) for one in consent.yes})


def _reached(known: KnownLead, history: LeadHistory, gate: Gate) -> dict[Step, Reached]:
    told = min(one.fact.known_at for one in history.stored if isinstance(one.fact, Lead))
    reached: dict[Step, Reached] = {"lead": Reached(known.created_at, told)}
    qualified = _qualified(known, history, gate)
    if qualified:
        reached["qualified"] = qualified
    for stage, kind in _happened(known):
        step: Step | None = "paid" if kind == "won" else kind if kind in ("meeting", "invoice") else None
        if step and step not in reached:
            reached[step] = Reached(stage.at, max(stage.known_at, stage.at), stage.amount if step == "paid" else None)
    return reached


def _qualified(known: KnownLead, history: LeadHistory, gate: Gate) -> Reached | None:
    """Return when a talk first left the lead graded A or B: the call's own time, or that of answers told after it.

    Before anybody was spoken to there is no such moment; and once all calls and answers are known, the lead is as it is now.
    """
    if not known.spoken_calls:
        return None
    facts = [one.fact for one in history.stored if isinstance(one.fact, Call | Lead)]
    facts = [fact for fact in facts if fact.known_at <= known.moment]
    talk = min(fact.known_at for fact in facts if isinstance(fact, Call) and fact.result in SPOKEN_RESULTS)
    moments = sorted({fact.known_at for fact in facts if fact.known_at >= talk})
    for moment in moments:
        then = known if moment == moments[-1] else gate.as_of(history, moment)
        if then and then.spoken_calls and rule_grade(then.answers, gate.company.abc_at(moment)) in QUALIFIED:
            calls = [fact.at for fact in facts if isinstance(fact, Call) and fact.known_at == moment]
            return Reached(max(calls, default=moment), moment)
    return None


def _happened(known: KnownLead) -> list[tuple[Stage, StageKind]]:
    """Return the stages that lie in the past, with their kinds."""
    pairs = zip(known.stages, known.stage_kinds, strict=True)
    return [(stage, kind) for stage, kind in pairs if stage.at <= known.moment]
