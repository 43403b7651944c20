"""The question whose answer matters most now, and its answers, in the company's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from features.facts.company import Company
from features.facts.values import Answer
from features.rows.feature_words import level_word
from models.possible_answers import Ends
from models.score import Score
from serving.words.reasons import cell_words


class NextQuestion(NamedTuple):
    """A field of ``company.yaml``, and what is asked to learn it."""

    field: str
    text: str


def question_of(name: str, company: Company) -> NextQuestion:
    """Return what the manager asks to learn a field."""
    field = company.fields[name]
    return NextQuestion(name, field.question or field.label or name)


def next_question(score: Score, company: Company) -> str | None:
    """Return what the manager asks next, or None where nothing is open."""
    return None if score.ask is None else question_of(score.ask, company).text


def answer_words(
    field: str, answer: Answer, ends: Ends | None, company: Company, named: Callable[[str], str] = str
) -> str:
    """Return an answer that may come as people say it; of a number, the range that it stands for.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields": {"area": {"kind": "number"}}})
    >>> answer_words("area", 120.0, (100.0, None), company)
    '100 and more'
    """
    if ends:
        return cell_words(field, ends, company)
    said = answer if isinstance(answer, tuple) else (str(answer),)
    return ", ".join(level_word(field, one, company, named=named) for one in said)
