"""What is known of a lead when it comes, before anybody has called: the form's answers, and its chance as scored then.

Both only stand in for what will be known later. Whether a chance is a weak one is told by the leads before (``weak_leads.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.alarms.answer_levels import FieldLevels
from monitoring.alarms.entries import ANSWER, Entry
from monitoring.lead_book import LeadSummary


@dataclass(frozen=True, slots=True)
class ArrivalScore:
    """The purchase probability that a lead was given when it came, and by which version of the model."""

    probability: float
    version: str | None


def told_by_answers(lead: LeadSummary, arrived: int, fields: Sequence[FieldLevels]) -> Iterator[Entry]:
    """Yield which answer a lead gave to each field of the form; ``arrived`` is the day on which it came."""
    for one in fields:
        answer = lead.answers[one.place] if one.place < len(lead.answers) else None
        yield Entry(ANSWER + one.field, arrived, one.level(answer))
