"""One feature a field, two where a field says two things."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.facts.company import Company, FieldKind
from features.facts.values import Answer
from features.rows.feature import Value
from features.rows.form_answers import answer_features
from tests.features.rows.windows import known
from tests.support.facts import lead


def features_for(kind: FieldKind, answer: Answer | None, at: datetime | None = None) -> dict[str, Value]:
    company = Company.model_validate({"company": "Окна", "fields": {"asked": {"kind": kind, "label": "Вопрос"}}})
    asked = lead(at=at or datetime(2026, 3, 2, 9, tzinfo=UTC))
    one = known(asked if answer is None else replace(asked, answers={"asked": answer}), company=company)
    return {made.name: made.of(one) for made in answer_features(company)}


@pytest.mark.parametrize(
    ("kind", "answer", "row"),
    [
        ("number", 40.5, {"asked": 40.5}),
        ("number", "сорок", {"asked": None}),
        ("choice", "  Свой  Офис ", {"asked": "свой офис"}),
        ("choice", "не указано", {"asked": None}),
        ("yes_no", "yes", {"asked": "yes"}),
        ("text", "хочу  тёплые окна", {"asked_words": 3.0}),
        ("date", "2026-03-12", {"asked_days_ahead": 10.0}),
        ("date", "2026-02-28T10:00", {"asked_days_ahead": -2.0}),
        ("date", "скоро", {"asked_days_ahead": None}),
        ("list", ("Двери", "балкон"), {"asked": "балкон + двери", "asked_count": 2.0}),
        ("list", "Двери", {"asked": "двери", "asked_count": 1.0}),
        ("list", (), {"asked": "", "asked_count": 0.0}),
    ],
)
def test_an_answer_is_told_by_the_kind_of_its_field(kind: FieldKind, answer: Answer, row: dict[str, Value]) -> None:
    assert features_for(kind, answer) == row


@pytest.mark.parametrize("kind", ["number", "choice", "yes_no", "text", "date", "list"])
def test_what_was_not_answered_is_missing(kind: FieldKind) -> None:
    assert set(features_for(kind, None).values()) == {None}


def test_days_ahead_are_counted_from_the_requests_day_in_the_companys_zone() -> None:
    midnight_in_moscow = datetime(2026, 3, 1, 21, tzinfo=UTC)
    assert features_for("date", "2026-03-03", midnight_in_moscow) == {"asked_days_ahead": 1.0}


def test_the_meaning_is_in_the_companys_words() -> None:
    company = Company.model_validate({"company": "Окна", "fields": {"area": {"kind": "number", "label": "Площадь"}}})
    assert [made.meaning for made in answer_features(company)] == ["Площадь: the number given."]
