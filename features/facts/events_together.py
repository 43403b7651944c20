"""A call or a stage is what all that was told of it says together: each part is that of the last telling which named it.

A telling names some parts of what happened, and when it happened or not; what it leaves out stays, what it names as nothing is
cleared. Tellings come late, twice and out of order, so a version remembers of each part when it was told, where that was not
with the version itself: two versions are put together without those before them, and any order ends in the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from features.facts.values import Call, Stage

Event = TypeVar("Event", Call, Stage)
AT = "at"
"""Under which name a version remembers when its moment was told; a moment that no telling named was told at None."""
ANSWER = "answers."
"""What stands before the name of an answer, which is a part of its own."""
PARTS: Mapping[type[Call | Stage], tuple[str, ...]] = {
    Call: ("result", "manager", "seconds", "attracts", "ideal_product", "comment", "call_back_at", "grade"),
    Stage: ("stage", "amount", "reason", "manager"),
}


class _Part(NamedTuple):
    """What was told of a part, and when; ``value`` is None where it was cleared."""

    told_at: datetime
    value: Any


class _Moment(NamedTuple):
    """When something happened: as a telling named it at ``told_at``, or (None) the moment of the first telling of all.

    ``named`` is by the sender's clock, and ``at`` by ours where the sender's was ahead.
    """

    told_at: datetime | None
    named: datetime
    at: datetime


class _Said(NamedTuple):
    """What tellings say together, and when the last of them was told."""

    told_at: datetime
    moment: _Moment
    parts: Mapping[str, _Part]

    @property
    def values(self) -> tuple[datetime, dict[str, Any]]:
        """Return what holds, whenever it was told."""
        return self.moment.at, {name: part.value for name, part in self.parts.items() if part.value is not None}


def told_when(event: Call | Stage) -> datetime:
    """Return when the last telling of an event was told: by the sender's clock, else when it came."""
    return event.told_at or event.known_at


def telling(event: Event, *, names_at: bool, clears: Iterable[str] = ()) -> Event:
    """Return an event as one telling says it: whether it names the moment, and which parts it names as nothing.

    >>> from datetime import UTC
    >>> from features.facts.values import LeadId
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> telling(Call(LeadId("7"), noon, noon, "busy", "c1"), names_at=True, clears=["seconds"]).parts_told_at == (
    ...     ("at", noon), ("seconds", noon))
    True
    """
    told = told_when(event)
    parts = _parts_of(event, told) | {name: _Part(told, None) for name in clears}
    return _written(
        _Said(
            told, _Moment(told if names_at and _has_id(event) else None, event.named_at or event.at, event.at), parts
        ),
        event,
    )


def together(before: Event, event: Event) -> Event | None:
    """Return what a version and one more telling say together, known when the telling is; None where nothing is new in it.

    A telling that does not say when it was sent is new only where it changes something.

    >>> from datetime import UTC, timedelta
    >>> from features.facts.values import LeadId
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> first = telling(Call(LeadId("7"), noon, noon, "reached", "c1", seconds=90.0), names_at=True)
    >>> graded = Call(LeadId("7"), noon + timedelta(hours=1), noon + timedelta(hours=1), "reached", "c1", grade="A")
    >>> both = together(first, telling(graded, names_at=False))
    >>> both.at == noon, both.seconds, both.grade
    (True, 90.0, 'A')
    """
    old, new = _said(before), _said(event)
    parts = dict(old.parts)
    for name, part in new.parts.items():
        parts[name] = max(part, parts.get(name, part), key=_order)
    said = _Said(max(old.told_at, new.told_at), _later(old.moment, new.moment), parts)
    is_new = said.values != old.values if event.told_at is None else said != old
    return _written(said, event) if is_new else None


def without_cleared(event: Event) -> Event:
    """Return an event that does not remember what was cleared, where all that is told of it comes in order.

    >>> from datetime import UTC
    >>> from features.facts.values import LeadId
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> call = telling(Call(LeadId("7"), noon, noon, "busy"), names_at=False, clears=["seconds"])
    >>> without_cleared(call).parts_told_at
    ()
    """
    cleared = {name for name, part in _said(event).parts.items() if part.value is None}
    return replace(event, parts_told_at=tuple([one for one in event.parts_told_at if one[0] not in cleared]))


def _order(part: _Part) -> tuple[datetime, bool, str]:
    """Return by what the later of two parts is known; of two told at one moment, what they say decides."""
    return part.told_at, part.value is not None, repr(part.value)


def _later(one: _Moment, other: _Moment) -> _Moment:
    """Return which of two moments holds: the one named last; where neither was named, the first."""
    if one.told_at is None and other.told_at is None:
        return min(one, other, key=lambda moment: (moment.at, moment.named))
    if one.told_at is None or other.told_at is None:
        return other if one.told_at is None else one
    last = max((one.told_at, one.named), (other.told_at, other.named))
    return _Moment(*last, min(moment.at for moment in (one, other) if moment.named == last[1]))


def _said(event: Call | Stage) -> _Said:
    told, remembered = told_when(event), dict(event.parts_told_at)
    named = event.named_at or event.at
    moment = _Moment(remembered.pop(AT, _named_when(event)), named, event.at)
    cleared = {name: _Part(when, None) for name, when in remembered.items() if when is not None}
    return _Said(told, moment, cleared | _parts_of(event, told))


def _parts_of(event: Call | Stage, told: datetime) -> dict[str, _Part]:
    """Return the parts that an event has, each with when it was told: at ``told``, but for those that it remembers."""
    remembered = dict(event.parts_told_at)
    values = {name: getattr(event, name) for name in PARTS[type(event)]}
    if isinstance(event, Call):
        values |= {f"{ANSWER}{name}": answer for name, answer in event.answers.items()}
    return {name: _Part(remembered.get(name) or told, value) for name, value in values.items() if value is not None}


def _named_when(event: Call | Stage) -> datetime | None:
    """Return when a moment was named of which nothing is remembered: with the event, unless it is that of the telling itself."""
    is_own = event.at == min(told_when(event), event.known_at)
    return None if is_own or not _has_id(event) else told_when(event)


def _has_id(event: Call | Stage) -> bool:
    """Return whether an event has an id; without one its moment tells it from others, and is the same in all its tellings."""
    return bool(event.call_id if isinstance(event, Call) else event.stage_id)


def _written(said: _Said, event: Event) -> Event:
    """Return ``event``, known when it is, as it says what was said; it remembers what it would not say by itself."""
    values = {name: part.value for name, part in said.parts.items()}
    own: dict[str, Any] = {name: values.get(name) for name in PARTS[type(event)]}
    if isinstance(event, Call):
        own["answers"] = {
            name.removeprefix(ANSWER): value
            for name, value in values.items()
            if name.startswith(ANSWER) and value is not None
        }
    sent_at = event.told_at if said.told_at == told_when(event) else said.told_at
    named_at = said.moment.named if said.moment.named != said.moment.at else None
    anew = replace(event, at=said.moment.at, told_at=sent_at, named_at=named_at, parts_told_at=(), **own)
    remembered: dict[str, datetime | None] = {
        name: part.told_at for name, part in said.parts.items() if part.value is None or part.told_at != said.told_at
    }
    if said.moment.told_at != _named_when(anew):
        remembered[AT] = said.moment.told_at
    return replace(anew, parts_told_at=tuple(sorted(remembered.items())))
