"""A sale as the sales department counts it: on the day on which it was won, and to the manager who made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features.facts.shared_words import once
from features.facts.values import Stage
from features.rows.as_of import KnownLead


@dataclass(frozen=True, slots=True)
class MadeSale:
    """The first win of a lead, however old the lead was then; ``amount`` and ``manager`` are None where nobody told them."""

    at: datetime
    amount: float | None
    manager: str | None
    has_own_date: bool = True
    """False where the lead's status was told without a date, and the day is that of the file."""


def made_sale(known: KnownLead) -> MadeSale | None:
    """Return a lead's sale; None where it was never won.

    A lead that was won twice is one sale, the first, and a later stage takes none back.
    """
    told = zip(known.stages, known.stage_kinds, strict=True)
    won = next((stage for stage, kind in told if kind == "won"), None)
    if won is None:
        return None
    manager = _seller(known, won)
    return MadeSale(won.at, won.amount, once(manager) if manager else None, not won.is_status)


def _seller(known: KnownLead, won: Stage) -> str | None:
    """Return whose a sale is: the won stage's manager, else who called last before it, else the lead's."""
    callers = [call.manager for call in known.calls if call.manager and call.at <= won.at]
    return won.manager or (callers[-1] if callers else None) or known.lead.manager or None
