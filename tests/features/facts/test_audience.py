"""The audience in company.yaml: said shortly, read back as it was, and a mistake named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from features.errors import CompanyFileWrong
from features.facts.company import Company
from features.facts.company_file import parse_company

FIELDS = "company: x\nfields:\n  role: {kind: choice}\n  area: {kind: number}\n  ready: {kind: yes_no}\naudience:\n"


def test_levels_ranges_and_shares_can_be_said_shortly_and_are_read_back() -> None:
    said = "  role: [owner, builder]\n  area: {at_least: 50}\n  ready: yes\n  channel: {vk: 0.5, search: 0.2}\n"
    company = parse_company(FIELDS + said)
    assert company.audience["role"].levels == ("owner", "builder")
    assert company.audience["area"].kind == "range"
    assert company.audience["ready"].levels == ("yes",)
    assert company.audience["channel"].shares == {"vk": 0.5, "search": 0.2}
    assert Company.model_validate_json(company.model_dump_json()) == company


@pytest.mark.parametrize(
    ("said", "line", "remedy"),
    [
        ("  roles: [owner]\n", 7, "no field and no mark is called 'roles'"),
        ("  area: [big]\n", 7, "a number is aimed at by at_least and below"),
        ("  role: {at_least: 3}\n", 7, "at_least and below are for numbers"),
        ("  area: {at_least: 5, below: 5}\n", 7, "has to be less than below"),
        ("  role: {owner: 0.7, builder: 0.6}\n", 7, "the shares add up to 1.30"),
        ("  role: {levels: [a], shares: {b: 0.5}}\n", 7, "say one thing"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(said: str, line: int, remedy: str) -> None:
    with pytest.raises(CompanyFileWrong, match=remedy) as caught:
        parse_company(FIELDS + said)
    (mistake,) = caught.value.mistakes
    assert mistake.line == line


def test_without_a_word_of_it_there_is_no_audience() -> None:
    nothing: dict[str, Any] = Company(company="x").audience
    assert nothing == {}
