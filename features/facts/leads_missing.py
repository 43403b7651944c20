"""Calls and stages that came in of leads that are not stored: until these leads come, they count nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from features.facts.contact_signs import holds_contact
from features.facts.database import reading
from features.facts.seen_facts import seen_facts
from features.facts.tables import FACTS

KINDS = {"call": "Calls", "stage": "Stages"}
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class LeadsMissing:
    """How many facts of one kind are of how many leads that are not stored, and some of these leads."""

    kind: str
    facts: int
    leads: int
    some: tuple[str, ...]

    def __str__(self) -> str:
        """Say it with what to do.

        >>> print(LeadsMissing("call", 1, 1, ("901",)))
        Calls: 1, of 1 lead that is not stored (901). None of it counts until the lead comes; if it should be here,
        compare how both files write the lead's id.
        """
        named = f" ({', '.join(self.some)}{', …' if len(self.some) < self.leads else ''})" if self.some else ""
        leads, one = (
            ("1 lead that is", "the lead comes; if it")
            if self.leads == 1
            else (f"{self.leads:,} leads that are", "the leads come; if they")
        )
        return (
            f"{KINDS[self.kind]}: {self.facts:,}, of {leads} not stored{named}. None of it counts until {one} should be "
            "here, compare how both files write the lead's id."
        )


def leads_missing(engine: Engine, after: int) -> list[LeadsMissing]:
    """Return what was stored behind a storage number of leads that are not stored, calls and stages apart."""
    lead = FACTS.alias()
    request = select(lead.c.number).where(lead.c.lead_id == FACTS.c.lead_id, lead.c.kind == "lead")
    is_there = seen_facts(request, None, of=lead).exists()
    without = (FACTS.c.number > after, FACTS.c.kind.in_(KINDS), ~is_there)
    counts = select(FACTS.c.kind, func.count(), func.count(FACTS.c.lead_id.distinct())).where(*without)
    with reading(engine) as connection:
        told = []
        for kind, facts, leads in connection.execute(counts.group_by(FACTS.c.kind).order_by(FACTS.c.kind)):
            named = select(FACTS.c.lead_id).where(*without, FACTS.c.kind == kind)
            some = connection.execute(named.group_by(FACTS.c.lead_id).order_by(FACTS.c.lead_id).limit(MOST_NAMED))
            shown = tuple(one for one in some.scalars() if not holds_contact(one))
            told.append(LeadsMissing(kind, facts, leads, shown))
        return told
