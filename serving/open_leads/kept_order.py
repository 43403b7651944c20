"""In what order those who wait stand, kept sorted: where each stands, and whom the day's draw puts ahead of whom.

A lead stands in several sorted lists at once; it is put into them and taken out of them by one list of its entries
(``_entries``), so that none is forgotten. How the draw works is told in ``exploration.py``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import Any, Generic, TypeVar

from features.facts.values import LeadId
from models.hand_out_log import Arm
from serving.open_leads.exploration import Draw
from serving.open_leads.queue_order import Candidate, Place

Turn = tuple[bool, float, float, LeadId]
"""By what the queue is sorted: promised calls first, then worth, then the freshest."""
POINT = itemgetter(0)
L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class Waiting(Generic[L]):
    """A lead that waits; ``draw`` where it takes part in the day's."""

    candidate: Candidate[L]
    turn: Turn
    draw: Draw | None

    @property
    def name(self) -> LeadId:
        """Return the lead's id, by which of equals one goes first."""
        return self.turn[-1]


class KeptOrder(Generic[L]):
    """Who waits, in order. ``odds`` are those of the coin by which a lead is drawn ahead (``exploration.py``)."""

    def __init__(self, odds: float) -> None:
        self.waiting: dict[LeadId, Waiting[L]] = {}
        self._odds = odds
        # Sorted, each with the lead's name last: the order, the order of arrival, since when those drawn wait, the order of
        # those drawn, their points on the circle, and the aims of those whose coin fell so that they may go ahead.
        self._by_turn: list[Turn] = []
        self._by_time: list[tuple[datetime, LeadId]] = []
        self._drawn_since: list[tuple[datetime, LeadId]] = []
        self._drawn: list[Turn] = []
        self._circle: list[tuple[float, LeadId]] = []
        self._aims: list[tuple[float, LeadId]] = []

    def __len__(self) -> int:
        return len(self._by_turn)

    def put_in(self, one: Waiting[L]) -> None:
        """Put a lead where it stands."""
        self.waiting[one.name] = one
        for line, entry in self._entries(one):
            insort(line, entry)

    def take_out(self, one: Waiting[L]) -> None:
        """Take a lead out from where it stands."""
        del self.waiting[one.name]
        for line, entry in self._entries(one):
            place = bisect_left(line, entry)
            assert line[place] == entry
            del line[place]

    def put_all(self, waiting: Iterable[Waiting[L]]) -> None:
        """Put all that wait in order at once, which costs less than so many one by one."""
        self.waiting = {one.name: one for one in waiting}
        lines = (self._by_turn, self._by_time, self._drawn_since, self._drawn, self._circle, self._aims)
        for line in lines:
            line.clear()
        for one in self.waiting.values():
            for line, entry in self._entries(one):
                line.append(entry)
        for line in lines:
            line.sort()

    def drawn_no_later_than(self, moment: datetime) -> Waiting[L] | None:
        """Return the one that takes part in the draw and waits longest, if it does since ``moment`` or longer."""
        if self._drawn_since and self._drawn_since[0][0] <= moment:
            return self.waiting[self._drawn_since[0][1]]
        return None

    def in_turn(self) -> Iterator[Place[L]]:
        """Yield every place, the best first."""
        rank = count(1)
        for turn in self._by_turn:
            one = self.waiting[turn[-1]]
            for ahead in self._ahead_of(one):
                yield self._place(ahead, next(rank))
            if not self._host_passed(one):
                yield self._place(one, next(rank))

    def place_of(self, one: Waiting[L]) -> Place[L]:
        """Return the place of one lead that waits."""
        return self._place(one, self._rank(one))

    def _entries(self, one: Waiting[L]) -> Iterator[tuple[list[Any], Any]]:
        """Yield each sorted list that a lead stands in, with its entry there."""
        yield self._by_turn, one.turn
        yield self._by_time, (one.candidate.created_at, one.name)
        if one.draw:
            yield self._drawn_since, (one.candidate.waits.since, one.name)
            yield self._drawn, one.turn
            yield self._circle, (one.draw.point, one.name)
            if one.draw.coin < self._odds:
                yield self._aims, (one.draw.aim, one.name)

    def _rank(self, one: Waiting[L]) -> int:
        """Return where a lead stands: behind those better than the one that it goes ahead of, and those drawn ahead of them."""
        host = self._host_passed(one)
        stands = host or one
        rank = 1 + bisect_left(self._by_turn, stands.turn)
        for _, name in self._aims:
            other = self.waiting[name]
            passed = self._host_passed(other)
            if passed and other is not one and other.turn >= stands.turn:
                level = passed is stands and (host is None or _coin(other) < _coin(one))
                rank += passed.turn < stands.turn or level
        return rank

    def _place(self, one: Waiting[L], rank: int) -> Place[L]:
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

    def _host_passed(self, one: Waiting[L]) -> Waiting[L] | None:
        """Return the better lead that a lead is put right ahead of; None where it keeps its own place."""
        if one.draw is None or one.draw.coin >= self._odds or len(self._drawn) < 2:
            return None
        turn = bisect_right(self._circle, one.draw.aim, key=POINT)
        name = self._circle[turn % len(self._circle)][1]
        if name == one.name:
            name = self._circle[(turn + 1) % len(self._circle)][1]
        host = self.waiting[name]
        return host if host.turn < one.turn else None

    def _ahead_of(self, one: Waiting[L]) -> list[Waiting[L]]:
        """Return the leads that are put right ahead of this one, as their coins fell."""
        if one.draw is None or not self._aims or len(self._drawn) < 2:
            return []
        point = bisect_left(self._circle, (one.draw.point, one.name))
        last, name = self._circle[point - 1]
        # Whoever aims between the lead before on the circle and this one meets it; that one itself too, where it met itself.
        begins, ends = bisect_left(self._aims, last, key=POINT), bisect_left(self._aims, one.draw.point, key=POINT)
        aiming = self._aims[begins:ends] if point else self._aims[begins:] + self._aims[:ends]
        may = {aims for _, aims in aiming} | {name}
        ahead = [self.waiting[each] for each in may if self._host_passed(self.waiting[each]) is one]
        return sorted(ahead, key=lambda other: (_coin(other), other.turn))


def _coin(one: Waiting[Any]) -> float:
    return one.draw.coin if one.draw else 1.0
