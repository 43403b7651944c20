"""Whether a lead waits for a call now, later or no more, and why.

The head of sales reads the reason on the lead card; the queue shows only those who wait now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from features.facts.values import SPOKEN_RESULTS, Call
from features.outcome_window import closed_at, horizon_end, reopened_at
from features.rows.as_of import KnownLead

WaitKind = Literal["new", "retry", "call_back", "reopened"]
LeftReason = Literal[
    "closed",
    "past_horizon",
    "in_work",
    "call_back_later",
    "retry_later",
    "too_many_tries",
    "taken",
    "wrong_number",
    "test_lead",
]
TRIES_BEFORE_GIVING_UP = 6
PAUSE_AFTER_TRY = tuple(timedelta(hours=hours) for hours in (2, 4, 20, 44, 68))
"""How long a lead rests after its first, second, ... try in vain; the last holds for all later ones."""
TAKEN_FOR = timedelta(hours=2)
"""A lead that was taken and not called comes back to all after this time."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The lead wants a call; ``since`` is when it began to wait for this one."""

    kind: WaitKind
    since: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """The lead is not in the queue: why, since when, and when it comes back if it does."""

    reason: LeftReason
    since: datetime
    back_at: datetime | None = None
    by: str | None = None


def queue_place(known: KnownLead, manager: str | None = None, moment: datetime | None = None) -> Waits | Left:
    """Return whether the lead waits at ``moment`` in the queue of ``manager`` (None: anybody's).

    The moment is that of ``known``, or a later one at which nothing more is known.
    """
    at = moment or known.moment
    gone = _gone_for_good(known, at)
    if gone:
        return gone
    taken = taken_by(known, at)
    if taken and taken.by != manager:
        return taken
    return _after_calls(known, at)


def taken_by(known: KnownLead, moment: datetime) -> Left | None:
    """Return who holds the lead at the moment, if anybody: taken, not given back, not called since, not too long ago."""
    if not known.assignments:
        return None
    last = known.assignments[-1]
    called_since = any(call.at >= last.at for call in known.calls)
    expires = last.at + TAKEN_FOR
    if not last.taken or called_since or moment >= expires:
        return None
    return Left("taken", last.at, expires, last.manager)


def _gone_for_good(known: KnownLead, moment: datetime) -> Left | None:
    kinds = zip(known.stages, known.stage_kinds, strict=True)
    ignored = next((stage.at for stage, kind in kinds if kind == "ignore"), None)
    if ignored:
        return Left("test_lead", ignored)
    closed = closed_at(known)
    if closed:
        return Left("closed", closed)
    end = horizon_end(known)
    return Left("past_horizon", end) if end is not None and moment > end else None


def _after_calls(known: KnownLead, moment: datetime) -> Waits | Left:
    """Return what the calls say; those before a lost lead was reopened are over."""
    reopened = reopened_at(known)
    calls = [call for call in known.calls if not reopened or call.at >= reopened]
    if not calls:
        return Waits("reopened", reopened) if reopened else Waits("new", known.created_at)
    last = calls[-1]
    if last.call_back_at or last.result == "call_back":
        due = last.call_back_at or last.at + PAUSE_AFTER_TRY[2]
        return Waits("call_back", due) if due <= moment else Left("call_back_later", last.at, due)
    if last.result in SPOKEN_RESULTS:
        return Left("in_work", last.at)
    if last.result == "wrong_number":
        return Left("wrong_number", last.at)
    return _after_vain_tries(calls, moment)


def _is_in_vain(call: Call) -> bool:
    return call.result not in SPOKEN_RESULTS and call.result != "call_back" and call.call_back_at is None


def _after_vain_tries(calls: Sequence[Call], moment: datetime) -> Waits | Left:
    """Return when the next try is due; those before somebody last spoke with the lead are no tries in vain in a row."""
    last, tries = calls[-1], sum(1 for _ in takewhile(_is_in_vain, reversed(calls)))
    if tries >= TRIES_BEFORE_GIVING_UP:
        return Left("too_many_tries", last.at)
    due = last.at + PAUSE_AFTER_TRY[min(tries, len(PAUSE_AFTER_TRY)) - 1]
    return Waits("retry", due) if due <= moment else Left("retry_later", last.at, due)
