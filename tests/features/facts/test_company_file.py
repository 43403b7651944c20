"""Every mistake in company.yaml is named with file, line, key and remedy, all at once."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import CompanyFileWrong, CompanyMistake
from features.facts.company import MOST_CRITERIA, Company
from features.facts.company_file import fingerprint, parse_company, read_company
from tests.support.machine import REPOSITORY


def mistakes_in(text: str) -> list[CompanyMistake]:
    with pytest.raises(CompanyFileWrong) as caught:
        parse_company(dedent(text))
    return caught.value.mistakes


def the_mistake_in(text: str) -> CompanyMistake:
    (mistake,) = mistakes_in(text)
    return mistake


def test_several_mistakes_are_named_at_once_each_with_its_line() -> None:
    found = mistakes_in(
        """\
        company: Окна
        time_zone: Moscow
        fields:
          area:
            kind: numbr
        horizon_days: 0
        """
    )
    assert [(one.line, one.key) for one in found] == [(2, "time_zone"), (6, "horizon_days"), (5, "fields.area.kind")]


def test_the_message_can_be_clicked_in_an_editor(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_text("company: Окна\ncurrency: rubles\n", encoding="utf-8")
    with pytest.raises(CompanyFileWrong, match=r"company\.yaml:2: currency: ") as caught:
        read_company(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "key", "meant"),
    [
        ("company: Окна\nhorizon: 60\n", 2, "horizon", "horizon_days"),
        ("company: Окна\nfields:\n  area:\n    kind: number\n    colum: Площадь\n", 5, "fields.area.colum", "column"),
        ("company: Окна\nexport:\n  leads:\n    creatd_at: Создан\n", 4, "export.leads.creatd_at", "created_at"),
    ],
)
def test_a_misspelt_key_is_answered_with_the_right_one(text: str, line: int, key: str, meant: str) -> None:
    mistake = the_mistake_in(text)
    assert (mistake.line, mistake.key) == (line, key)
    assert f"did you mean {meant}?" in mistake.remedy


def test_a_key_like_no_other_is_answered_with_all_that_are_known() -> None:
    assert "known are: " in the_mistake_in("company: Окна\nzzzzzz: 1\n").remedy


def test_a_missing_name_is_asked_for() -> None:
    assert the_mistake_in("language: ru\n") == CompanyMistake(1, "company", "is missing; add it")


def test_an_unknown_country_is_answered_with_an_example() -> None:
    mistake = the_mistake_in("company: Fenster\ncountry: Germany\n")
    assert (mistake.line, mistake.key) == (2, "country")
    assert "such as DE" in mistake.remedy


def test_phones_are_read_by_the_companys_country() -> None:
    said = [{"language": "ru"}, {"language": "en"}, {"language": "en", "country": "DE"}]
    assert [Company.model_validate({"company": "x", **one}).phone_region for one in said] == ["RU", "US", "DE"]


def test_an_unknown_time_zone_is_answered_with_an_example() -> None:
    mistake = the_mistake_in("company: Окна\n\ntime_zone: MSK+3\n")
    assert (mistake.line, mistake.key) == (3, "time_zone")
    assert "Europe/Moscow" in mistake.remedy


def test_a_criterion_that_reads_an_unknown_field_is_named_in_its_own_line() -> None:
    mistake = the_mistake_in(
        """\
        company: Окна
        fields:
          budget: {kind: yes_no}
        abc:
          criteria:
            budget: {field: budget}
            need:
              field: wants
        """
    )
    assert (mistake.line, mistake.key) == (8, "abc.criteria.need.field")
    assert "'wants'" in mistake.remedy
    assert "fields are: budget" in mistake.remedy


def test_criteria_without_need_would_grade_nobody_and_are_refused_with_the_remedy() -> None:
    mistake = the_mistake_in(
        """\
        company: Окна
        fields:
          money: {kind: yes_no}
        abc:
          criteria:
            money: {field: money, yes: [yes], no: [no]}
        """
    )
    assert (mistake.line, mistake.key) == (5, "abc.criteria")
    assert "none of them is named need" in mistake.remedy
    assert "give that name to the criterion" in mistake.remedy


def test_a_need_may_be_read_from_a_field_of_any_name() -> None:
    said = {"fields": {"wants": {"kind": "yes_no"}}, "abc": {"criteria": {"need": {"field": "wants", "yes": ["yes"]}}}}
    assert Company.model_validate({"company": "x", **said}).abc[0].criteria["need"].field == "wants"


def test_a_table_in_which_a_yes_lowers_the_grade_is_refused_at_the_line_that_lowers_it() -> None:
    mistake = the_mistake_in(
        """\
        company: Окна
        fields:
          need: {kind: yes_no}
          budget: {kind: yes_no}
        abc:
          criteria:
            need: {field: need, yes: [yes], no: [no]}
            budget: {field: budget, yes: [yes], no: [no]}
          table:
            - {when: {need: no}, grade: non_target}
            - {when: {need: yes, budget: yes}, grade: C}
            - {when: {need: yes}, grade: B}
        """
    )
    assert (mistake.line, mistake.key) == (11, "abc.table.2")
    assert "with need yes, a yes to 'budget' turns B into C" in mistake.remedy


def of_criteria(count: int) -> str:
    names = ["need", *(f"criterion_{n}" for n in range(1, count))]
    criteria = "".join(f"    {name}: {{field: need, yes: [yes]}}\n" for name in names)
    asked = ", ".join(f"{name}: yes" for name in names)
    table = f"  table:\n    - when: {{{asked}}}\n      grade: A\n"
    return f"company: Окна\nfields: {{need: {{kind: yes_no}}}}\nabc:\n  criteria:\n{criteria}{table}"


def test_more_criteria_than_can_be_graded_by_are_refused_at_once() -> None:
    mistake = the_mistake_in(of_criteria(40))
    assert (mistake.line, mistake.key) == (4, "abc.criteria")
    assert "there are 40 of them, and at most 12" in mistake.remedy
    assert len(parse_company(of_criteria(MOST_CRITERIA)).abc[0].criteria) == MOST_CRITERIA


def test_a_table_in_which_a_yes_loses_an_a_is_refused_and_one_that_leaves_others_without_a_grade_is_not() -> None:
    criteria = {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in ("need", "budget")}
    fields = {name: {"kind": "yes_no"} for name in criteria}

    def company(*table: dict[str, object]) -> Company:
        return Company.model_validate(
            {"company": "x", "fields": fields, "abc": {"criteria": criteria, "table": list(table)}}
        )

    assert company({"when": {"need": "yes", "budget": "yes"}, "grade": "C"}).abc[0].table[0].grade == "C"
    with pytest.raises(ValueError, match="turns A into no grade"):
        company({"when": {"need": "yes", "budget": "no"}, "grade": "A"})


def test_the_criterion_is_found_in_the_version_it_stands_in() -> None:
    mistake = the_mistake_in(
        """\
        company: Окна
        fields: {need: {kind: yes_no}}
        abc:
          - criteria: {need: {field: need}}
          - since: 2026-03-01
            criteria: {need: {field: other}}
        """
    )
    assert (mistake.line, mistake.key) == (6, "abc.2.criteria.need.field")


def test_a_stage_of_two_kinds_is_named_where_it_stands_the_second_time() -> None:
    mistake = the_mistake_in(
        """\
        company: Окна
        stages:
          won: [Оплата]
          lost:
            - Отказ
            - "оплата "
        """
    )
    assert (mistake.line, mistake.key) == (6, "stages.lost.2")
    assert "won" in mistake.remedy


def test_a_kind_of_stage_that_does_not_exist_is_answered_with_those_that_do() -> None:
    mistake = the_mistake_in("company: Окна\nstages:\n  wonn: [Оплата]\n")
    assert (mistake.line, mistake.key) == (3, "stages.wonn")
    assert "'won'" in mistake.remedy


def test_every_field_name_that_is_no_plain_word_is_named_in_its_own_line() -> None:
    found = mistakes_in("company: Окна\nfields:\n  Площадь: {kind: number}\n  2nd: {kind: text}\n")
    assert [(one.line, one.key) for one in found] == [(3, "fields.Площадь"), (4, "fields.2nd")]


@pytest.mark.parametrize("text", ["fields: [", "a: b: c", "company: 'Окна", "\tcompany: Окна"])
def test_bad_yaml_is_named_with_a_line(text: str) -> None:
    mistake = the_mistake_in("company: Окна\n" + text)
    assert mistake.line >= 2
    assert "is no valid YAML" in mistake.remedy


@pytest.mark.parametrize("text", ["", "- Окна", "Окна", "# nothing yet"])
def test_a_file_that_holds_no_keys_is_told_what_they_look_like(text: str) -> None:
    assert "company: Name" in the_mistake_in(text).remedy


def test_a_character_that_no_text_has_is_named_with_its_line() -> None:
    assert the_mistake_in("company: Окна\ncurrency: R\x00UB\n").line == 2


def test_a_day_that_does_not_exist_is_named_with_its_line() -> None:
    mistake = the_mistake_in("company: Окна\nabc:\n  since: 2026-02-30\n")
    assert (mistake.line, mistake.key) == (3, "abc.since")


def test_a_key_that_stands_twice_is_named_and_not_forgotten() -> None:
    found = mistakes_in("company: Окна\nabc:\n- rates: {A: 0.2}\n  rates: {A: 0.3}\ncompany: Двери\n")
    assert [(one.line, one.key) for one in found] == [(4, "abc.1.rates"), (5, "company")]
    assert "line 1" in found[1].remedy


def test_a_file_is_read_anew_once_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_text("company: Окна\n", encoding="utf-8")
    before = read_company(path)
    assert read_company(path) is before
    path.write_text("company: Двери\n", encoding="utf-8")
    assert read_company(path).company == "Двери"


def test_a_mistake_is_named_by_the_file_that_has_it_however_many_have_the_same() -> None:
    for name in ("a.yaml", "b.yaml"):
        with pytest.raises(CompanyFileWrong, match=f"^{name} has 1 mistake"):
            parse_company("company: Окна\nhorizon: 60", name)


def test_a_file_that_is_not_there_is_answered_with_the_command_that_drafts_it(tmp_path: Path) -> None:
    with pytest.raises(CompanyFileWrong, match="leadloop init"):
        read_company(tmp_path / "company.yaml")


def test_a_file_in_another_encoding_is_told_to_be_saved_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_bytes("company: Окна".encode("cp1251"))
    with pytest.raises(CompanyFileWrong, match="UTF-8"):
        read_company(path)


def test_a_byte_order_mark_does_not_disturb(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_bytes("company: Окна".encode("utf-8-sig"))
    assert read_company(path).company == "Окна"


def test_unquoted_yes_and_no_are_the_words_that_stand_there() -> None:
    company = parse_company(
        dedent(
            """\
            company: Окна
            fields: {need: {kind: choice}}
            abc:
              criteria: {need: {field: need, yes: [yes, да, 1], no: [no]}}
              table:
                - {when: {need: no}, grade: non_target}
            stages: {won: yes, lost: [no]}
            export: {calls: {results: {yes: reached, no: refused, 0: no_answer}}}
            """
        )
    )
    (version,) = company.abc
    assert version.criteria["need"].yes == ("yes", "да", "1")
    assert version.criteria["need"].no == ("no",)
    assert version.table[0].when == {"need": "no"}
    assert (company.kind_of_stage("Yes"), company.kind_of_stage("no")) == ("won", "lost")
    assert [company.export.calls.result_of(word) for word in ("YES", "no", "0")] == ["reached", "refused", "no_answer"]


def test_dates_are_read_as_dates_and_words_that_look_like_dates_stay_words() -> None:
    company = parse_company("company: 2026-01-01\nabc:\n  since: 2026-03-02\n")
    assert company.company == "2026-01-01"
    assert company.abc[0].since == date(2026, 3, 2)


def test_the_fingerprint_changes_with_the_words_and_with_nothing_else() -> None:
    plain = parse_company("company: Окна\nlanguage: ru\n")
    assert fingerprint(plain) == fingerprint(parse_company("# a comment\nlanguage: ru\ncompany: Окна\n"))
    assert fingerprint(plain) != fingerprint(parse_company("company: Окна\nlanguage: en\n"))


@given(st.text(alphabet="ab:-[]{}\"'#&*!|>%@`?, \n\t\x00é1", max_size=40))
def test_any_text_is_a_company_or_a_list_of_mistakes_with_lines(text: str) -> None:
    mistakes: list[CompanyMistake] | None = None
    try:
        parse_company(text)
    except CompanyFileWrong as wrong:
        mistakes = wrong.mistakes
    assert mistakes is None or (mistakes and all(one.remedy and one.key for one in mistakes))


def test_the_documented_company_loads_as_it_stands() -> None:
    page = (REPOSITORY / "docs" / "company-yaml.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert parse_company(block).company == "Окна в офис"
