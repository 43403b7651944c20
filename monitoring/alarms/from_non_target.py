"""The alarms as known at a moment, from the watch over channels' non-target leads; the only file that knows that watch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from features.facts.channels import channel_reader
from features.facts.company import Company
from features.facts.values import Spend
from monitoring import non_target_alarm
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.look import AlarmLook, Quiet
from monitoring.lead_book import LeadSummary
from monitoring.non_target_days import FoundBy
from monitoring.rate_difference import difference_interval

CANNOT_WAIT = 0.25
"""A share that surely rose by so much is told at once."""


def alarms_as_known(
    summaries: Sequence[LeadSummary], spend: Iterable[Spend], *, company: Company, moment: datetime
) -> AlarmLook:
    """Return what is wrong and what is quiet, by what is known at ``moment``.

    Parameters
    ----------
    summaries
        The leads that count: ``lead_book.counted``.
    spend
        What is known of costs: ``FactStore.spend``.
    """
    alarms, quiet = non_target_alarm.watched(summaries, company=company, moment=moment)
    today, paid = moment.astimezone(company.zone).date(), list(spend)
    found = []
    for one in alarms:
        interval = difference_interval(one.before, one.after)
        found.append(
            Alarm(
                watched=_watched(one.channel, one.found_by),
                raised_on=today,
                since=one.since,
                earliest=one.earliest,
                latest=one.latest,
                before=one.before,
                after=one.after,
                size=(one.after.value or 0.0) - (one.before.value or 0.0),
                size_interval=interval,
                evidence=one.evidence,
                cost_since=_cost_since(one, paid, company),
                urgent=interval[0] >= CANNOT_WAIT,
            )
        )
    calm = [Quiet(_watched(q.channel, q.found_by), q.share, q.noticeable, q.not_looked_at) for q in quiet]
    state = non_target_alarm.watch_state(quiet, alarms, company, moment)
    return AlarmLook(tuple(found), tuple(calm), state)


def _watched(channel: str, found_by: FoundBy) -> Watched:
    if found_by == "name":
        return Watched("arrival", "channel", "named", channel)
    return Watched("call", "channel", "non_target", channel)


def _cost_since(alarm: non_target_alarm.Alarm, spend: Iterable[Spend], company: Company) -> float | None:
    channel_of = channel_reader(company.channels)
    costs = [
        one.cost
        for one in spend
        if one.day >= alarm.since and one.currency == company.currency and channel_of(one.marks) == alarm.channel
    ]
    return sum(costs) if costs else None
