"""The leads of one group that is watched, and what counts as bad among them by the measure it is watched by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from features.facts.company import Company
from monitoring.alarms.alarm import Watched
from monitoring.lead_book import LeadSummary

Badness = Callable[[LeadSummary], bool | None]
"""Whether a lead is bad by a measure; None where nothing is known of it yet."""


def is_member(one: LeadSummary, watched: Watched) -> bool:
    """Return whether a lead belongs to the group; an offer that is watched without a channel may run in any."""
    if watched.channel and one.channel != watched.channel:
        return False
    return watched.level == "channel" or getattr(one, watched.level) == watched.name


def members(summaries: Iterable[LeadSummary], watched: Watched) -> list[LeadSummary]:
    """Return the leads of the group."""
    return [one for one in summaries if is_member(one, watched)]


def badness_of(measure: str, company: Company, moment: datetime) -> Badness | None:
    """Return what makes a lead bad by a measure; None for a measure that no lead can be bad by, such as a chance."""

    def non_target(one: LeadSummary) -> bool | None:
        return one.is_non_target if one.spoken or one.is_non_target or not company.calls_recorded else None

    def bought(one: LeadSummary) -> bool | None:
        outcome = one.outcome(moment, company)
        return outcome == "did_not_buy" if outcome in ("bought", "did_not_buy") else None

    ways: dict[str, Badness] = {
        "non_target": non_target,
        "named": lambda one: one.is_non_target and not one.spoken,
        "not_reached": lambda one: not one.spoken if one.calls else None,
        "unqualified": lambda one: not one.is_qualified if one.spoken else None,
        "bought": bought,
    }
    return ways.get(measure)
