"""The section conversions: of company.yaml: what is wrong there is named with its place and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from features.errors import CompanyFileWrong
from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.conversion_settings import Conversions


def test_a_company_that_names_no_system_tells_nobody_anything() -> None:
    assert Company(company="Окна").conversions.systems == ()


def test_consent_that_reads_an_unknown_field_is_refused_at_its_line(tmp_path: Path) -> None:
    words = "company: Окна\nfields:\n  area: {kind: number}\nconversions:\n  consent:\n    field: agreed\n"
    (tmp_path / "company.yaml").write_text(words, encoding="utf-8")
    with pytest.raises(CompanyFileWrong) as refused:
        read_company(tmp_path / "company.yaml")
    (mistake,) = refused.value.mistakes
    assert (mistake.line, mistake.key) == (6, "conversions.consent.field")
    assert "fields are: area" in mistake.remedy


@pytest.mark.parametrize(
    "said",
    [
        {"consent": {}},
        {"consent": {"field": "a", "mark": "b"}},
        {"consent": {"field": "a", "yes": []}},
        {"yandex": {"goals": {}}},
        {"yandex": {"goals": {"paid": "=SUM(1)"}}},
        {"yandex": {"goals": {"paid": "a,b"}}},
        {"yandex": {"goals": {"bought": "sale"}}},
        {"google": {"actions": {"paid": "Sale"}, "time_zone": "Moscow"}},
        {"meta": {"events": {"paid": "Sale"}, "dataset": "../me"}},
        {"yandex": {"goals": {"paid": "sale"}, "counter": "12/../34"}},
    ],
)
def test_what_no_system_could_read_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Conversions.model_validate(said)
