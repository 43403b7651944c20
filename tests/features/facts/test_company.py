"""What the company says of itself, and when it held."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from features.facts.company import Abc, Company, FormField
from features.facts.export_columns import CallColumns


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        (datetime(2025, 1, 1, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 2, 28, 20, 59, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 2, 28, 21, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2027, 1, 1, tzinfo=UTC), date(2026, 3, 1)),
    ],
)
def test_the_rules_of_a_moment_are_those_that_held_that_day_in_the_companys_zone(moment: datetime, since: date) -> None:
    company = Company(company="Окна", abc=(Abc(since=date(2026, 3, 1)), Abc(since=date(2026, 1, 1))))
    assert company.abc_at(moment).since == since


def test_a_version_without_a_date_held_before_all_others() -> None:
    company = Company(company="Окна", abc=(Abc(since=date(2026, 3, 1)), Abc()))
    assert company.abc_at(datetime(2026, 2, 1, tzinfo=UTC)).since is None


def test_one_version_needs_no_list() -> None:
    company = Company.model_validate({"company": "Окна", "abc": {"since": "2026-03-01"}})
    assert [version.since for version in company.abc] == [date(2026, 3, 1)]


def test_the_default_table_is_the_articles() -> None:
    (version,) = Company(company="Окна").abc
    assert [(row.when, row.grade) for row in version.table] == [
        ({"need": "no"}, "non_target"),
        ({"need": "yes", "budget": "yes", "urgency": "yes"}, "A"),
        ({"need": "yes", "budget": "yes", "urgency": "no"}, "B"),
        ({"need": "yes", "budget": "no"}, "C"),
    ]


@pytest.mark.parametrize("word", ["none", "None", None])
def test_a_company_may_have_no_horizon(word: str | None) -> None:
    assert Company.model_validate({"company": "Окна", "horizon_days": word}).horizon_days is None


@pytest.mark.parametrize("name", ["Оплата получена", " оплата ПОЛУЧЕНА ", "ОПЛАТА ПОЛУЧЕНА"])
def test_stage_names_compare_without_case_and_edges(name: str) -> None:
    company = Company.model_validate({"company": "Окна", "stages": {"won": "Оплата получена"}})
    assert company.kind_of_stage(name) == "won"


def test_a_stage_that_nobody_listed_is_some_other_stage() -> None:
    assert Company(company="Окна").kind_of_stage("Думает") == "other"


@pytest.mark.parametrize(
    ("asked", "at_arrival"),
    [
        (FormField(kind="text"), True),
        (FormField(kind="text", filled_by="manager"), False),
        (FormField(kind="text", filled_by="manager", known_from="arrival"), True),
        (FormField(kind="text", filled_by="person", known_from="first_call"), False),
    ],
)
def test_what_managers_fill_in_is_known_from_the_first_call_unless_the_company_knows_better(
    asked: FormField, at_arrival: bool
) -> None:
    assert asked.is_known_at_arrival is at_arrival


def test_a_result_of_a_call_is_the_companys_word_or_ours() -> None:
    columns = CallColumns(results={"Недозвон": "no_answer"})
    assert [columns.result_of(word) for word in (" недозвон", "Reached", "кто-то")] == ["no_answer", "reached", None]


@pytest.mark.parametrize(("language", "region"), [("ru", "RU"), ("en", "US")])
def test_the_language_says_how_local_phone_numbers_are_read(language: str, region: str) -> None:
    assert Company.model_validate({"company": "Окна", "language": language}).phone_region == region


def test_a_twentieth_of_the_queue_is_drawn_unless_the_company_says_otherwise() -> None:
    assert Company(company="Окна").queue.explore == 0.05
    assert Company.model_validate({"company": "Окна", "queue": {"explore": 0}}).queue.explore == 0


@pytest.mark.parametrize("share", [-0.01, 0.51, "all"])
def test_no_more_than_half_of_the_queue_can_be_drawn(share: object) -> None:
    with pytest.raises(ValueError, match="explore"):
        Company.model_validate({"company": "Окна", "queue": {"explore": share}})
