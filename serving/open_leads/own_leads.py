"""Which leads are a manager's own: those he was given, took or spoke with, and those that wait in his queue."""

from __future__ import annotations

from features.errors import NotYourLead
from features.rows.as_of import KnownLead
from serving.open_leads.waiting import Waits, queue_place, taken_by


def is_own(known: KnownLead, manager: str) -> bool:
    """Return whether a lead is a manager's: assigned to him, last spoken with by him, held by him, or waiting for him.

    A lead that another holds, or speaks with, is not; one that waits for anybody is everybody's until it is taken.
    """
    held = taken_by(known, known.moment)
    if held is not None:
        return held.by == manager
    last_call = known.calls[-1].manager if known.calls else None
    if manager in (last_call, known.lead.manager):
        return True
    return isinstance(queue_place(known, manager), Waits)


def require_own(known: KnownLead, manager: str | None) -> None:
    """Raise ``NotYourLead`` where a manager asks for another's lead; None asks for nobody in particular."""
    if manager is not None and not is_own(known, manager):
        raise NotYourLead(known.lead_id)
