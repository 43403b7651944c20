"""A manager's own grade of a lead: what he made of it after a call, when, and whether its end was known by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features.facts.values import ManagerGrade
from features.rows.as_of import KnownLead


@dataclass(frozen=True, slots=True)
class OwnGrade:
    """What a manager made of a lead, and when he told it."""

    grade: ManagerGrade
    given_at: datetime
    manager: str | None


def own_grades(known: KnownLead) -> list[OwnGrade]:
    """Return the grades that managers gave the lead, in the order in which they were told.

    >>> from datetime import UTC
    >>> from features.facts.company import Company
    >>> from features.facts.history import LeadHistory
    >>> from features.facts.values import Call, Lead, LeadId, Stored
    >>> from features.rows.as_of import Gate
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> call = Call(LeadId("7"), noon, noon, "reached", manager="Анна", grade="B")
    >>> history = LeadHistory(LeadId("7"), (Stored(1, Lead(LeadId("7"), noon, noon)), Stored(2, call)))
    >>> [one.grade for one in own_grades(Gate(Company(company="Окна")).as_of(history, noon))]
    ['B']
    """
    given = [OwnGrade(call.grade, call.known_at, call.manager) for call in known.calls if call.grade]
    return sorted(given, key=lambda one: one.given_at)
