"""What an ad system was told and is so no more: a sale for another amount, or a step that was taken back.

Each is told once, under the time of the conversion as it was told; what was taken out once cannot be put in again. Of what a
system was told and is still so nothing stands here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.conversions.ad_systems import AdSystem
from monitoring.conversions.conversion import ToldStep
from monitoring.conversions.lead_steps import LeadSteps
from monitoring.conversions.ledger import RETRACTED, Key, Told
from monitoring.conversions.standing import Candidate, Look, Standing, candidates_of, steps_told


def adjustments_looked_at(
    system: AdSystem,
    leads: Mapping[LeadId, LeadSteps],
    told: Mapping[Key, Told],
    adjusted: Mapping[Key, Told],
    *,
    company: Company,
    moment: datetime,
    lead_count: int,
) -> Look:
    """Return how everything stands that ``system`` may mend at ``moment``.

    Parameters
    ----------
    leads
        Those that were told; one that is missing is stored no more.
    told, adjusted
        What the ad system was told last of each conversion, and of each adjustment.
    """
    counts: dict[ToldStep, Counter[Standing]] = {step: Counter() for step in steps_told(system, company)}
    ready: list[Candidate] = []
    again: list[Candidate] = []
    for (_, step), one, standing in adjustments_of(system, leads, told, adjusted, company=company, moment=moment):
        counts[step][standing] += 1
        if one is not None and standing in ("ready", "restatement"):
            ready.append(one)
        elif one is not None and standing == "told" and system.carries(one.ids):
            again.append(one)
    not_reached = {step: lead_count - sum(of.values()) for step, of in counts.items()}
    return Look(lead_count, counts, not_reached, tuple(ready), tuple(again))


def adjustments_of(
    system: AdSystem,
    leads: Mapping[LeadId, LeadSteps],
    told: Mapping[Key, Told],
    adjusted: Mapping[Key, Told],
    *,
    company: Company,
    moment: datetime,
) -> Iterator[tuple[Key, Candidate | None, Standing]]:
    """Yield what was told and is so no more, and where it stands; None where the lead is stored no more."""
    now = {one.key: one for lead in leads.values() for one in candidates_of(lead, system, company)}
    steps = steps_told(system, company)
    for key, first in told.items():
        lead_id, step = key
        if step not in steps:
            continue
        lead, last = leads.get(lead_id), adjusted.get(key)
        if lead is None:
            yield key, None, "no_click_id"
            continue
        one = _adjustment(lead, step, now.get(key), first, last, moment)
        if one is not None:
            yield key, one, _standing(one, last, system, moment)


def _adjustment(
    lead: LeadSteps, step: ToldStep, now: Candidate | None, first: Told, last: Told | None, moment: datetime
) -> Candidate | None:
    """Return what there is to tell of a conversion, or was; None where it is as it was told."""
    basis = RETRACTED if now is None or now.paid == 0 else now.basis
    before = (last or first).basis
    if before == RETRACTED or basis == before:
        if last is None:
            return None
        basis, at = before, last.at
    else:
        at = moment
    ids = lead.ids
    return Candidate(lead, step, at, None, basis, None, now.paid if now else None, ids, adjusts=first.at)


def _standing(one: Candidate, last: Told | None, system: AdSystem, moment: datetime) -> Standing:
    if last is not None and one.basis == last.basis:
        return "told"
    if moment > system.last_moment(one.lead.created_at, one.adjusts or one.at):
        return "too_old"
    if one.lead.may_tell is False:
        return "no_consent"
    if not system.carries(one.ids):
        return "no_click_id"
    if one.basis != RETRACTED and one.paid is None:
        return "unknown_value"
    return "ready" if last is None else "restatement"
