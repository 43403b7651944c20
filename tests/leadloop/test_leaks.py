"""`leadloop leaks` names the columns that know the outcome, and a person may overrule it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leadloop.cli import app
from tests.features.drafting.exports import written_csv
from tests.features.drafting.leaks.leads import honest_leads
from tests.support.machine import REAL_DATA


def leaks(folder: Path, *words: object) -> Result:
    env = {"COLUMNS": "300", "LEADLOOP_COMPANY": str(folder / "company.yaml")}
    return CliRunner().invoke(app, ["leaks", *map(str, words)], env=env)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    columns, won = honest_leads()
    paid = ["5" if bought else "" for bought in won]
    ids = {"id": [f"L{place}" for place in range(len(won))]}
    ended = {"ended": ["sold" if bought else "gone" for bought in won]}
    return written_csv(tmp_path / "leads.csv", {**ids, **columns, "paid": paid, **ended})


def company(folder: Path, fields: str = "") -> None:
    text = f"company: x\nfields: {{{fields}}}\nstages: {{won: sold, lost: gone}}\nexport: {{leads: {{stage: ended}}}}\n"
    (folder / "company.yaml").write_text(text, encoding="utf-8")


def line_of(column: str, said: str) -> str:
    return next(line for line in said.splitlines() if line.split()[:1] == [column])


def test_every_column_stands_with_what_it_knows_and_its_figures(tmp_path: Path, export: Path) -> None:
    company(tmp_path)
    done = leaks(tmp_path, export)
    assert done.exit_code == 0, done.output
    assert "Who bought: " in done.output
    assert " leak " in line_of("paid", done.output)
    assert "leave it out" in done.output
    assert "honest" in line_of("minutes", done.output)
    assert "AUC alone" in line_of("minutes", done.output)
    assert "5 columns: 1 leak, 0 filled in late, 0 differs now, 4 honest." in done.output


def test_a_person_overrules_it_and_still_sees_the_evidence(tmp_path: Path, export: Path) -> None:
    company(tmp_path, "paid: {kind: number, known_from: arrival}")
    said = leaks(tmp_path, export).output
    assert "overruled (leak)" in said
    assert "filled for 100 % of won leads" in said
    assert "1 overruled by company.yaml" in said


def test_the_outcome_can_be_pointed_at(tmp_path: Path, export: Path) -> None:
    unsaid = leaks(tmp_path, export)
    assert "nothing says it" in unsaid.output
    refused = leaks(tmp_path, export, "--outcome", "nowhere")
    assert refused.exit_code != 0
    assert "has no column 'nowhere'" in str(refused.exception)
    unmeant = leaks(tmp_path, export, "--outcome", "building")
    assert "list its word for a sale under stages: won" in str(unmeant.exception)
    company(tmp_path)
    assert "by the column 'ended'" in leaks(tmp_path, export, "--outcome", "ended").output


def test_a_wrong_outcome_shows_its_words_but_never_a_persons_data(tmp_path: Path) -> None:
    phones = [f"+7 912 345-{place:04d}" for place in range(100)]
    answers = ["by phone", "+7 912 999-99-99", "ask anna@example.com", "later"] * 25
    people = ["Anna Petrova", "Max Orlov"] * 50
    columns = {"Phone": phones, "k1": phones, "answer": answers, "Name": people}
    export = written_csv(tmp_path / "leads.csv", columns)
    said = {column: str(leaks(tmp_path, export, "--outcome", column).exception) for column in columns}
    assert all("under stages: won" in one for one in said.values())
    assert said["answer"].endswith("Its words: by phone, later.")
    assert not [column for column in ("Phone", "k1", "Name") if "Its words" in said[column]]


def test_a_list_of_sales_tells_who_bought(tmp_path: Path, export: Path) -> None:
    sales = written_csv(
        tmp_path / "sales.csv",
        {"lead_id": [f"L{place}" for place in range(0, 900, 3)], "won_date": ["2026-01-01"] * 300},
    )
    assert (
        "Who bought: 300 of 3,000 leads, by the rows of sales.csv" in leaks(tmp_path, export, "--stages", sales).output
    )


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real data sets are not here")
def test_a_real_export_shows_its_nine_leaks_and_six_late_fields(tmp_path: Path) -> None:
    said = leaks(tmp_path, REAL_DATA / "x_education" / "Leads.csv").output
    assert "9 leak, 6 filled in late, 0 differs now" in said
