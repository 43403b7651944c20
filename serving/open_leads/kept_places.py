"""Whether each open lead waits is worked out once and holds until something may change it: a fact, or a moment that comes.

A queue of ten thousand open leads is looked at many times a minute, and of most of them nothing has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from features.facts.values import LeadId
from features.outcome_window import horizon_end
from features.rows.as_of import KnownLead
from serving.open_leads.waiting import Left, Waits, queue_place

AN_INSTANT = timedelta(microseconds=1)
MOST_MANAGERS = 100
"""Queues of so many managers are kept; the one not asked for longest is forgotten."""


class Known(Protocol):
    """A lead on the board."""

    @property
    def known(self) -> KnownLead:
        """Return what is known of it."""
        ...


L = TypeVar("L", bound=Known)


@dataclass(frozen=True, slots=True)
class _Kept:
    known: KnownLead
    place: Waits | Left
    since: datetime
    until: datetime | None

    def holds(self, known: KnownLead, moment: datetime) -> bool:
        return known is self.known and self.since <= moment and (self.until is None or moment < self.until)


class KeptPlaces:
    """The place of every open lead in each manager's queue; whoever keeps them lets one thread at a time ask."""

    def __init__(self) -> None:
        self._of: dict[str | None, dict[LeadId, _Kept]] = {}

    def of(self, leads: Iterable[L], moment: datetime, manager: str | None) -> list[tuple[L, Waits | Left]]:
        """Return the place of each lead at ``moment`` in the queue of ``manager`` (None: anybody's), as ``queue_place`` says."""
        before, now = self._of.pop(manager, {}), dict[LeadId, _Kept]()
        found = []
        for lead in leads:
            known = lead.known
            kept = before.get(known.lead_id)
            if kept is None or not kept.holds(known, moment):
                place = queue_place(known, manager, moment)
                kept = _Kept(known, place, moment, _until(known, place, moment))
            now[known.lead_id] = kept
            found.append((lead, kept.place))
        self._of[manager] = now
        while len(self._of) > MOST_MANAGERS:
            del self._of[next(iter(self._of))]
        return found


def _until(known: KnownLead, place: Waits | Left, moment: datetime) -> datetime | None:
    """Return until when a place holds if nothing more comes: until the lead comes back, or is too old."""
    end = horizon_end(known)
    too_old = end + AN_INSTANT if end else None
    back = place.back_at if isinstance(place, Left) else None
    return min((one for one in (too_old, back) if one is not None and one > moment), default=None)
