"""A manager's own grade of a lead: what he made of it after a call, when, and whether its end was known by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features.facts.history import LeadHistory
from features.facts.identity import identity
from features.facts.values import Call, ManagerGrade
from features.rows.as_of import KnownLead


@dataclass(frozen=True, slots=True)
class OwnGrade:
    """What a manager made of a lead, and when he told it."""

    grade: ManagerGrade
    given_at: datetime
    manager: str | None


def own_grades(known: KnownLead, history: LeadHistory) -> list[OwnGrade]:
    """Return the grades that managers gave the lead, in the order in which they were told.

    A grade was told when the call first came with it: what is corrected of the call later (a comment, its length) leaves that
    as it was.

    >>> from datetime import UTC
    >>> from features.facts.company import Company
    >>> from features.facts.history import LeadHistory
    >>> from features.facts.values import Call, Lead, LeadId, Stored
    >>> from features.rows.as_of import Gate
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> call = Call(LeadId("7"), noon, noon, "reached", manager="Анна", grade="B")
    >>> history = LeadHistory(LeadId("7"), (Stored(1, Lead(LeadId("7"), noon, noon)), Stored(2, call)))
    >>> [one.grade for one in own_grades(Gate(Company(company="Окна")).as_of(history, noon), history)]
    ['B']
    """
    given = [
        OwnGrade(call.grade, _first_told(call, history), call.manager) for call in known.calls if call.grade is not None
    ]
    return sorted(given, key=lambda one: one.given_at)


def _first_told(graded: Call, history: LeadHistory) -> datetime:
    """Return when a version of the call first said its grade."""
    calls = (one.fact for one in history.stored if isinstance(one.fact, Call))
    spoken_of = identity(graded)
    return min(one.known_at for one in calls if one.grade == graded.grade and identity(one) == spoken_of)
