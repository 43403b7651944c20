"""What happened to a lead, in order, as the card tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from features.facts.values import ManagerGrade
from features.rows.as_of import KnownLead


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history: when, the key of its words with what to put in, and more that was noted.

    A call's ``result`` is ours; the page says it in the reader's language. ``grade`` is the one that its manager gave, ``amount``
    what a sale brought.
    """

    at: datetime
    key: str
    words: dict[str, str] = field(default_factory=dict)
    more: str = ""
    grade: ManagerGrade | None = None
    amount: float | None = None


def events_of(known: KnownLead) -> list[Event]:
    """Return the lead's history, the latest first."""
    events = [Event(known.created_at, "request")]
    for call in known.calls:
        noted = [call.manager, call.attracts, call.ideal_product, call.comment]
        events.append(
            Event(call.at, "call_of", {"result": call.result}, " · ".join(one for one in noted if one), call.grade)
        )
    for stage in known.stages:
        events.append(Event(stage.at, "stage_of", {"stage": stage.stage}, stage.reason or "", amount=stage.amount))
    for one in known.assignments:
        events.append(Event(one.at, "taken_of" if one.taken else "given_back_of", {"manager": one.manager}))
    return sorted(events, key=lambda event: event.at, reverse=True)
