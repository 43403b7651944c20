"""The question whose answer matters most now: the one that the grade still hangs on."""

from __future__ import annotations

from features.facts.company import Company
from features.rows.as_of import KnownLead
from models.score import Score


def next_question(known: KnownLead, score: Score, company: Company) -> str | None:
    """Return what the manager asks next in the company's words, or None where nothing is open."""
    criterion = score.grading.ask
    if criterion is None:
        return None
    field = company.fields[company.abc_at(known.moment).criteria[criterion].field]
    return field.question or field.label or criterion
