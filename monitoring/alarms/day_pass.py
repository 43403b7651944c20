"""The pass of a day over everything that is watched.

Each channel, campaign, ad and offer is a stream under each measure; a company of a million leads has tens of thousands of them.
So all are gone through at once (``calm.py``), and only those that came near their mark one by one (``episodes.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import numpy as np

from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.alarms.alarm import Alarm, Level, Watched
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.budget import Budget, budget
from monitoring.alarms.calm import NEAR, Calm, Faced, calm
from monitoring.alarms.cost import cost_since
from monitoring.alarms.detector import mark
from monitoring.alarms.entries import ANSWER, clock_of, day_of
from monitoring.alarms.episodes import Episode, Face, Standing, standing
from monitoring.alarms.market import Counted, market_of_others
from monitoring.alarms.market_of_many import Markets, markets_of
from monitoring.alarms.noticeable import LATEST, noticeable
from monitoring.alarms.quiet import Ended, Quiet
from monitoring.alarms.size import size_interval
from monitoring.alarms.stream_counts import ARRIVED, LEVELS, Counts, Days, Place, Promised, Tally
from monitoring.alarms.usual import FEWEST, STILL, Moved
from monitoring.alarms.watch import ClockStand, Only, Watch, WatchState
from monitoring.channel_quality import can_tell_non_target, has_rules
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary

WINDOW, LONGEST_PAST = 120, 400
"""Days in which a group must have had a lead to be watched, and days that are looked at."""
URGENT = 0.25
"""A channel whose share surely changed by so much should not wait for the day's digest."""
NEARLY_ALL = 0.9
"""Where so many of a group's leads were scored, what was promised of them is expected of them."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """A group under a measure: where it stands in its counts, and the levels that each of its faces counts."""

    watched: Watched
    counts: Counts
    place: int
    levels: tuple[int, ...]
    leads: int


class DayPass:
    """One pass over everything."""

    def __init__(self, tally: Tally, company: Company, moment: datetime, spend: Sequence[Spend]) -> None:
        self._tally, self._company, self._moment, self._spend = tally, company, moment, spend
        self._today = day_of(moment, company.zone)
        self._since = self._today - LONGEST_PAST + 1
        self._answers = {ANSWER + one.field: one.names for one in tally.fields}
        self._kept: dict[tuple[Level, str], Counts] = {}
        self._promised: dict[Level, Promised] = {}
        self._seen_by: dict[tuple[Level, str, int, int], Mapping[int, Moved]] = {}
        self._came: dict[Level, dict[Place, int]] = {}

    def watch(self, summaries: Sequence[LeadSummary], scores: Mapping[LeadId, ArrivalScore], only: Only) -> Watch:
        """Return how everything stands that ``only`` lets through, at the thresholds that it has as a part of the whole."""
        streams = list(self._streams())
        shared = budget(
            [one.watched for one in streams if one.leads >= FEWEST], self._company.alarms.false_alarms_a_year
        )
        asked = [one for one in streams if only(one.watched)]
        alarms: list[Alarm] = []
        ended: list[Ended] = []
        quiet: list[Quiet] = []
        for stream, stand in zip(asked, self._standings(asked, shared), strict=True):
            self._told(stream, stand, alarms, ended)
            if stand.open is None:
                quiet.append(self._quiet(stream, stand, shared))
        alarms.sort(key=lambda one: (-one.evidence, one.watched))
        state = self._state(alarms, quiet)
        clocks = tuple(self._clocks(summaries, scores))
        return Watch(self._moment, tuple(alarms), tuple(ended), tuple(quiet), shared, clocks, state)

    def _streams(self) -> Iterator[_Stream]:
        """Yield what can be watched: groups that had a lead in the window, under each measure that the company can tell."""
        told = can_tell_non_target(self._company, self._moment)
        for measure in self._tally.measures:
            if measure in ("non_target", "named") and not told:
                continue
            if measure == "unqualified" and not has_rules(self._company, self._moment):
                continue
            levels = tuple(range(len(self._answers[measure]))) if measure in self._answers else (1,)
            for level in LEVELS:
                alive = {place for place, leads in self._lately(level).items() if leads}
                counts = self._of(level, measure)
                whole = counts.table.sum(axis=0)
                for number, place in enumerate(counts.places):
                    if place in alive and (measure != "named" or whole[number, 1]):
                        watched = Watched(clock_of(measure), level, measure, *place)
                        yield _Stream(watched, counts, number, levels, int(whole[number].sum()))

    def _counts(self, level: Level, measure: str) -> Counts:
        return self._tally.counts(level, measure, self._since, self._today)

    def _of(self, level: Level, measure: str) -> Counts:
        if (level, measure) not in self._kept:
            self._kept[level, measure] = self._counts(level, measure)
        return self._kept[level, measure]

    def _standings(self, streams: Sequence[_Stream], shared: Budget) -> Iterator[Standing]:
        """Yield how each stream stands; one that nothing is usual of yet has no share of the budget."""
        shared_by = [one for one in streams if one.watched in shared.shares]
        found, number, first = self._calm(shared_by), 0, 0
        for stream in streams:
            if stream.watched not in shared.shares:
                yield Standing((), ())
                continue
            last = first + len(stream.levels)
            if found.evidence[number] >= mark(shared.threshold(stream.watched)) * NEAR:
                yield standing(self._faces(stream), shared.threshold(stream.watched), float(self._today))
            elif found.is_known[number]:
                yield Standing(
                    (), tuple(found.usual[first:last].tolist()), tuple(found.dispersion[first:last].tolist())
                )
            else:
                yield Standing((), ())
            number, first = number + 1, last

    def _calm(self, streams: Sequence[_Stream]) -> Calm:
        rows: dict[tuple[Level, str], int] = {}
        asked: list[tuple[Counts, Sequence[int]]] = []
        kinds: list[tuple[Level, str]] = []
        so_far = 0
        for stream in streams:
            kind = _kin(stream.watched.level), stream.watched.measure
            if kind not in rows:
                counts = self._of(*kind)
                rows[kind] = so_far
                so_far += len(counts.places) * len(stream.levels)
                asked.append((counts, stream.levels))
                kinds.append(kind)
        markets = markets_of(asked)
        for kind in kinds:
            if kind[1] == "bought":
                self._shift_as_promised(kind[0], markets, rows[kind])
        places = {kind: {place: number for number, place in enumerate(self._of(*kind).places)} for kind in kinds}
        market_of: list[int] = []
        stream_of: list[int] = []
        bad = np.zeros((LONGEST_PAST, sum(len(one.levels) for one in streams)), np.int32)
        of = np.zeros((LONGEST_PAST, len(streams)), np.int32)
        for number, stream in enumerate(streams):
            kind = _kin(stream.watched.level), stream.watched.measure
            begin = rows[kind] + places[kind][_own(stream.watched)] * len(stream.levels)
            table = stream.counts.table[:, stream.place]
            bad[:, len(stream_of) : len(stream_of) + len(stream.levels)] = table[:, stream.levels]
            of[:, number] = table.sum(axis=1)
            market_of += range(begin, begin + len(stream.levels))
            stream_of += [number] * len(stream.levels)
        faced = Faced(self._since, bad, of, np.array(stream_of, np.int64), np.array(market_of, np.int64))
        return calm(faced, markets)

    def _faces(self, stream: _Stream) -> list[Face]:
        days = stream.counts.days(stream.place)
        return [Face(_counted(days, level), self._market(stream.watched, level)) for level in stream.levels]

    def _market(self, watched: Watched, face: int) -> Mapping[int, Moved]:
        """Return what moved all at once, as the other channels saw it; for an offer, the other offers."""
        level = _kin(watched.level)
        kin = self._of(level, watched.measure)
        own = kin.places.index(_own(watched))
        key = (level, watched.measure, own, face)
        if key not in self._seen_by:
            others = [_counted(kin.days(place), face) for place in range(len(kin.places)) if place != own]
            moved = market_of_others(others, _counted(kin.days(own), face))
            self._seen_by[key] = self._as_promised(level, own, moved) if watched.measure == "bought" else moved
        return self._seen_by[key]

    def _as_promised(self, level: Level, own: int, moved: Mapping[int, Moved]) -> Mapping[int, Moved]:
        """Return the market with what scores promised of the leads of a day, where nearly all of them had one."""
        shifted = dict(moved)
        for day, by in self._promises(level, own).items():
            known = moved.get(day, STILL)
            shifted[day] = replace(known, by=known.by + by)
        return shifted

    def _shift_as_promised(self, level: Level, markets: Markets, first: int) -> None:
        for place in range(len(self._of(level, "bought").places)):
            for day, by in self._promises(level, place).items():
                markets.by[day - self._since, first + place] += by

    def _promises(self, level: Level, own: int) -> dict[int, float]:
        """Return by how much the log-odds of a day's leads, as promised, lie from those of all days (``Promised``)."""
        if level not in self._promised:
            self._promised[level] = self._tally.promised(level, self._since, self._today)
        shift, leads = self._promised[level].shift[:, own], self._promised[level].leads[:, own]
        if not leads.any() or leads.sum() < NEARLY_ALL * int(self._of(level, "bought").table[:, own].sum()):
            return {}
        return {self._since + day: float(shift[day]) for day in np.flatnonzero(leads).tolist()}

    def _told(self, stream: _Stream, stand: Standing, alarms: list[Alarm], ended: list[Ended]) -> None:
        for episode in stand.episodes:
            alarm = self._alarm(stream, episode)
            if episode.over_on is None or episode.why_over is None:
                alarms.append(alarm)
            else:
                ended.append(Ended(alarm, date.fromordinal(int(episode.over_on)), episode.why_over))

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

    def _quiet(self, stream: _Stream, stand: Standing, shared: Budget) -> Quiet:
        watched, flipped = stream.watched, stream.watched.measure == "bought"
        table = stream.counts.table[:, stream.place]
        window, latest = (table[-days:].sum(axis=0).tolist() for days in (WINDOW, LATEST))
        share, newest = (Rate(counts[stream.levels[0]], sum(counts)) for counts in (window, latest))
        asked = zip(stand.usual, stand.dispersion, strict=True) if newest.of else ()
        found = [noticeable(newest.of, usual, shared.threshold(watched), alike) for usual, alike in asked]
        smallest = min((one for one in found if one is not None), default=None)
        unknown = max(self._lately(watched.level).get((watched.channel, watched.name), 0) - share.of, 0)
        if flipped:
            share, newest, smallest = _flipped(share), _flipped(newest), None if smallest is None else 1.0 - smallest
        return Quiet(watched, share, newest, smallest, unknown)

    def _lately(self, level: Level) -> dict[Place, int]:
        """Return how many leads came to each place in the window."""
        if level not in self._came:
            arrived = self._counts(level, ARRIVED)
            counts = arrived.table[-WINDOW:].sum(axis=(0, 2)).tolist()
            self._came[level] = dict(zip(arrived.places, counts, strict=True))
        return self._came[level]

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
        begin = datetime.combine(date.fromordinal(oldest + 1), time(), zone)
        recent = [one for one in summaries if one.created_at >= begin]
        scored = sum(one.lead_id in scores for one in recent)
        yield ClockStand("arrival", len(recent), 0 if not scores else len(recent) - scored)
        told = [one for one in recent if one.spoken or not self._company.calls_recorded]
        yield ClockStand("call", len(told), len(recent) - len(told))
        open_ones = [one for one in recent if one.outcome(self._moment, self._company) == "open" and not one.won_at]
        expected = sum(scores[one.lead_id].probability for one in open_ones if one.lead_id in scores)
        yield ClockStand("purchase", len(recent) - len(open_ones), len(open_ones), expected if scores else None)


def _kin(level: Level) -> Level:
    """Return the level on which a group's market is seen: offers see offers, all else the channels."""
    return "offer" if level == "offer" else "channel"


def _own(watched: Watched) -> Place:
    return watched.channel, watched.name if watched.level == "offer" else ""


def _counted(days: Days, level: int) -> list[Counted]:
    return [(float(day), float(days[day][level]), float(sum(days[day]))) for day in sorted(days)]


def _flipped(rate: Rate) -> Rate:
    return Rate(rate.of - rate.count, rate.of)
