"""``leadloop demo``: a company from its exports to a trained model, by the same commands as any other."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from leadloop.commands import demo
from leadloop.demo.export import company_words, export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import VARIANTS, Scale
from tests.conftest import DemoMade
from tests.leadloop.command_line import one_line, run, started

FILES = ("leads.csv", "calls.csv", "stages.csv", "spend.csv", "plan.csv")
SIZE = ("--no-serve", "--leads", "1500", "--end", "2026-03-31")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_file_is_there_imported_and_learned_from(demo_once: DemoMade) -> None:
    folder, out = demo_once.folder, demo_once.said
    assert {*FILES, "company.yaml", "truth.csv", "leadloop-data"} == {path.name for path in folder.iterdir()}
    for name in FILES:
        rows = f"{len(rows_of(folder / name)):,}"
        assert f"{name} ({name.removesuffix('.csv')}, import" in out
        assert f"{rows} rows: {rows} stored, 0 unchanged, 0 rejected" in one_line(out)
    assert "A company of 11 managers, 1,500 leads in 9 months" in out
    assert "Model 20" in out
    assert "romoted" in out
    assert "The portrait: " in out
    assert "What won deals tell: " in out


def test_the_truth_is_in_a_file_of_its_own_that_is_not_imported(demo_once: DemoMade) -> None:
    folder = demo_once.folder
    truth = rows_of(folder / "truth.csv")
    assert len(truth) == 1_500
    assert all(0 <= float(row["chance_as_handled"]) <= 1 for row in truth)
    assert "truth" not in demo_once.said
    engine = create_engine(f"sqlite:///{folder / 'leadloop-data' / 'leadloop.db'}")
    with engine.connect() as connection:
        files = set(connection.execute(text("SELECT file FROM imports")).scalars())
    engine.dispose()
    assert files == set(FILES)
    columns = {name for file in FILES for name in rows_of(folder / file)[0]}
    assert not any("chance" in name or "target" in name for name in columns)


def test_the_same_seed_and_end_write_the_same_files(demo_once: DemoMade, tmp_path: Path) -> None:
    export_all(simulated(Scale(9, 1_500, 7), demo_once.end), tmp_path)
    for name in (*FILES, "company.yaml", "truth.csv"):
        assert (tmp_path / name).read_bytes() == (demo_once.folder / name).read_bytes(), name


def test_a_history_ends_before_the_day_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for work in ("_import", "_train", "_portray"):
        monkeypatch.setattr(demo, work, lambda *_: None)
    assert run("demo", *SIZE, "--folder", str(tmp_path / "asked")).code == 0
    export_all(simulated(Scale(6, 1_500, 7), date(2026, 3, 31)), tmp_path / "by_hand")
    for name in (*FILES, "company.yaml", "truth.csv"):
        assert (tmp_path / "asked" / name).read_bytes() == (tmp_path / "by_hand" / name).read_bytes(), name


def test_what_people_typed_is_as_dirty_as_they_type(demo_once: DemoMade) -> None:
    leads = rows_of(demo_once.folder / "leads.csv")
    sources = {row["utm_source"] for row in leads}
    assert {"yandex", "Yandex"} <= sources
    assert any(row["Город"] == "Не выбрано" for row in leads)
    assert any("," in row["Площадь, м²"] for row in leads)
    assert any(not row["Телефон"] for row in leads)


def test_the_ad_system_whose_clicks_came_can_be_told_of_those_who_agreed(demo_once: DemoMade, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_once.folder, tmp_path / "demo")
    leads = rows_of(folder / "leads.csv")
    clicked = [row for row in leads if row["yclid"]]
    assert {row["utm_source"].casefold() for row in clicked} == {"yandex", "ya.direct"}
    assert len({row["yclid"] for row in clicked}) == len(clicked)
    assert {row["Согласие на рекламу"] for row in clicked} == {"да", "нет"}
    told = run("conversions", "--home", str(folder / "leadloop-data"), "--company", str(folder / "company.yaml"))
    assert told.code == 0, told.err
    assert "yandex leads reached" in one_line(told.out)
    assert "no consent" in one_line(told.out)


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_every_variant_s_words_are_a_company_file(variant: str) -> None:
    from features.facts.company import Company

    company = Company.model_validate(company_words(Scale(variant=variant).world))
    assert len(company.managers) == 11
    assert {rule.name for rule in company.channels.rules} == {one.name for one in VARIANTS[variant].channels}


def test_more_leads_than_usual_get_managers_enough() -> None:
    world = Scale(leads=105_000).world
    assert world.leads_a_month == 17_500
    assert len(world.managers) == 55
    assert len({one.name for one in world.managers}) == 55


def test_an_unknown_variant_is_answered_with_those_there_are(tmp_path: Path) -> None:
    ran = run("demo", *SIZE, "--variant", "sunny", "--folder", str(tmp_path))
    assert ran.code == 2
    assert "--variant takes one of default, weak_signal, no_change, spoiled_answers." in one_line(ran.err)


@pytest.mark.parametrize("value", ["today", "2026-02-30", "31.03.2026"])
def test_an_end_that_is_no_day_is_answered_in_one_sentence(tmp_path: Path, value: str) -> None:
    ran = run("demo", "--no-serve", "--end", value, "--folder", str(tmp_path))
    assert ran.code == 2
    assert f"--end takes a day such as 2026-03-31, not '{value}'." in one_line(ran.err)
    assert list(tmp_path.iterdir()) == []


def test_a_history_cannot_end_in_the_future(tmp_path: Path) -> None:
    later = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"
    ran = run("demo", "--no-serve", "--end", later, "--folder", str(tmp_path))
    assert ran.code == 2
    assert f"--end lies in the future ({later})" in one_line(ran.err)


def test_too_few_leads_or_months_are_refused(tmp_path: Path) -> None:
    for words in (("--leads", "10"), ("--months", "1"), ("--leads", "many")):
        ran = run("demo", "--no-serve", *words, "--folder", str(tmp_path))
        assert ran.code == 2
        assert words[0] in one_line(ran.err)


def test_another_company_s_data_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "leadloop-data").mkdir()
    (tmp_path / "leadloop-data" / "leadloop.db").write_text("years of leads", encoding="utf-8")
    ran = run("demo", *SIZE, "--folder", str(tmp_path))
    assert ran.code == 2
    assert "--folder takes an empty folder or an earlier demo's" in one_line(ran.err)
    assert (tmp_path / "leadloop-data" / "leadloop.db").read_text(encoding="utf-8") == "years of leads"


def test_made_up_leads_are_not_mixed_with_stored_ones(demo_once: DemoMade, tmp_path: Path) -> None:
    url = f"sqlite:///{demo_once.folder / 'leadloop-data' / 'leadloop.db'}"
    process = started("demo", *SIZE, "--folder", str(tmp_path / "new"), LEADLOOP_DATABASE_URL=url)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The database of LEADLOOP_DATABASE_URL holds leads already" in one_line(said)
    assert not (tmp_path / "new" / "leads.csv").exists()


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "at",
    [
        "leadloop.demo.simulation.simulated",
        "leadloop.demo.export.company_words",
        "leadloop.commands.import_files.import_all",
        "leadloop.commands.demo._train",
        "leadloop.commands.demo._portray",
    ],
)
def test_a_demo_that_is_stopped_says_to_run_it_again_and_that_begins_anew(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--folder", str(tmp_path / "company"))
    monkeypatch.setattr("leadloop.commands.demo._train", lambda *_: None)
    monkeypatch.setattr("leadloop.commands.demo._portray", lambda *_: None)
    with monkeypatch.context() as one:
        one.setattr(at, stopped)
        ran = run("demo", *SIZE, *place)
    assert ran.code == 130, ran.err
    assert one_line(ran.err) == "Stopped; the demo is not whole. Run the same command again: it begins anew."
    again = run("demo", *SIZE, *place)
    assert again.code == 0, again.err
    assert again.err == ""
    for name in FILES:
        rows = f"{len(rows_of(tmp_path / 'company' / name)):,}"
        assert f"{rows} rows: {rows} stored, 0 unchanged, 0 rejected" in one_line(again.out)


def test_a_demo_in_another_database_that_is_stopped_says_to_empty_that_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadloop.commands.demo._train", stopped)
    ran = run("demo", *SIZE, "--folder", str(tmp_path), LEADLOOP_DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    assert ran.code == 130
    assert "Empty the database of LEADLOOP_DATABASE_URL. Run the same command again" in one_line(ran.err)


def test_an_address_that_others_can_reach_is_refused_before_the_work(tmp_path: Path) -> None:
    ran = run("demo", "--host", "0.0.0.0", "--leads", "1500", "--folder", str(tmp_path / "new"))
    assert ran.code == 1
    assert "Listening on 0.0.0.0 lets others in" in one_line(ran.err)
    assert not (tmp_path / "new").exists()
