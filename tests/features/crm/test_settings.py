"""The ``crm:`` part of company.yaml: ids are texts whatever YAML makes of them, and each mistake is named with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import CompanyFileWrong
from features.facts.company_file import read_company
from features.settings import CrmSecrets

START = "company: x\nfields: {area: {kind: number}, role: {kind: choice}}\nstages: {won: [Продано]}\n"


def test_numbers_are_ids_and_a_mark_may_have_a_field_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "company.yaml"
    file.write_text(
        START + "crm: {system: amocrm, address: 'https://x.amocrm.ru', fields: {area: 101}, stages: {3/142: Продано}, "
        "managers: {7: Анна}, marks: {city: 55}, choices: {role: {1: да, yes: нет}}, write_back: {score: 301}}\n",
        encoding="utf-8",
    )
    crm = read_company(file).crm
    assert crm is not None
    assert (crm.fields, crm.managers, crm.marks) == ({"area": "101"}, {"7": "Анна"}, {"city": "55"})
    assert crm.choices == {"role": {"1": "да", "yes": "нет"}}
    assert crm.write_back.fields == {"score": "301"}


@pytest.mark.parametrize(
    ("crm", "said"),
    [
        ("{system: bitrix24, fields: {rooms: UF_1}}", "no field of the form is called 'rooms'"),
        ("{system: amocrm}", "amoCRM needs its address"),
        ("{system: hubspot, requests: leads}", "the requests of hubspot are its contacts or deals"),
        ("{system: bitrix24, deleted_stage: Удалён}", "'Удалён' is not under stages"),
        ("{system: bitrix24, address: 'https://u:p@x.ru/rest'}", "address"),
        ("{system: salesforce}", "system"),
        ("{system: bitrix24, call_results: {200: gone}}", "call_results"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, crm: str, said: str) -> None:
    file = tmp_path / "company.yaml"
    file.write_text(f"{START}crm: {crm}\n", encoding="utf-8")
    with pytest.raises(CompanyFileWrong) as told:
        read_company(file)
    assert said in str(told.value)
    assert "u:p" not in str(told.value)


def test_secrets_show_in_no_repr() -> None:
    assert "s3cret" not in repr(CrmSecrets("https://x.bitrix24.ru/rest/1/s3cret/", *(["s3cret"] * 5)))
