"""What company.yaml says of a column counts more than a finding."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from features.drafting.leaks.findings import Finding, Knows
from features.drafting.leaks.overruling import advice_on
from features.facts.company import Company


def company(**field: Any) -> Company:
    return Company.model_validate({"company": "x", "fields": {"city": {"kind": "choice", "column": "City", **field}}})


@pytest.mark.parametrize("knows", ["leak", "late", "differs"])
def test_a_field_known_at_arrival_overrules_any_finding(knows: Knows) -> None:
    advice = advice_on(Finding("City", "choice", knows), company(known_from="arrival"))
    assert advice.is_overruled
    assert "fields.city says known_from: arrival" in advice.words


@pytest.mark.parametrize(
    ("knows", "field", "words"),
    [
        ("leak", {}, "write feature: false at fields.city; to overrule: known_from: arrival at fields.city"),
        ("leak", {"filled_by": "manager"}, "write feature: false at fields.city"),
        ("leak", {"feature": False}, "nothing to do"),
        ("late", {}, "write filled_by: manager at fields.city; to overrule: known_from: arrival"),
        ("late", {"filled_by": "manager"}, "nothing to do"),
        ("differs", {}, "write feature: false at fields.city"),
    ],
)
def test_a_declared_field_is_told_what_to_change(knows: Knows, field: dict[str, Any], words: str) -> None:
    advice = advice_on(Finding("City", "choice", knows), company(**field))
    assert not advice.is_overruled
    assert words in advice.words


def test_a_mark_counts_as_known_at_arrival() -> None:
    words = Company.model_validate({"company": "x", "export": {"leads": {"marks": {"source": "Src"}}}})
    assert advice_on(Finding("Src", "choice", "leak"), words).is_overruled


def test_what_is_to_be_written_can_be_read() -> None:
    told = advice_on(Finding("City: where?", "choice", "late"), None).words.split("; if ")[0]
    written = yaml.safe_load(told.replace("fields: ", ""))
    assert Company.model_validate({"company": "x", "fields": written}).fields["city_where"].column == "City: where?"
