"""How many leads of each day were looked at, and how many of those are non-target, by the two ways of finding it out.

Whoever was spoken to is one look; what the talk or a stage said of it counts. Rubbish that is named without a talk (spam,
say) is known at once, while the leads beside it still wait for their call: counted together, every latest week would look
spoiled. So it is a share of its own, of all leads that came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.facts.company import Company
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary

FoundBy = Literal["talk", "name", "any"]
"""How a lead is found to be non-target: in or after a talk, by a name alone, or (no calls are recorded) any of both."""


@dataclass(frozen=True, slots=True)
class NonTargetDay:
    """The leads created on one day in the company's zone: how many were looked at, and non-target ones of them."""

    day: date
    looks: int
    non_target: int


def non_target_days(leads: Iterable[LeadSummary], company: Company) -> dict[FoundBy, list[NonTargetDay]]:
    """Return the days on which something was looked at, the oldest first, by each way in which this company finds out.

    Where it records no calls every lead counts as worked, so every lead is a look. "name" is there only where a lead was
    ever named non-target without a talk.
    """
    leads = list(leads)
    if not company.calls_recorded:
        return {"any": _days(leads, leads, company)}
    spoken = [one for one in leads if one.spoken]
    named = [one for one in leads if not one.spoken]
    ways: dict[FoundBy, list[NonTargetDay]] = {"talk": _days(spoken, spoken, company)}
    if any(one.is_non_target for one in named):
        ways["name"] = _days(leads, named, company)
    return ways


def main_days(ways: Mapping[FoundBy, list[NonTargetDay]]) -> list[NonTargetDay]:
    """Return the days of the share that stands first: after a talk, or of all leads where no calls are recorded."""
    return ways.get("talk", ways.get("any", []))


def rate_of(days: Iterable[NonTargetDay]) -> Rate:
    """Return the non-target share over some days.

    >>> rate_of([NonTargetDay(date(2026, 3, 2), 10, 2), NonTargetDay(date(2026, 3, 3), 5, 1)])
    Rate(count=3, of=15)
    """
    looks = bad = 0
    for one in days:
        looks, bad = looks + one.looks, bad + one.non_target
    return Rate(bad, looks)


def _days(looks: Iterable[LeadSummary], may_be_bad: Iterable[LeadSummary], company: Company) -> list[NonTargetDay]:
    counts: dict[date, list[int]] = {}
    for one in looks:
        counts.setdefault(one.created_at.astimezone(company.zone).date(), [0, 0])[0] += 1
    for one in may_be_bad:
        counts[one.created_at.astimezone(company.zone).date()][1] += one.is_non_target
    return [NonTargetDay(day, n, bad) for day, (n, bad) in sorted(counts.items())]
