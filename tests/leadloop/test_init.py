"""`leadloop init` drafts a company.yaml with which the very files import."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from typer.testing import CliRunner, Result

from features.facts.company_file import read_company
from leadloop.cli import app
from leadloop.commands.schema import schema
from tests.support.machine import REAL_DATA, REPOSITORY

COUNT = 60
LEADS = {
    "ID": [f"L{n}" for n in range(COUNT)],
    "Дата создания": [f"{n % 28 + 1:02}.03.2024 10:{n % 60:02}" for n in range(COUNT)],
    "Имя": ["Секретина"] * COUNT,
    "Телефон": ["8 912 345-67-89"] * COUNT,
    "Город": ["Москва", "Химки", "Не выбрано"] * 20,
    "Площадь": ["12,5", "40,0", "1 200,75"] * 20,
    "utm_source": ["vk", "vkontakte", "yandex"] * 20,
    "Ответственный": ["Анна", "Лев"] * 30,
}
CALLS = {
    "ID звонка": [f"C{n}" for n in range(COUNT)],
    "ID заявки": [f"L{n}" for n in range(COUNT)],
    "Начало": [f"{n % 28 + 1:02}.03.2024 12:00:00" for n in range(COUNT)],
    "Менеджер": ["Анна", "Лев"] * 30,
    "Результат": ["Дозвонились", "Нет ответа", "Занято"] * 20,
    "Потребность": ["да", "", "нет"] * 20,
    "Бюджет": ["да", "", "нет"] * 20,
    "Срочность": ["да", "", "нет"] * 20,
    "Комментарий": ["тайный комментарий"] * COUNT,
}
STAGES = {
    "ID заявки": [f"L{n}" for n in range(COUNT)],
    "Дата": [f"{n % 28 + 1:02}.03.2024" for n in range(COUNT)],
    "Этап": ["Договор", "Отказ", "Нецелевой"] * 20,
    "Сумма": ["100 000,50", "", ""] * 20,
}
SPEND = {
    "Дата": ["01.03.2024", "02.03.2024"],
    "Источник": ["vk", "yandex"],
    "Расход": ["1 000,50", "0"],
    "Клики": ["5", "7"],
}
PLAN = {"Месяц": ["2024-03", "2024-03"], "Менеджер": ["", "Анна"], "Показатель": ["sales"] * 2, "Значение": ["10", "5"]}
FILES = {"leads": LEADS, "calls": CALLS, "stages": STAGES, "spend": SPEND, "plan": PLAN}


def leadloop(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "300"})


def exported(folder: Path, encoding: str, separator: str) -> dict[str, Path]:
    for kind, columns in FILES.items():
        with (folder / f"{kind}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=separator)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    return {kind: folder / f"{kind}.csv" for kind in FILES}


def options(files: dict[str, Path]) -> list[str]:
    return [word for kind, path in files.items() if kind != "leads" for word in (f"--{kind}", str(path))]


@pytest.mark.parametrize(
    ("encoding", "separator"), [("cp1251", ";"), ("utf-8-sig", ";"), ("utf-8", "\t"), ("utf-8", ",")]
)
def test_the_files_import_whole_with_the_draft_made_from_them(tmp_path: Path, encoding: str, separator: str) -> None:
    files, out = exported(tmp_path, encoding, separator), tmp_path / "company.yaml"
    done = leadloop("init", files["leads"], *options(files), "--out", out)
    assert done.exit_code == 0, done.output
    company = read_company(out)
    assert (company.language, set(company.abc[0].criteria)) == ("ru", {"need", "budget", "urgency"})
    assert {one.name for one in company.managers} == {"Анна", "Лев"}
    imported = leadloop(
        "import", *files.values(), "--company", out, "--home", tmp_path / "home", "--exported-at", "2024-05-01"
    )
    assert imported.exit_code == 0, imported.output
    for kind, columns in FILES.items():
        rows = len(next(iter(columns.values())))
        assert f"{rows} rows: {rows} stored, 0 unchanged, 0 rejected" in imported.output, kind
    assert "cells that do not fit" not in imported.output
    assert "is not in the file" not in imported.output


def test_the_draft_helps_an_editor_and_keeps_the_schema(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "utf-8", ","), tmp_path / "company.yaml"
    leadloop("init", files["leads"], *options(files), "--out", out)
    text = out.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=company.schema.json"
    assert json.loads((tmp_path / "company.schema.json").read_text(encoding="utf-8")) == schema()
    assert [e.message for e in jsonschema_rs.validator_for(schema()).iter_errors(yaml.safe_load(text))] == []


def test_nothing_personal_is_written_or_printed(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "utf-8", ","), tmp_path / "company.yaml"
    done = leadloop("init", files["leads"], *options(files), "--out", out)
    for word in ("Секретина", "912", "тайный"):
        assert word not in out.read_text(encoding="utf-8") + done.output


def test_it_says_what_it_recognised_and_what_comes_next(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "cp1251", ";"), tmp_path / "other.yaml"
    done = leadloop("init", files["leads"], *options(files), "--out", out)
    assert "cp1251, semicolon, day first, decimal comma; 60 rows" in done.output
    assert "Who bought: 20 of 60 leads, by the stages in stages.csv" in done.output
    assert f"leadloop import {files['leads']}" in done.output
    assert f"leadloop train --company {out}" in done.output


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "utf-8", ","), tmp_path / "company.yaml"
    out.write_text("company: mine\n")
    kept = leadloop("init", files["leads"], "--out", out)
    assert kept.exit_code != 0
    assert "--force" in kept.output
    assert out.read_text() == "company: mine\n"
    assert leadloop("init", files["leads"], "--out", out, "--force").exit_code == 0
    assert read_company(out).company == "Моя компания"


def test_a_draft_is_not_written_over_an_export_even_where_it_is_forced(tmp_path: Path) -> None:
    files = exported(tmp_path, "utf-8", ",")
    for file in ("leads", "calls"):
        before = files[file].read_bytes()
        refused = leadloop("init", files["leads"], *options(files), "--out", files[file], "--force")
        assert refused.exit_code == 2
        assert f"is {file}.csv itself, which this command reads" in refused.output
        assert files[file].read_bytes() == before


def test_the_language_can_be_said(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "utf-8", ","), tmp_path / "company.yaml"
    leadloop("init", files["leads"], "--language", "en", "--out", out)
    assert (read_company(out).language, read_company(out).company) == ("en", "My company")


def test_an_export_without_id_and_moment_is_drafted_and_told_what_it_lacks(tmp_path: Path) -> None:
    leads, out = tmp_path / "leads.csv", tmp_path / "company.yaml"
    leads.write_text("city,area\nMoscow,5\nOmsk,7\n")
    done = leadloop("init", leads, "--out", out)
    assert done.exit_code == 1
    assert "Before anything can be imported" in done.output
    assert "Columns: city, area" in done.output
    assert read_company(out).fields


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real data sets are not here")
def test_a_real_export_goes_from_draft_to_import(tmp_path: Path) -> None:
    leads, out = REAL_DATA / "maven_crm" / "sales_pipeline.csv", tmp_path / "company.yaml"
    assert leadloop("init", leads, "--out", out).exit_code == 0
    imported = leadloop("import", leads, "--company", out, "--home", tmp_path / "home")
    assert "8,800 rows: 8,300 stored, 0 unchanged, 500 rejected" in imported.output  # 500 never began: no engage_date


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real data sets are not here")
def test_leads_without_dates_say_so(tmp_path: Path) -> None:
    done = leadloop("init", REAL_DATA / "x_education" / "Leads.csv", "--out", tmp_path / "company.yaml")
    assert done.exit_code == 1
    assert "no column that could be the created_at of leads" in done.output
    assert "without a moment nobody can say what was known when" in done.output


def test_the_demo_companys_own_exports_are_understood(tmp_path: Path) -> None:
    from datetime import date

    from leadloop.demo.export import export_all
    from leadloop.demo.simulation import simulated
    from leadloop.demo.world import Scale

    files = {path.stem: path for path in export_all(simulated(Scale(4, 400, 7, "default"), date(2026, 6, 1)), tmp_path)}
    out = tmp_path / "drafted.yaml"
    assert leadloop("init", files["leads"], *options(files), "--out", out).exit_code == 0
    ours, theirs = read_company(out), read_company(tmp_path / "company.yaml")
    assert {**ours.stages} == {**theirs.stages}
    marks = dict(theirs.export.leads.marks)
    agreed = marks.pop("ad_consent")  # of a draft a field of the form, which conversions.consent may name as well
    assert ours.export.leads == theirs.export.leads.model_copy(update={"marks": marks})
    assert ours.export.spend == theirs.export.spend
    assert ours.export.calls.model_copy(update={"results": {}}) == theirs.export.calls.model_copy(
        update={"results": {}}
    )
    assert ours.export.calls.results.items() <= theirs.export.calls.results.items()
    assert {f.column or f.call_column for f in ours.fields.values()} == {
        f.column or f.call_column for f in theirs.fields.values()
    } | {agreed}


def test_the_repository_names_the_command() -> None:
    assert "leadloop init" in (REPOSITORY / "features" / "facts" / "company_file.py").read_text(encoding="utf-8")


def test_own_exports_of_ad_systems_need_no_word_and_are_all_imported(tmp_path: Path) -> None:
    files, out, home = exported(tmp_path, "utf-8", ";"), tmp_path / "company.yaml", tmp_path / "home"
    direct, google = tmp_path / "direct.csv", tmp_path / "google.csv"
    direct.write_text(
        "Отчёт за март\n\nДень;Кампания;Показы;Клики;Расход, ₽ с НДС\n01.03.2024;Поиск;90;5;100,50\n", encoding="utf-8"
    )
    google.write_text(
        "Report\nDay\tCampaign\tCurrency code\tCost\tImpr.\tClicks\n2024-03-01\tbrand\tRUB\t40.25\t70\t3\n",
        encoding="utf-16",
    )
    costs = ["--spend", str(direct), "--spend", str(google), "--spend", str(files["spend"])]
    done = leadloop("init", files["leads"], "--calls", files["calls"], *costs, "--out", out)
    assert done.exit_code == 0, done.output
    assert "direct.csv (costs of yandex_direct)" in done.output
    assert "google.csv (costs of google_ads)" in done.output
    assert read_company(out).export.spend.cost == "Расход"
    told = leadloop("import", direct, google, files["spend"], "--company", out, "--home", home)
    assert told.exit_code == 0, told.output
    assert [line.split(": ")[0] for line in told.output.splitlines() if ".csv (" in line] == [
        "direct.csv (costs of yandex_direct, import 1)",
        "google.csv (costs of google_ads, import 2)",
        "spend.csv (spend, import 3)",
    ]
    assert told.output.count("0 rejected") == 3


def test_two_tables_of_costs_that_no_ad_system_exports_are_not_taken_for_one(tmp_path: Path) -> None:
    files, out = exported(tmp_path, "utf-8", ";"), tmp_path / "company.yaml"
    other = tmp_path / "other.csv"
    other.write_bytes(files["spend"].read_bytes())
    done = leadloop("init", files["leads"], "--spend", files["spend"], "--spend", other, "--out", out)
    assert done.exit_code == 2
    assert "spend.csv, other.csv" in done.output
    assert not out.exists()
