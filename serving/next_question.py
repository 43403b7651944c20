"""The question whose answer matters most now, and its answers, in the company's words."""

from __future__ import annotations

from features.facts.company import Company
from features.rows.feature_words import level_word
from models.if_answered import IfAnswered
from models.score import Score
from serving.reason_words import cell_words


def next_question(score: Score, company: Company) -> str | None:
    """Return what the manager asks next, or None where nothing is open."""
    if score.ask is None:
        return None
    field = company.fields[score.ask]
    return field.question or field.label or score.ask


def answer_words(field: str, told: IfAnswered, company: Company) -> str:
    """Return an answer that may come as people say it; of a number, the range that it stands for.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields": {"area": {"kind": "number"}}})
    >>> answer_words("area", IfAnswered(120.0, (100.0, None), 0.3), company)
    '100 and more'
    """
    if told.ends:
        return cell_words(field, told.ends, company)
    said = told.answer if isinstance(told.answer, tuple) else (str(told.answer),)
    return ", ".join(level_word(field, one, company) for one in said)
