"""The call queue in its order, kept up lead by lead: a look costs the places that it shows, however many wait.

What stands in the queue, and where, is what the rule makes of all that wait at once (of leads equal in all else the one whose
name comes first); a property test holds it to that, written plainly (``tests/support/plain_queue.py``). A manager's own queue is
everybody's with the leads that he holds beside them: these are put in for his look, and taken out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Generic, Protocol, TypeVar

from features.facts.values import LeadId
from features.rows.as_of import KnownLead
from models.hand_out_log import DRAWN_FOR
from serving.open_leads.exploration import draw_of
from serving.open_leads.kept_order import KeptOrder, Waiting
from serving.open_leads.kept_places import KeptPlaces
from serving.open_leads.queue_order import Candidate, Place, worth_of
from serving.open_leads.waiting import Left, Waits, queue_place

MOST_PUT_IN_PLACE = 500
"""Where more leads changed at once, all are put in order anew."""


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


@dataclass(frozen=True, slots=True)
class Look(Generic[L]):
    """One look at a queue: the first places of it, how many wait in all, and how many come back by themselves."""

    places: list[Place[L]]
    waiting: int
    coming_back: int


class KeptQueue(Generic[L]):
    """Who waits, in order; whoever keeps it lets one thread at a time ask."""

    def __init__(self, *, explore: float, zone: tzinfo, key: bytes) -> None:
        self._odds, self._zone, self._key = explore / (1 - explore), zone, key
        self._places = KeptPlaces()
        self._resting: set[LeadId] = set()
        self._held: dict[str, dict[LeadId, L]] = {}
        self._holder: dict[LeadId, str] = {}
        self._order = KeptOrder[L](self._odds)
        self._with_amount = 0
        self._by_amount = False
        self._moment: datetime | None = None
        self._day: date | None = None

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
            return Look(list(islice(self._order.in_turn(), most)), len(self._order), coming_back)

    def look_at(
        self, lead_id: LeadId, leads: Mapping[LeadId, L], moment: datetime, manager: str | None = None
    ) -> Look[L]:
        """Return the place of one lead alone; no place where it does not wait in the manager's queue."""
        with self._of(leads, moment, manager) as coming_back:
            one = self._order.waiting.get(lead_id)
            return Look([self._order.place_of(one)] if one else [], len(self._order), coming_back)

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
                one for one in list(self._order.waiting.values()) if self._is_drawn(one.candidate) != bool(one.draw)
            )
        while one := self._order.drawn_no_later_than(moment - DRAWN_FOR):
            self._draw_anew([one])
        self._put(news)

    def _put(self, news: Mapping[LeadId, tuple[L, Waits | Left] | None]) -> None:
        """Put leads where they wait now, and out of where they did."""
        for lead_id, now in news.items():
            before = self._order.waiting.get(lead_id)
            if before:
                self._take_out(before)
            if now and isinstance(now[1], Waits):
                self._put_in(self._waits(_candidate(now[0], now[1])))
        if self._by_amount != (self._with_amount > 0):
            self._put_all_anew({})

    def _put_all_anew(self, news: Mapping[LeadId, tuple[L, Waits | Left] | None]) -> None:
        """Put all that wait in order at once, which costs less than so many one by one."""
        candidates = {name: one.candidate for name, one in self._order.waiting.items() if name not in news}
        for lead_id, now in news.items():
            if now and isinstance(now[1], Waits):
                candidates[lead_id] = _candidate(now[0], now[1])
        self._with_amount = sum(one.expected_amount is not None for one in candidates.values())
        self._by_amount = self._with_amount > 0
        self._order.put_all(self._waits(one) for one in candidates.values())

    def _put_in(self, one: Waiting[L]) -> None:
        self._with_amount += one.candidate.expected_amount is not None
        self._order.put_in(one)

    def _take_out(self, one: Waiting[L]) -> None:
        self._with_amount -= one.candidate.expected_amount is not None
        self._order.take_out(one)

    def _draw_anew(self, waiting: Iterable[Waiting[L]]) -> None:
        for one in waiting:
            self._take_out(one)
            self._put_in(self._waits(one.candidate))

    def _waits(self, candidate: Candidate[L]) -> Waiting[L]:
        name = candidate.lead.known.lead_id
        promised, worth, freshness = worth_of(candidate, self._by_amount)
        assert self._day is not None
        draw = draw_of(name, self._day, self._key) if self._is_drawn(candidate) else None
        return Waiting(candidate, (not promised, -worth, -freshness, name), draw)

    def _is_drawn(self, candidate: Candidate[L]) -> bool:
        assert self._moment is not None
        fresh = candidate.waits.since > self._moment - DRAWN_FOR
        return bool(self._odds) and candidate.waits.kind != "call_back" and fresh


def _candidate(lead: L, waits: Waits) -> Candidate[L]:
    return Candidate(lead, waits, lead.known.created_at, lead.probability, lead.expected_amount)
