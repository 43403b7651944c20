"""The call queue in its order, kept up lead by lead: a look costs the places that it shows, however many wait.

What stands in the queue, and where, is what the rule makes of all that wait at once (of leads equal in all else the one whose
name comes first); a property test holds it to that, written plainly (``tests/support/plain_queue.py``). A manager's own queue is
everybody's with the leads that he holds beside them: these are put in for his look, and taken out again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import count, islice
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar

from features.facts.values import LeadId
from features.rows.as_of import KnownLead
from models.hand_out_log import DRAWN_FOR, Arm
from serving.open_leads.exploration import Draw, draw_of
from serving.open_leads.kept_places import KeptPlaces
from serving.open_leads.queue_order import Candidate, Place, worth_of
from serving.open_leads.waiting import Left, Waits, queue_place

MOST_PUT_IN_PLACE = 500
"""Where more leads changed at once, all are put in order anew."""
Turn = tuple[bool, float, float, LeadId]
"""By what the queue is sorted: promised calls first, then worth, then the freshest."""
POINT = itemgetter(0)


class Worthy(Protocol):
    """A lead on the board, with its worth."""

    @property
    def known(self) -> KnownLead:
        """Return what is known of it."""
        ...

    @property
    def probability(self) -> float:
        """Return how likely it buys."""
        ...

    @property
    def expected_amount(self) -> float | None:
        """Return for how much, if that is known."""
        ...


L = TypeVar("L", bound=Worthy)
T = TypeVar("T", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Look(Generic[L]):
    """One look at a queue: the first places of it, how many wait in all, and how many come back by themselves."""

    places: list[Place[L]]
    waiting: int
    coming_back: int


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[L]):
    """A lead that waits; ``draw`` where it takes part in the day's."""

    candidate: Candidate[L]
    turn: Turn
    draw: Draw | None

    @property
    def name(self) -> LeadId:
        return self.turn[-1]


class KeptQueue(Generic[L]):
    """Who waits, in order; whoever keeps it lets one thread at a time ask."""

    def __init__(self, *, explore: float, zone: tzinfo, key: bytes) -> None:
        self._odds, self._zone, self._key = explore / (1 - explore), zone, key
        self._places = KeptPlaces()
        self._resting: set[LeadId] = set()
        self._held: dict[str, dict[LeadId, L]] = {}
        self._holder: dict[LeadId, str] = {}
        self._waiting: dict[LeadId, _Waiting[L]] = {}
        self._with_amount = 0
        self._by_amount = False
        self._moment: datetime | None = None
        self._day: date | None = None
        # Sorted, each with the lead's name last: the order, the order of arrival, since when those drawn wait, the order of
        # those drawn, their points on the circle, and the aims of those whose coin fell so that they may go ahead.
        self._by_turn: list[Turn] = []
        self._by_time: list[tuple[datetime, LeadId]] = []
        self._drawn_since: list[tuple[datetime, LeadId]] = []
        self._drawn: list[Turn] = []
        self._circle: list[tuple[float, LeadId]] = []
        self._aims: list[tuple[float, LeadId]] = []

    def touch(self, leads: Iterable[LeadId]) -> None:
        """Note that leads came, changed or went."""
        self._places.touch(leads)

    def look(
        self, leads: Mapping[LeadId, L], moment: datetime, manager: str | None = None, most: int | None = None
    ) -> Look[L]:
        """Return the first ``most`` places (None: all) of a manager's queue (None: anybody's).

        ``leads`` are all that are open.
        """
        with self._of(leads, moment, manager) as coming_back:
            return Look(list(islice(self._in_turn(), most)), len(self._by_turn), coming_back)

    def look_at(
        self, lead_id: LeadId, leads: Mapping[LeadId, L], moment: datetime, manager: str | None = None
    ) -> Look[L]:
        """Return the place of one lead alone; no place where it does not wait in the manager's queue."""
        with self._of(leads, moment, manager) as coming_back:
            one = self._waiting.get(lead_id)
            return Look([self._place(one, self._rank(one))] if one else [], len(self._by_turn), coming_back)

    @contextmanager
    def _of(self, leads: Mapping[LeadId, L], moment: datetime, manager: str | None) -> Iterator[int]:
        """Let a manager's own queue stand for a while; yield how many leads come back to it."""
        self._bring_up(leads, moment)
        held = self._held.get(manager, {}) if manager is not None else {}
        own = {name: (lead, queue_place(lead.known, manager, moment)) for name, lead in held.items()}
        resting = sum(isinstance(place, Left) and place.back_at is not None for _, place in own.values())
        try:
            self._put(own)
            yield len(self._resting) - len(own) + resting
        finally:
            self._put(dict.fromkeys(own))

    def _bring_up(self, leads: Mapping[LeadId, L], moment: datetime) -> None:
        news = self._places.news(leads, moment)
        for lead_id, now in news.items():
            self._resting.discard(lead_id)
            holder = self._holder.pop(lead_id, None)
            if holder is not None:
                del self._held[holder][lead_id]
            if now and isinstance(now[1], Left) and now[1].back_at:
                self._resting.add(lead_id)
                if now[1].reason == "taken" and now[1].by is not None:
                    self._holder[lead_id] = now[1].by
                    self._held.setdefault(now[1].by, {})[lead_id] = now[0]
        before, self._moment = self._moment, moment
        day = moment.astimezone(self._zone).date()
        if day != self._day or len(news) > MOST_PUT_IN_PLACE:
            self._day = day
            self._put_all_anew(news)
            return
        if before is not None and moment < before:
            self._draw_anew(
                one for one in list(self._waiting.values()) if self._is_drawn(one.candidate) != bool(one.draw)
            )
        while self._drawn_since and self._drawn_since[0][0] <= moment - DRAWN_FOR:
            self._draw_anew([self._waiting[self._drawn_since[0][1]]])
        self._put(news)

    def _put(self, news: Mapping[LeadId, tuple[L, Waits | Left] | None]) -> None:
        """Put leads where they wait now, and out of where they did."""
        for lead_id, now in news.items():
            before = self._waiting.get(lead_id)
            if before:
                self._take_out(before)
            if now and isinstance(now[1], Waits):
                self._put_in(self._waits(_candidate(now[0], now[1])))
        if self._by_amount != (self._with_amount > 0):
            self._put_all_anew({})

    def _put_all_anew(self, news: Mapping[LeadId, tuple[L, Waits | Left] | None]) -> None:
        """Put all that wait in order at once, which costs less than so many one by one."""
        candidates = {name: one.candidate for name, one in self._waiting.items() if name not in news}
        for lead_id, now in news.items():
            if now and isinstance(now[1], Waits):
                candidates[lead_id] = _candidate(now[0], now[1])
        self._with_amount = sum(one.expected_amount is not None for one in candidates.values())
        self._by_amount = self._with_amount > 0
        self._waiting = {name: self._waits(one) for name, one in candidates.items()}
        drawn = [one for one in self._waiting.values() if one.draw]
        self._by_turn = sorted(one.turn for one in self._waiting.values())
        self._by_time = sorted((one.candidate.created_at, name) for name, one in self._waiting.items())
        self._drawn_since = sorted((one.candidate.waits.since, one.name) for one in drawn)
        self._drawn = sorted(one.turn for one in drawn)
        self._circle = sorted((one.draw.point, one.name) for one in drawn if one.draw)
        self._aims = sorted((one.draw.aim, one.name) for one in drawn if one.draw and one.draw.coin < self._odds)

    def _put_in(self, one: _Waiting[L]) -> None:
        self._waiting[one.name] = one
        self._with_amount += one.candidate.expected_amount is not None
        insort(self._by_turn, one.turn)
        insort(self._by_time, (one.candidate.created_at, one.name))
        if one.draw:
            insort(self._drawn_since, (one.candidate.waits.since, one.name))
            insort(self._drawn, one.turn)
            insort(self._circle, (one.draw.point, one.name))
            if one.draw.coin < self._odds:
                insort(self._aims, (one.draw.aim, one.name))

    def _take_out(self, one: _Waiting[L]) -> None:
        del self._waiting[one.name]
        self._with_amount -= one.candidate.expected_amount is not None
        _remove(self._by_turn, one.turn)
        _remove(self._by_time, (one.candidate.created_at, one.name))
        if one.draw:
            _remove(self._drawn_since, (one.candidate.waits.since, one.name))
            _remove(self._drawn, one.turn)
            _remove(self._circle, (one.draw.point, one.name))
            if one.draw.coin < self._odds:
                _remove(self._aims, (one.draw.aim, one.name))

    def _draw_anew(self, waiting: Iterable[_Waiting[L]]) -> None:
        for one in waiting:
            self._take_out(one)
            self._put_in(self._waits(one.candidate))

    def _waits(self, candidate: Candidate[L]) -> _Waiting[L]:
        name = candidate.lead.known.lead_id
        promised, worth, freshness = worth_of(candidate, self._by_amount)
        assert self._day is not None
        draw = draw_of(name, self._day, self._key) if self._is_drawn(candidate) else None
        return _Waiting(candidate, (not promised, -worth, -freshness, name), draw)

    def _is_drawn(self, candidate: Candidate[L]) -> bool:
        assert self._moment is not None
        fresh = candidate.waits.since > self._moment - DRAWN_FOR
        return bool(self._odds) and candidate.waits.kind != "call_back" and fresh

    def _in_turn(self) -> Iterator[Place[L]]:
        """Yield every place, the best first."""
        rank = count(1)
        for turn in self._by_turn:
            one = self._waiting[turn[-1]]
            for ahead in self._ahead_of(one):
                yield self._place(ahead, next(rank))
            if not self._host_passed(one):
                yield self._place(one, next(rank))

    def _rank(self, one: _Waiting[L]) -> int:
        """Return where a lead stands: behind those better than the one that it goes ahead of, and those drawn ahead of them."""
        host = self._host_passed(one)
        stands = host or one
        rank = 1 + bisect_left(self._by_turn, stands.turn)
        for _, name in self._aims:
            other = self._waiting[name]
            passed = self._host_passed(other)
            if passed and other is not one and other.turn >= stands.turn:
                level = passed is stands and (host is None or _coin(other) < _coin(one))
                rank += passed.turn < stands.turn or level
        return rank

    def _place(self, one: _Waiting[L], rank: int) -> Place[L]:
        candidate = one.candidate
        first_come = 1 + bisect_left(self._by_time, (candidate.created_at, one.name))
        others = len(self._drawn) - 1
        if one.draw is None or others < 1:
            arm: Arm = "promised" if candidate.waits.kind == "call_back" else "by_worth"
            return Place(rank, first_come, candidate, arm)
        if self._host_passed(one):
            return Place(rank, first_come, candidate, "at_random", self._odds / others, others + 1)
        better = bisect_left(self._drawn, one.turn)
        return Place(rank, first_come, candidate, "by_worth", 1.0 - self._odds * better / others, others + 1)

    def _host_passed(self, one: _Waiting[L]) -> _Waiting[L] | None:
        """Return the better lead that a lead is put right ahead of; None where it keeps its own place."""
        if one.draw is None or one.draw.coin >= self._odds or len(self._drawn) < 2:
            return None
        turn = bisect_right(self._circle, one.draw.aim, key=POINT)
        name = self._circle[turn % len(self._circle)][1]
        if name == one.name:
            name = self._circle[(turn + 1) % len(self._circle)][1]
        host = self._waiting[name]
        return host if host.turn < one.turn else None

    def _ahead_of(self, one: _Waiting[L]) -> list[_Waiting[L]]:
        """Return the leads that are put right ahead of this one, as their coins fell."""
        if one.draw is None or not self._aims or len(self._drawn) < 2:
            return []
        point = bisect_left(self._circle, (one.draw.point, one.name))
        last, name = self._circle[point - 1]
        # Whoever aims between the lead before on the circle and this one meets it; that one itself too, where it met itself.
        begins, ends = bisect_left(self._aims, last, key=POINT), bisect_left(self._aims, one.draw.point, key=POINT)
        aiming = self._aims[begins:ends] if point else self._aims[begins:] + self._aims[:ends]
        may = {aims for _, aims in aiming} | {name}
        ahead = [self._waiting[each] for each in may if self._host_passed(self._waiting[each]) is one]
        return sorted(ahead, key=lambda other: (_coin(other), other.turn))


def _candidate(lead: L, waits: Waits) -> Candidate[L]:
    return Candidate(lead, waits, lead.known.created_at, lead.probability, lead.expected_amount)


def _coin(one: _Waiting[L]) -> float:
    return one.draw.coin if one.draw else 1.0


def _remove(line: list[T], one: T) -> None:
    """Take one out of a sorted list."""
    place = bisect_left(line, one)
    assert line[place] == one
    del line[place]
