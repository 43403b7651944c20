"""Everything that is stored of one lead, in the order in which we got it."""

from __future__ import annotations

from dataclasses import dataclass

from features.facts.values import LeadFact, LeadId, Stored


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """A lead's stored facts, sorted by storage number."""

    lead_id: LeadId
    stored: tuple[Stored, ...]

    @property
    def last_number(self) -> int:
        """Return the largest storage number; 0 where nothing is stored."""
        return self.stored[-1].number if self.stored else 0

    @property
    def facts(self) -> tuple[LeadFact, ...]:
        """Return the facts without their numbers."""
        return tuple([one.fact for one in self.stored])
