"""Everything that is watched, as known at a moment: what changed for the worse, what is quiet, and what nobody can know yet.

This is the whole pass of a day. It reads the lead book, the scores that leads were given when they came, and the spend; it keeps
nothing, so that any day of the past can be looked at again as it was known then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import log
from typing import Literal

from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.alarms.alarm import Alarm, Clock, Level, Watched
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.budget import Budget, budget
from monitoring.alarms.cost import cost_since
from monitoring.alarms.entries import ANSWER, clock_of, day_of
from monitoring.alarms.episodes import Episode, Face, Standing, standing
from monitoring.alarms.market import Counted, market_of_others
from monitoring.alarms.noticeable import LATEST, noticeable
from monitoring.alarms.quiet import Ended, Quiet
from monitoring.alarms.size import size_interval
from monitoring.alarms.stream_counts import ARRIVED, LEVELS, Days, Tally
from monitoring.alarms.usual import FEWEST, STILL, Moved
from monitoring.channel_quality import can_tell_non_target, has_rules
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary

WINDOW, LONGEST_PAST = 120, 400
"""Days in which a group must have had a lead to be watched, and days that are looked at."""
URGENT = 0.25
"""A channel whose share surely changed by so much should not wait for the day's digest."""
WatchState = Literal["watched", "too_little", "nothing_says_so"]
Place = tuple[str, str]
"""(channel, name) of a watched group."""
Only = Callable[[Watched], bool]


@dataclass(frozen=True, slots=True)
class ClockStand:
    """What a clock was told of the leads of the last 120 days: of how many it knows, and of how many it cannot know yet.

    ``expected`` is how many of the unknown ones will buy by their scores; None on the other clocks and without scores.
    """

    clock: Clock
    known: int
    unknown: int
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The day's pass: alarms (the strongest evidence first), those that are over, and the quiet streams.

    ``state`` says of the non-target share whether anything could have been noticed: "nothing found" is not "not looked at".
    """

    moment: datetime
    alarms: tuple[Alarm, ...]
    ended: tuple[Ended, ...]
    quiet: tuple[Quiet, ...]
    budget: Budget
    clocks: tuple[ClockStand, ...]
    state: WatchState


def watch(
    summaries: Sequence[LeadSummary],
    *,
    company: Company,
    moment: datetime,
    spend: Sequence[Spend] = (),
    scores: Mapping[LeadId, ArrivalScore] | None = None,
    only: Only | None = None,
    tally: Tally | None = None,
) -> Watch:
    """Return how everything that is watched stands at ``moment``.

    Parameters
    ----------
    summaries
        The leads that count, the oldest first: ``lead_book.counted``, as known at ``moment``.
    scores
        What leads were given when they came (``arrival_scores.py``); without it no chance is watched.
    only
        Looks at a part of what is watched, at the thresholds that it has as a part of the whole.
    tally
        One that counted the same company's leads before, to count only what is new.
    """
    tally = tally or Tally(company)
    tally.catch_up(summaries)
    tally.add_scores(scores or {})
    return _Pass(tally, company, moment, spend).watch(summaries, scores or {}, only or (lambda _: True))


@dataclass(frozen=True, slots=True)
class _Stream:
    """A group under a measure: its counted days, and the names of its faces with the level that each counts."""

    watched: Watched
    days: Days
    levels: tuple[int, ...]


class _Pass:
    """One pass over everything."""

    def __init__(self, tally: Tally, company: Company, moment: datetime, spend: Sequence[Spend]) -> None:
        self._tally, self._company, self._moment, self._spend = tally, company, moment, spend
        self._today = day_of(moment, company.zone)
        self._arrived = {level: tally.at(level, ARRIVED, self._today) for level in LEVELS}
        self._answers = {ANSWER + one.field: one.names for one in tally.fields}
        self._markets: dict[tuple[str, str, str, int], Mapping[int, Moved]] = {}
        self._kin: dict[tuple[str, str], dict[Place, Days]] = {}
        self._promised: dict[str, dict[Place, dict[int, list[float]]]] = {}

    def watch(self, summaries: Sequence[LeadSummary], scores: Mapping[LeadId, ArrivalScore], only: Only) -> Watch:
        streams = list(self._streams())
        shared = budget(
            [one.watched for one in streams if _leads(one.days) >= FEWEST], self._company.alarms.false_alarms_a_year
        )
        alarms: list[Alarm] = []
        ended: list[Ended] = []
        quiet: list[Quiet] = []
        for stream in streams:
            if only(stream.watched):
                self._look(stream, shared, alarms, ended, quiet)
        alarms.sort(key=lambda one: (-one.evidence, one.watched))
        state = self._state(alarms, quiet)
        clocks = tuple(self._clocks(summaries, scores))
        return Watch(self._moment, tuple(alarms), tuple(ended), tuple(quiet), shared, clocks, state)

    def _look(
        self, stream: _Stream, shared: Budget, alarms: list[Alarm], ended: list[Ended], quiet: list[Quiet]
    ) -> None:
        share = shared.shares.get(stream.watched)
        threshold = shared.threshold(stream.watched) if share else float("inf")
        stand = standing(self._faces(stream), threshold, float(self._today)) if share else Standing((), ())
        for episode in stand.episodes:
            alarm = self._alarm(stream, episode)
            if episode.over_on is None or episode.why_over is None:
                alarms.append(alarm)
            else:
                ended.append(Ended(alarm, date.fromordinal(int(episode.over_on)), episode.why_over))
        if stand.open is None:
            quiet.append(self._quiet(stream, stand, threshold))

    def _streams(self) -> Iterator[_Stream]:
        """Yield what can be watched: groups that had a lead in the window, under each measure that the company can tell."""
        told = can_tell_non_target(self._company, self._moment)
        for measure in self._tally.counts:
            if measure == ARRIVED or (measure in ("non_target", "named") and not told):
                continue
            if measure == "unqualified" and not has_rules(self._company, self._moment):
                continue
            levels = tuple(range(len(self._answers[measure]))) if measure in self._answers else (1,)
            for level in LEVELS:
                for (channel, name), days in sorted(self._days(level, measure).items()):
                    if measure == "named" and not any(counts[1] for counts in days.values()):
                        continue
                    if any(day > self._today - WINDOW for day in self._arrived[level].get((channel, name), ())):
                        yield _Stream(Watched(clock_of(measure), level, measure, channel, name), days, levels)

    def _days(self, level: Level, measure: str) -> dict[Place, Days]:
        if (level, measure) not in self._kin:
            found = self._tally.at(level, measure, self._today)
            oldest = self._today - LONGEST_PAST
            self._kin[level, measure] = {
                place: {day: counts for day, counts in days.items() if day > oldest and any(counts)}
                for place, days in found.items()
            }
        return self._kin[level, measure]

    def _faces(self, stream: _Stream) -> list[Face]:
        return [Face(_counted(stream.days, level), self._market(stream.watched, level)) for level in stream.levels]

    def _market(self, watched: Watched, face: int) -> Mapping[int, Moved]:
        """Return what moved all at once, as the other channels saw it; for an offer, the other offers."""
        level: Level = "offer" if watched.level == "offer" else "channel"
        own = (watched.channel, watched.name if level == "offer" else "")
        key = (level, watched.measure, "|".join(own), face)
        if key not in self._markets:
            kin = self._days(level, watched.measure)
            others = [_counted(days, face) for place, days in kin.items() if place != own]
            moved = market_of_others(others, _counted(kin.get(own, {}), face))
            self._markets[key] = self._as_promised(level, own, moved) if watched.measure == "bought" else moved
        return self._markets[key]

    def _as_promised(self, level: Level, own: Place, moved: Mapping[int, Moved]) -> Mapping[int, Moved]:
        """Return the market with what scores promised of the leads of a day, where nearly all of them had one."""
        if level not in self._promised:
            self._promised[level] = self._tally.promised_at(level, self._today)
        promised = self._promised[level].get(own, {})
        leads = _leads(self._days(level, "bought").get(own, {}))
        if sum(count for _, count in promised.values()) < 0.9 * max(leads, 1):
            return moved
        usual = sum(whole for whole, _ in promised.values()) / max(sum(count for _, count in promised.values()), 1.0)
        shifted = dict(moved)
        for day, (whole, count) in promised.items():
            known = moved.get(day, STILL)
            shifted[day] = replace(known, by=known.by + _log_odds(whole / count) - _log_odds(usual))
        return shifted

    def _alarm(self, stream: _Stream, episode: Episode) -> Alarm:
        watched, flipped = stream.watched, stream.watched.measure == "bought"
        before, after = (_flipped(one) if flipped else one for one in (episode.before, episode.after))
        splits = [(before, after), *((_flipped(b), _flipped(a)) if flipped else (b, a) for b, a in episode.splits)]
        low, high = size_interval([one for one in splits if one[0].of and one[1].of])
        since = date.fromordinal(episode.change.day)
        names = self._answers.get(watched.measure)
        return Alarm(
            watched=watched,
            raised_on=date.fromordinal(int(episode.raised_on)),
            since=since,
            earliest=date.fromordinal(episode.change.earliest),
            latest=date.fromordinal(episode.change.latest),
            before=before,
            after=after,
            size=(after.value or 0.0) - (before.value or 0.0),
            size_interval=(low, high),
            evidence=episode.change.evidence,
            cost_since=cost_since(watched, since, self._spend, self._company),
            urgent=watched.level == "channel" and watched.clock == "call" and low >= URGENT,
            answer=names[stream.levels[episode.face]] if names else "",
        )

    def _quiet(self, stream: _Stream, stand: Standing, threshold: float) -> Quiet:
        watched, flipped = stream.watched, stream.watched.measure == "bought"
        window = _of_days(stream.days, self._today - WINDOW)
        latest = _of_days(stream.days, self._today - LATEST)
        shares = [_rate(one, level) for one in (window, latest) for level in stream.levels[:1]]
        asked = zip(stand.usual, stand.dispersion, strict=True) if sum(latest) else ()
        found = [noticeable(sum(latest), usual, threshold, alike) for usual, alike in asked]
        smallest = min((one for one in found if one is not None), default=None)
        arrived = self._arrived[watched.level].get((watched.channel, watched.name), {})
        unknown = max(sum(_of_days(arrived, self._today - WINDOW)) - sum(window), 0)
        if flipped:
            shares, smallest = [_flipped(one) for one in shares], None if smallest is None else 1.0 - smallest
        return Quiet(watched, shares[0], shares[1], smallest, unknown)

    def _state(self, alarms: Iterable[Alarm], quiet: Iterable[Quiet]) -> WatchState:
        if not can_tell_non_target(self._company, self._moment):
            return "nothing_says_so"
        asked = ("non_target", "named")
        alarmed = any(one.watched.measure in asked for one in alarms)
        seen = any(one.watched.measure in asked and one.noticeable is not None for one in quiet)
        return "watched" if alarmed or seen else "too_little"

    def _clocks(self, summaries: Sequence[LeadSummary], scores: Mapping[LeadId, ArrivalScore]) -> Iterator[ClockStand]:
        oldest = self._today - WINDOW
        zone = self._company.zone
        recent = [one for one in summaries if one.created_at.astimezone(zone).toordinal() > oldest]
        scored = sum(one.lead_id in scores for one in recent)
        yield ClockStand("arrival", len(recent), 0 if not scores else len(recent) - scored)
        told = [one for one in recent if one.spoken or not self._company.calls_recorded]
        yield ClockStand("call", len(told), len(recent) - len(told))
        open_ones = [one for one in recent if one.outcome(self._moment, self._company) == "open" and not one.won_at]
        expected = sum(scores[one.lead_id].probability for one in open_ones if one.lead_id in scores)
        yield ClockStand("purchase", len(recent) - len(open_ones), len(open_ones), expected if scores else None)


def _counted(days: Days, level: int) -> list[Counted]:
    return [(float(day), float(days[day][level]), float(sum(days[day]))) for day in sorted(days)]


def _leads(days: Days) -> int:
    return sum(sum(counts) for counts in days.values())


def _of_days(days: Days, after: int) -> list[int]:
    """Return the counts of the days after one, level by level."""
    found: list[int] = []
    for day, counts in days.items():
        if day > after:
            found = [a + b for a, b in zip(found, counts, strict=True)] if found else list(counts)
    return found


def _rate(counts: Sequence[int], level: int) -> Rate:
    return Rate(counts[level], sum(counts)) if counts else Rate(0, 0)


def _flipped(rate: Rate) -> Rate:
    return Rate(rate.of - rate.count, rate.of)


def _log_odds(share: float) -> float:
    return log(max(share, 1e-6) / max(1.0 - share, 1e-6))
