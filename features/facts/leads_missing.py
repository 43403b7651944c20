"""Calls and stages that came in of leads that are not stored: until these leads come, they count nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from features.facts.contact_signs import holds_contact
from features.facts.database import reading
from features.facts.seen_facts import seen_facts
from features.facts.tables import FACTS

KINDS = {"call": "Calls", "stage": "Stages"}
MOST_NAMED = 3
SEVERAL = (
    "{n} of these ids {are} several leads in one cell: leave the one whose deal it is, for a sale that stands with each lead "
    "counts with each. "
)
BETWEEN = re.compile(r"\s*[;,|]\s*")
MOST_PARTED, AT_ONCE = 5_000, 500


@dataclass(frozen=True, slots=True)
class LeadsMissing:
    """How many facts of one kind are of how many leads that are not stored, and some of these leads."""

    kind: str
    facts: int
    leads: int
    some: tuple[str, ...]
    joined: int = 0
    """How many of the ids are those of several stored leads in one cell."""

    def __str__(self) -> str:
        """Say it with what to do.

        >>> print(LeadsMissing("call", 1, 1, ("901",)))
        Calls: 1, of 1 lead that is not stored (901). None of it counts until the lead comes; if it should be here,
        compare how both files write the lead's id.
        >>> print(LeadsMissing("stage", 2, 2, ("7;8", "7;9"), joined=2))
        Stages: 2, of 2 leads that are not stored (7;8, 7;9). 2 of these ids are several leads in one cell: leave the one
        whose deal it is, for a sale that stands with each lead counts with each. None of it counts until ...
        """
        named = f" ({', '.join(self.some)}{', …' if len(self.some) < self.leads else ''})" if self.some else ""
        several = (
            "" if not self.joined else SEVERAL.format(n=f"{self.joined:,}", are="is" if self.joined == 1 else "are")
        )
        leads, one = (
            ("1 lead that is", "the lead comes; if it")
            if self.leads == 1
            else (f"{self.leads:,} leads that are", "the leads come; if they")
        )
        return (
            f"{KINDS[self.kind]}: {self.facts:,}, of {leads} not stored{named}. {several}None of it counts until {one} should be "
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
            told.append(LeadsMissing(kind, facts, leads, shown, _joined(connection, (*without, FACTS.c.kind == kind))))
        return told


def _joined(connection: Connection, missing: Sequence[ColumnElement[bool]]) -> int:
    """Return how many of the missing ids are several stored ones, as CRMs write a deal of two contacts: 7;8."""
    holds_several = or_(*(FACTS.c.lead_id.contains(sign) for sign in ";,|"))
    found = connection.execute(select(FACTS.c.lead_id).where(*missing, holds_several).distinct().limit(MOST_PARTED))
    parts = [frozenset(BETWEEN.split(one.strip(" ;,|"))) for one in found.scalars()]
    asked = sorted({one for several in parts for one in several})
    stored: set[str] = set()
    for place in range(0, len(asked), AT_ONCE):
        named = FACTS.c.lead_id.in_(asked[place : place + AT_ONCE])
        stored.update(connection.execute(select(FACTS.c.lead_id).where(FACTS.c.kind == "lead", named)).scalars())
    return sum(len(one) > 1 and one <= stored for one in parts)
