"""Whether each open lead waits is worked out once and holds until something may change it: a fact, or a moment that comes.

A queue of ten thousand open leads is looked at many times a minute, and of most of them nothing has changed since: a look
asks only for those that were touched, or whose moment has come.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from features.facts.values import LeadId
from features.outcome_window import horizon_end
from features.rows.as_of import KnownLead
from serving.open_leads.waiting import Left, Waits, queue_place

AN_INSTANT = timedelta(microseconds=1)


class Known(Protocol):
    """A lead on the board."""

    @property
    def known(self) -> KnownLead:
        """Return what is known of it."""
        ...


L = TypeVar("L", bound=Known)


@dataclass(frozen=True, slots=True)
class _Kept:
    place: Waits | Left
    since: datetime


class KeptPlaces:
    """The place of every open lead in anybody's queue; whoever keeps them lets one thread at a time ask."""

    def __init__(self) -> None:
        self._kept: dict[LeadId, _Kept] = {}
        self._touched: set[LeadId] = set()
        self._due: list[tuple[datetime, LeadId]] = []
        self._ends: dict[LeadId, datetime] = {}
        self._moment: datetime | None = None

    def touch(self, leads: Iterable[LeadId]) -> None:
        """Note that leads came, changed or went: the next look works them out anew."""
        self._touched.update(leads)

    def news(self, leads: Mapping[LeadId, L], moment: datetime) -> dict[LeadId, tuple[L, Waits | Left] | None]:
        """Return the leads that were touched or whose place may have changed by ``moment``, as ``queue_place`` says.

        ``leads`` are all that are open; None stands for one that is not among them.
        """
        if self._moment is not None and moment < self._moment:
            self._touched.update(one for one, kept in self._kept.items() if kept.since > moment)
        while self._due and self._due[0][0] <= moment:
            until, lead_id = heapq.heappop(self._due)
            if self._ends.get(lead_id) == until:
                del self._ends[lead_id]
            self._touched.add(lead_id)
        self._moment = moment
        touched, self._touched = self._touched, set()
        found: dict[LeadId, tuple[L, Waits | Left] | None] = {}
        for lead_id in touched:
            lead = leads.get(lead_id)
            found[lead_id] = (lead, self._worked_out(lead_id, lead.known, moment)) if lead else None
            if lead is None:
                self._kept.pop(lead_id, None)
        return found

    def _worked_out(self, lead_id: LeadId, known: KnownLead, moment: datetime) -> Waits | Left:
        place = queue_place(known, None, moment)
        self._kept[lead_id] = _Kept(place, moment)
        until = _until(known, place, moment)
        if until is not None and self._ends.get(lead_id) != until:
            self._ends[lead_id] = until
            heapq.heappush(self._due, (until, lead_id))
        return place


def _until(known: KnownLead, place: Waits | Left, moment: datetime) -> datetime | None:
    """Return until when a place holds if nothing more comes: until the lead comes back, or is too old."""
    end = horizon_end(known)
    too_old = end + AN_INSTANT if end else None
    back = place.back_at if isinstance(place, Left) else None
    return min((one for one in (too_old, back) if one is not None and one > moment), default=None)
