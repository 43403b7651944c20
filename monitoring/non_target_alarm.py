"""Which channels send more non-target traffic than before, and since when; trusted because it may be looked at daily.

Each look at a lead (``non_target_days`` says what is one) counts for its channel, in the order in which the leads were
created; talks, and rubbish named without one, are watched apart.
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
from monitoring.non_target_days import FoundBy, NonTargetDay, non_target_days, rate_of

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
    found_by: FoundBy
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

    ``noticeable`` is None where there is not enough data to notice anything; of ``not_looked_at`` leads nothing is known.
    """

    channel: str
    found_by: FoundBy
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
    if not can_tell_non_target(company, moment):
        return [], []
    by_channel: dict[str, list[LeadSummary]] = {}
    for one in summaries:
        if one.created_at >= moment - WINDOW:
            by_channel.setdefault(one.channel, []).append(one)
    ways = {channel: non_target_days(leads, company) for channel, leads in sorted(by_channel.items())}
    threshold = math.log(max(sum(map(len, ways.values())), 1) / alpha)
    alarms, quiet = [], []
    for channel, found in ways.items():
        told = (_alarm(channel, by, days, threshold) for by, days in found.items())
        rose = [alarm for alarm in told if alarm]
        if rose:
            alarms.append(max(rose, key=lambda alarm: alarm.evidence))
            continue
        for by, days in found.items():
            share = rate_of(days)
            not_looked_at = len(by_channel[channel]) - share.of
            quiet.append(Quiet(channel, by, share, _noticeable(days, threshold), not_looked_at))
    return sorted(alarms, key=lambda alarm: -alarm.evidence), quiet


def _alarm(channel: str, found_by: FoundBy, days: Sequence[NonTargetDay], threshold: float) -> Alarm | None:
    total, bad = sum(day.looks for day in days), sum(day.non_target for day in days)
    candidates = list(_change_points(days))
    if not candidates:
        return None
    logs = [_split_evidence(k0, n0, bad - k0, total - n0) for _, n0, k0 in candidates]
    evidence = _log_mixture(logs) - _best_constant(bad, total)
    best = max(range(len(logs)), key=logs.__getitem__)
    day, n0, k0 = candidates[best]
    before, after = Rate(k0, n0), Rate(bad - k0, total - n0)
    rose = (after.value or 0.0) > (before.value or 0.0)
    if evidence < threshold or not rose:
        return None
    likely = [one[0] for one, log in zip(candidates, logs, strict=True) if log >= logs[best] - LIKELY]
    return Alarm(channel, found_by, day, min(likely), max(likely), before, after, evidence)


def _change_points(days: Sequence[NonTargetDay]) -> Iterable[tuple[date, int, int]]:
    """Yield (day, leads before it, non-target before it) for the days on which a change could be seen."""
    total = sum(day.looks for day in days)
    leads = bad = 0
    for day in days:
        if leads >= FEWEST_BEFORE and total - leads >= FEWEST_SINCE:
            yield day.day, leads, bad
        leads, bad = leads + day.looks, bad + day.non_target


def _split_evidence(k0: int, n0: int, k1: int, n1: int) -> float:
    """Return the log-likelihood of one share before and another, higher one since, each mixed over its prior.

    A split whose share fell counts for little: only rises are looked for.
    """
    rose = k1 * n0 > k0 * n1
    return _mixed(k0, n0) + _mixed(k1, n1) + (0.0 if rose else -math.log(2.0))


def _mixed(k: int, n: int) -> float:
    """Return the log of the beta-binomial likelihood of one order of k among n."""
    return (
        math.lgamma(k + BETA) + math.lgamma(n - k + BETA) - math.lgamma(n + 2 * BETA)
        - 2 * math.lgamma(BETA) + math.lgamma(2 * BETA)
    )  # fmt: skip


def _best_constant(k: int, n: int) -> float:
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
    n1 = sum(day.looks for day in days if day.day > border)
    n0 = sum(day.looks for day in days if day.day <= border)
    k0 = sum(day.non_target for day in days if day.day <= border)
    if n0 < FEWEST_BEFORE or n1 < FEWEST_SINCE:
        return None
    for k1 in range(round(n1 * k0 / n0) + 1, n1 + 1):
        if _mixed(k0, n0) + _mixed(k1, n1) - _best_constant(k0 + k1, n0 + n1) >= threshold + math.log(WINDOW.days):
            return k1 / n1
    return None
