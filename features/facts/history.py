"""Everything that is stored of one lead, in the order in which we got it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features.facts.values import Lead, LeadFact, LeadId, Stored


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """A lead's stored facts, sorted by storage number, as the store had them at the number ``read_up_to``.

    That number may be larger than the last fact's: an import that was taken back since then is not seen any more.

    >>> from datetime import UTC
    >>> noon, one = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC)
    >>> told = Stored(3, Lead(LeadId("7"), noon, one))  # left at noon, known to the company an hour later
    >>> LeadHistory(LeadId("7"), (told,), 3).arrived_at.hour
    13
    """

    lead_id: LeadId
    stored: tuple[Stored, ...]
    read_up_to: int = 0

    @property
    def facts(self) -> tuple[LeadFact, ...]:
        """Return the facts without their numbers."""
        return tuple([one.fact for one in self.stored])

    @property
    def arrived_at(self) -> datetime:
        """Return when the lead became known; ``ValueError`` where it never did."""
        return min(one.fact.known_at for one in self.stored if isinstance(one.fact, Lead))
