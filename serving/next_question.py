"""The question whose answer matters most now, in the company's words."""

from __future__ import annotations

from features.facts.company import Company
from models.score import Score


def next_question(score: Score, company: Company) -> str | None:
    """Return what the manager asks next, or None where nothing is open."""
    if score.ask is None:
        return None
    field = company.fields[score.ask]
    return field.question or field.label or score.ask
