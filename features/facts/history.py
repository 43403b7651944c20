"""Everything that is stored of one lead, in the order in which we got it."""

from __future__ import annotations

from dataclasses import dataclass

from features.facts.values import LeadFact, LeadId, Stored


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """A lead's stored facts, sorted by storage number, as the store had them at the number ``read_up_to``.

    That number may be larger than the last fact's: an import that was taken back since then is not seen any more.
    """

    lead_id: LeadId
    stored: tuple[Stored, ...]
    read_up_to: int = 0

    @property
    def facts(self) -> tuple[LeadFact, ...]:
        """Return the facts without their numbers."""
        return tuple([one.fact for one in self.stored])
