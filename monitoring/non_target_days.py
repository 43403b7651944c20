"""How many leads of each day were looked at, and how many of those are non-target.

A lead that somebody spoke to is one look. One that was named non-target without a talk (spam, say) is known at once,
while the leads beside it still wait for their call: counted whole, it would make every latest week look spoiled. It
weighs as much as the share of its day's other leads that were spoken to, as if rubbish were called as often as the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from features.facts.company import Company
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary


@dataclass(frozen=True, slots=True)
class NonTargetDay:
    """The leads created on one day in the company's zone: how many were looked at, and non-target ones of them."""

    day: date
    looks: float
    non_target: float


def non_target_days(leads: Iterable[LeadSummary], company: Company) -> list[NonTargetDay]:
    """Return one channel's (or campaign's) days, the oldest first.

    Where the company records no calls every lead is a look, named or not: all of them count as worked. A day on which
    nothing but named leads came takes the share spoken to over all days.
    """
    by_day: dict[date, list[LeadSummary]] = {}
    for one in leads:
        by_day.setdefault(one.created_at.astimezone(company.zone).date(), []).append(one)
    if not company.calls_recorded:
        return [NonTargetDay(day, len(those), _bad(those)) for day, those in sorted(by_day.items())]
    usual = _share_spoken_to([one for those in by_day.values() for one in those], 1.0)
    return [_looked_at(day, those, _share_spoken_to(those, usual)) for day, those in sorted(by_day.items())]


def rate_of(days: Iterable[NonTargetDay]) -> Rate:
    """Return the non-target share over some days, in whole leads.

    >>> first, second = date(2026, 3, 2), date(2026, 3, 3)
    >>> rate_of([NonTargetDay(first, 10.0, 2.0), NonTargetDay(second, 5.5, 1.5)])
    Rate(count=4, of=16)
    """
    looks = non_target = 0.0
    for one in days:
        looks, non_target = looks + one.looks, non_target + one.non_target
    return Rate(round(non_target), round(looks))


def named_without_a_talk(lead: LeadSummary) -> bool:
    """Return whether a lead was called non-target though nobody spoke to it."""
    return lead.non_target_known_at is not None and not lead.spoken


def _looked_at(day: date, leads: Sequence[LeadSummary], weight: float) -> NonTargetDay:
    spoken = [one for one in leads if one.spoken]
    named = weight * sum(named_without_a_talk(one) for one in leads)
    return NonTargetDay(day, len(spoken) + named, _bad(spoken) + named)


def _share_spoken_to(leads: Iterable[LeadSummary], otherwise: float) -> float:
    """Return the share spoken to of the leads that were not named without a talk."""
    others = [one.spoken for one in leads if not named_without_a_talk(one)]
    return sum(others) / len(others) if others else otherwise


def _bad(leads: Sequence[LeadSummary]) -> int:
    return sum(one.non_target_known_at is not None for one in leads)
