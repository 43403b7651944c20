"""What becomes of a request whose record was merged into another in the CRM: one request goes on, with what was known of both.

The request that was there first goes on under its own id, whichever number the CRM gives to the record that is left: its queue
place, calls and scores stay its own. What was known of the other is told of it anew, as known from now on, since until now
nobody knew that both are one. The other then counts nowhere, where company.yaml names a stage for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from features.crm.mapped import Mapped
from features.crm.record_book import KnownRecord
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.identity import told_last
from features.facts.values import Answers, Call, LeadId, Stage
from leadloop.connecting.deleted import deletion
from leadloop.connecting.told_facts import Body, ToldFacts
from serving.intake.sent_facts import CallIn, StageIn

REMEDY = "name a stage of the kind ignore under crm.deleted_stage for what comes"
COUNTED_TWICE = f"it was merged into another, and both count; {REMEDY}"
FOUND_ITS_OWNER = f"it belongs to a request now, and counts as one of its own as well; {REMEDY}"


def goes_on(own: KnownRecord | None, gone: Sequence[KnownRecord]) -> str | None:
    """Return the lead that goes on: the record's own where it has one, else of those merged into it the one with the lowest id.

    >>> goes_on(None, [KnownRecord("contact", "52", "52", b"x"), KnownRecord("contact", "7", "7", b"x")])
    '7'
    """
    if own is not None and own.lead_digest is not None and (own.deleted_at is None or not gone):
        return own.lead_id  # also where it was deleted there, and is back
    leads = [one.lead_id for one in gone if one.lead_digest is not None and one.lead_id]
    return min(leads, key=lambda one: (len(one), one), default=None)


def under(mapped: Mapped, lead_id: str | None) -> Mapped:
    """Return what a record comes to under the lead that goes on; when that lead came stays as it is known."""
    if mapped.lead is None or lead_id is None or lead_id == mapped.lead_id:
        return mapped
    return replace(mapped, lead_id=lead_id, lead=replace(mapped.lead, created_at=None))


def absorbed(
    gone: KnownRecord,
    into: str | None,
    history: LeadHistory | None,
    company: Company,
    moment: datetime,
    *,
    else_twice: str = COUNTED_TWICE,
) -> ToldFacts:
    """Return what it adds that a record was merged into another: of the lead ``into`` the calls and stages of its own lead.

    Parameters
    ----------
    history
        Of the lead that goes on no more; None where the record was none, or is the one that goes on.
    else_twice
        What is said where no stage is named for leads that go on no more.
    """
    if history is None or into is None:
        return ToldFacts(replace(gone, deleted_at=moment, why=None))
    told = deletion(gone, company, moment)
    ended = [] if told.bodies else [else_twice]
    again = [(LeadId(into), body) for body in _told_again(history, moment)]
    after = replace(told.after, lead_id=into, why="; ".join(ended) or None)
    return ToldFacts(after, again + told.bodies, ended, moved=(history.lead_id, LeadId(into)))


def _told_again(history: LeadHistory, moment: datetime) -> Iterable[Body]:
    for fact in told_last(history.facts):
        if isinstance(fact, Call):
            yield CallIn(
                id=fact.call_id, at=fact.at, result=fact.result, manager=fact.manager, seconds=fact.seconds,
                answers=_as_sent(fact.answers), attracts=fact.attracts, ideal_product=fact.ideal_product, comment=fact.comment,
                call_back_at=fact.call_back_at, grade=fact.grade, sent_at=moment,
            )  # fmt: skip
        elif isinstance(fact, Stage):
            yield StageIn(
                id=fact.stage_id, stage=fact.stage, at=fact.at, amount=fact.amount, reason=fact.reason,
                manager=fact.manager, sent_at=moment,
            )  # fmt: skip


def _as_sent(answers: Answers) -> dict[str, float | bool | str | list[str] | None]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in answers.items()}
