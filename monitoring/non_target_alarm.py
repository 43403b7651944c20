"""Which channels send more non-target traffic than before, and since when; trusted because it may be looked at daily.

Each look at a lead (``non_target_days``) counts for its channel, in the order in which the leads were created.
Against the hypothesis that the channel's share never changed stands a mixture over the days on which it may have risen.
The evidence is an e-process: the mixture's likelihood over the largest likelihood any constant share could have
(Ramdas, Ruf, Larsson & Koolen 2022, "Testing exchangeability", Int. J. Approximate Reasoning 141:83-109). At a constant
share it ever reaches 1/alpha with probability at most alpha, however often one looks; the company's alpha is shared by
all that is watched. What is older than the window is forgotten, so the promise is for each such stretch of time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from features.facts.company import Company
from monitoring.channel_quality import can_tell_non_target
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.non_target_days import NonTargetDay, named_without_a_talk, non_target_days, rate_of

WatchState = Literal["watched", "too_little", "nothing_says_so"]
ALPHA = 0.05
"""The chance that a company whose channels never change is ever alarmed."""
FEWEST_BEFORE, FEWEST_SINCE = 30, 12
WINDOW = timedelta(days=120)
"""How far back leads are looked at."""
LIKELY = 3.0
"""Days whose log-likelihood is within this of the best day's are named as the interval."""
BETA = 0.5
"""Both shares are mixed over Jeffreys' prior, beta(1/2, 1/2)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A channel whose non-target share rose: the likely day, the days it may have been, the shares on both sides."""

    channel: str
    since: date
    earliest: date
    latest: date
    before: Rate
    after: Rate
    evidence: float
    """Natural logarithm of the e-value."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A channel without an alarm: what was looked at, and the share that would have been noticed by now.

    ``noticeable`` is None where there is not enough data to notice anything; of ``not_looked_at`` leads nothing is
    known: they were neither spoken to nor named non-target.
    """

    channel: str
    share: Rate
    noticeable: float | None
    not_looked_at: int


def watch_state(quiet: Sequence[Quiet], alarms: Sequence[Alarm], company: Company, moment: datetime) -> WatchState:
    """Return whether anything could have been noticed at all: "nothing found" is not "not looked at"."""
    if not can_tell_non_target(company, moment):
        return "nothing_says_so"
    seen = bool(alarms) or any(one.noticeable is not None for one in quiet)
    return "watched" if seen else "too_little"


def watched(
    summaries: Iterable[LeadSummary], *, company: Company, moment: datetime, alpha: float = ALPHA
) -> tuple[list[Alarm], list[Quiet]]:
    """Return the channels that rose (the strongest evidence first) and those that did not, from what is known now."""
    by_channel: dict[str, list[LeadSummary]] = {}
    for one in summaries:
        if one.created_at >= moment - WINDOW:
            by_channel.setdefault(one.channel, []).append(one)
    threshold = math.log(max(len(by_channel), 1) / alpha)
    alarms, quiet = [], []
    if not can_tell_non_target(company, moment):
        return [], []
    for channel, leads in sorted(by_channel.items()):
        days = non_target_days(leads, company)
        alarm = _alarm(channel, days, threshold)
        if alarm:
            alarms.append(alarm)
        else:
            unseen = sum(not one.spoken and not named_without_a_talk(one) for one in leads)
            not_looked_at = unseen if company.calls_recorded else 0
            quiet.append(Quiet(channel, rate_of(days), _noticeable(days, threshold), not_looked_at))
    return sorted(alarms, key=lambda alarm: -alarm.evidence), quiet


def _alarm(channel: str, days: Sequence[NonTargetDay], threshold: float) -> Alarm | None:
    total, bad = _sums(days)
    candidates = list(_change_points(days))
    if not candidates:
        return None
    logs = [_split_evidence(k0, n0, bad - k0, total - n0) for _, n0, k0 in candidates]
    evidence = _log_mixture(logs) - _best_constant(bad, total)
    best = max(range(len(logs)), key=logs.__getitem__)
    day, n0, k0 = candidates[best]
    if evidence < threshold or not _rose(k0, n0, bad - k0, total - n0):
        return None
    likely = [one[0] for one, log in zip(candidates, logs, strict=True) if log >= logs[best] - LIKELY]
    before, after = rate_of(one for one in days if one.day < day), rate_of(one for one in days if one.day >= day)
    return Alarm(channel, day, min(likely), max(likely), before, after, evidence)


def _sums(days: Iterable[NonTargetDay]) -> tuple[float, float]:
    """Return (looks, non-target ones) over some days."""
    looks = bad = 0.0
    for one in days:
        looks, bad = looks + one.looks, bad + one.non_target
    return looks, bad


def _change_points(days: Sequence[NonTargetDay]) -> Iterable[tuple[date, float, float]]:
    """Yield (day, looks before it, non-target before it) for the days on which a change could be seen."""
    total, _ = _sums(days)
    looks = bad = 0.0
    for day in days:
        if looks >= FEWEST_BEFORE and total - looks >= FEWEST_SINCE:
            yield day.day, looks, bad
        looks, bad = looks + day.looks, bad + day.non_target


def _rose(k0: float, n0: float, k1: float, n1: float) -> bool:
    return k1 * n0 > k0 * n1


def _split_evidence(k0: float, n0: float, k1: float, n1: float) -> float:
    """Return the log-likelihood of one share before and another, higher one since, each mixed over its prior.

    A split whose share fell counts for little: only rises are looked for.
    """
    return _mixed(k0, n0) + _mixed(k1, n1) + (0.0 if _rose(k0, n0, k1, n1) else -math.log(2.0))


def _mixed(k: float, n: float) -> float:
    """Return the log of the beta-binomial likelihood of one order of k among n."""
    return (
        math.lgamma(k + BETA) + math.lgamma(n - k + BETA) - math.lgamma(n + 2 * BETA)
        - 2 * math.lgamma(BETA) + math.lgamma(2 * BETA)
    )  # fmt: skip


def _best_constant(k: float, n: float) -> float:
    if not 0 < k < n:
        return 0.0
    return k * math.log(k / n) + (n - k) * math.log(1 - k / n)


def _log_mixture(logs: Sequence[float]) -> float:
    """Return the log of the candidates' mixture; every day of the window has its weight beforehand, seen or not."""
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs) / WINDOW.days)


def _noticeable(days: Sequence[NonTargetDay], threshold: float) -> float | None:
    """Return the share over the last two weeks' leads that would have raised an alarm by now."""
    if not days:
        return None
    border = days[-1].day - timedelta(days=14)
    n0, k0 = _sums(day for day in days if day.day <= border)
    n1, _ = _sums(day for day in days if day.day > border)
    if n0 < FEWEST_BEFORE or n1 < FEWEST_SINCE:
        return None
    for k1 in range(round(n1 * k0 / n0) + 1, int(n1) + 1):
        if _mixed(k0, n0) + _mixed(k1, n1) - _best_constant(k0 + k1, n0 + n1) >= threshold + math.log(WINDOW.days):
            return k1 / n1
    return None
