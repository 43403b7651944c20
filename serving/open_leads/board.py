"""The leads that may still be called, each as last known, with its worth; caught up by storage number.

Only open leads stay in memory. A new fact rescores its lead at once; the others are rescored in turn, as a
score ages with the waiting time that it reads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from features.facts.history import LeadHistory
from features.facts.values import LeadId
from features.outcome_window import is_past_horizon
from features.rows.as_of import KnownLead
from models.hand_out_log import HandOut
from serving.desk.desk import Desk
from serving.open_leads.kept_queue import KeptQueue, Look
from serving.open_leads.queue_order import Place
from serving.open_leads.waiting import Left, Waits, queue_place

SHOWN_HOLDS_FOR = timedelta(seconds=10)
"""Who hands a lead out goes by the place at which its manager was shown it, where that was not longer ago."""
STALE_AFTER = timedelta(minutes=30)
RESCORED_AT_ONCE = 500
"""How many aged scores one look at the queue renews; the rest wait for the next look."""
RESCORED_FOR_SUMS = 20
"""How many a look at sums over all open leads renews: their chances age little, and a page should not wait for them."""


@dataclass(frozen=True, slots=True)
class OpenLead:
    """A lead that is not over, as known when it was last scored."""

    history: LeadHistory
    known: KnownLead
    probability: float
    expected_amount: float | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """The places that a manager was shown at a moment, and how many waited for him in all."""

    made: datetime
    waiting: int
    places: Mapping[LeadId, Place[OpenLead]]

    def holds_at(self, moment: datetime) -> bool:
        return timedelta(0) <= moment - self.made <= SHOWN_HOLDS_FOR


MayBeOpen = Callable[[datetime], Sequence[LeadId]]
"""Every lead that may be open at a moment, and perhaps some more: who knows them saves reading all of the others."""


class Board:
    """Every open lead; ``look`` puts those that wait in order, and ``key`` settles whom the draw puts ahead."""

    def __init__(self, desk: Desk, key: bytes = b"", may_be_open: MayBeOpen | None = None) -> None:
        self._desk, self._key, self._may_be_open = desk, key, may_be_open
        self._open: dict[LeadId, OpenLead] = {}
        self._ahead: set[LeadId] = set()
        self._shown: dict[str | None, _Shown] = {}
        self._queue = self._empty_queue()
        self._number = -1
        self._forgetting: tuple[int, int] | None = None
        self._model: str | None = None
        self._moved: set[LeadId] = set()
        self._lock = threading.Lock()

    def warm(self, moment: datetime) -> None:
        """Read the open leads and put them in order before anybody looks."""
        self.look(moment, most=0)

    def look(self, moment: datetime, manager: str | None = None, most: int | None = None) -> Look[OpenLead]:
        """Return the first ``most`` who wait (None: all), how many wait in all, and how many come back by themselves."""
        with self._lock:
            self._catch_up(moment)
            self._renew(moment)
            look = self._queue.look(self._open, moment, manager, most)
            shown = {place.candidate.lead.known.lead_id: place for place in look.places}
            holding = {of: one for of, one in self._shown.items() if one.holds_at(moment)}
            self._shown = holding | {manager: _Shown(moment, look.waiting, shown)}
            return look

    def hand_outs(self, asked: Iterable[tuple[LeadId, str | None]]) -> list[HandOut | None]:
        """Return how each lead stands now in the queue of its manager as it leaves it; None where it does not wait there.

        Whether it waits is looked up now; its place is the one where the manager was shown it just before, where the lead
        waited for the same call then.
        """
        with self._lock:
            moment = self._desk.now()  # here, so that of those who wait for each other none asks of an earlier moment
            self._catch_up(moment)
            return [self._hand_out(lead_id, moment, manager) for lead_id, manager in asked]

    def _hand_out(self, lead_id: LeadId, moment: datetime, manager: str | None) -> HandOut | None:
        lead = self._open.get(lead_id)
        waits = queue_place(lead.known, manager, moment) if lead else None
        if not isinstance(waits, Waits):
            return None
        shown = self._shown.get(manager)
        mine = shown.places.get(lead_id) if shown and shown.holds_at(moment) else None
        if shown and mine and mine.candidate.waits == waits:
            waiting = shown.waiting
        else:
            now = self._queue.look_at(lead_id, self._open, moment, manager)
            (mine,), waiting = now.places, now.waiting
        return HandOut(lead_id, moment, waits.since, mine.rank, waiting, mine.drawn_from, mine.arm, mine.propensity)

    @property
    def read_up_to(self) -> int | None:
        """Return the storage number up to which facts are on the board; None before its first look."""
        return self._number if self._number >= 0 else None

    def chances_moved(self, moment: datetime) -> dict[LeadId, tuple[float, float | None] | None]:
        """Return how likely, and for how much, leads buy whose worth moved since this was last asked; None: open no more.

        One listener keeps the sums up by it; it asks before every look.
        """
        with self._lock:
            self._catch_up(moment)
            self._renew(moment, RESCORED_FOR_SUMS)
            moved, self._moved = self._moved, set()
            worth = {one: self._open.get(one) for one in moved}
        return {lead_id: (one.probability, one.expected_amount) if one else None for lead_id, one in worth.items()}

    def _empty_queue(self) -> KeptQueue[OpenLead]:
        company = self._desk.company
        return KeptQueue(explore=company.queue.explore, zone=company.zone, key=self._key)

    def _catch_up(self, moment: datetime) -> None:
        """Place what changed since the last look, and what was not yet known at the moment of that look.

        Of whoever was forgotten what is stored was written anew, here or in another process: those are read anew.
        """
        last, forgetting = self._desk.store.last_change()
        if self._number < 0 or self._desk.scorer.version != self._model:
            self._model = self._desk.scorer.version
            self._moved |= self._open.keys()
            self._open.clear()
            self._ahead.clear()
            self._shown.clear()
            self._queue = self._empty_queue()
            asked = self._may_be_open(moment) if self._may_be_open else None
            self._place(self._desk.store.histories(up_to=last, lead_ids=asked), moment)
        elif last > self._number or self._ahead or forgetting != self._forgetting:
            changed = self._desk.store.leads_changed_since(self._number) | self._ahead
            if forgetting != self._forgetting:
                changed |= self._desk.store.forgotten_leads() & self._open.keys()
                self._shown.clear()
            self._ahead.clear()
            for lead_id in changed:
                self._open.pop(lead_id, None)
            self._moved |= changed
            self._queue.touch(changed)
            self._place(self._desk.store.histories(up_to=last, lead_ids=sorted(changed)), moment)
        self._number, self._forgetting = last, forgetting

    def _place(self, histories: Iterable[LeadHistory], moment: datetime) -> None:
        for history in histories:
            if any(one.fact.known_at > moment for one in history.stored):
                self._ahead.add(history.lead_id)
            known = self._desk.known(history, moment)
            if known and not _is_over(known):
                self._open[history.lead_id] = OpenLead(history, known, *self._desk.worth(known))
                self._moved.add(history.lead_id)
                self._queue.touch([history.lead_id])

    def _renew(self, moment: datetime, at_once: int = RESCORED_AT_ONCE) -> None:
        """Score anew what was scored long ago: leads stand in the order in which they were scored."""
        aged = takewhile(lambda lead: moment - lead.known.moment > STALE_AFTER, self._open.values())
        oldest_first = list(islice(aged, at_once))
        for lead in oldest_first:
            self._open.pop(lead.history.lead_id)
            self._moved.add(lead.history.lead_id)
            self._queue.touch([lead.history.lead_id])
        self._place((lead.history for lead in oldest_first), moment)


def _is_over(known: KnownLead) -> bool:
    place = queue_place(known)
    return is_past_horizon(known) or (isinstance(place, Left) and place.reason in ("closed", "test_lead"))
