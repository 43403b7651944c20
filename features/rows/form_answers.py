"""What the person or the manager answered: one feature a field of company.yaml, or two where a field says two things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from features.facts.channels import NOTHING, tidied
from features.facts.company import Company, FormField
from features.facts.values import Answer
from features.rows.as_of import KnownLead
from features.rows.feature import Feature, Value

FAMILY = "answers"
READS = ("lead", "call")
DAYS_AHEAD, WORDS_WRITTEN, CHOSEN = "_days_ahead", "_words", "_count"
"""How the features end that are made from a field's answer and are not the answer itself."""


def answer_features(company: Company) -> list[Feature]:
    """Return the features of the company's own fields; a field with ``feature: false`` has none."""
    return [made for name, field in company.fields.items() if field.feature for made in _features_of(name, field)]


def _features_of(name: str, field: FormField) -> list[Feature]:
    label = field.label or name
    if field.kind == "number":
        return [_reader(name, name, "number", field.unit, f"{label}: the number given.", _number)]
    if field.kind == "date":
        return [_reader(name, name + DAYS_AHEAD, "number", "days", f"{label}: days from the request to it.", None)]
    if field.kind == "text":
        return [
            _reader(name, name + WORDS_WRITTEN, "number", "words", f"{label}: how many words were written.", _words)
        ]
    if field.kind == "list":
        return [
            _reader(name, name, "level", "", f"{label}: what was chosen, in order of the alphabet.", _chosen),
            _reader(name, name + CHOSEN, "number", "items", f"{label}: how many were chosen.", _count),
        ]
    return [_reader(name, name, "level", "", f"{label}: the answer.", _level)]


def _reader(
    field: str, name: str, kind: str, unit: str, meaning: str, value_of: Callable[[Answer], Value] | None
) -> Feature:
    def of(known: KnownLead) -> Value:
        answer = known.answers.get(field)
        if answer is None:
            return None
        return value_of(answer) if value_of else _days_ahead(answer, known)

    return Feature(name, FAMILY, "number" if kind == "number" else "level", unit, meaning, of, READS)


def _number(answer: Answer) -> Value:
    return float(answer) if isinstance(answer, int | float) else None


def _level(answer: Answer) -> Value:
    word = tidied(str(answer))
    return word if word not in NOTHING else None


def _words(answer: Answer) -> Value:
    return float(len(str(answer).split()))


def _chosen(answer: Answer) -> Value:
    return " + ".join(sorted(tidied(item) for item in answer)) if isinstance(answer, tuple) else _level(answer)


def _count(answer: Answer) -> Value:
    return float(len(answer)) if isinstance(answer, tuple) else 1.0


def _days_ahead(answer: Answer, known: KnownLead) -> Value:
    try:
        day = date.fromisoformat(str(answer)[:10])
    except ValueError:
        return None
    return float((day - known.created_at.astimezone(known.company.zone).date()).days)
