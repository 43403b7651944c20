"""`leadloop leaks` names the columns that know the outcome, and a person may overrule it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leadloop.cli import app
from tests.features.drafting.exports import written_csv
from tests.features.drafting.leaks.exports_apart import emptied_then, two_exports
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


def test_an_older_export_shows_what_was_written_in_since_and_a_person_may_overrule_it(tmp_path: Path) -> None:
    newer, older = two_exports()
    emptied_then(older, "city", 0.8, newer, only="Won")
    newer["asked"] = ["x" if place % 2 else "y" for place in range(len(newer["id"]))]
    phones = [f"+7 912 345-{place:04d}" for place in range(len(newer["id"]))]
    newer["Phone"], older["Phone"] = phones, phones[1 : len(older["id"]) + 1]
    files = written_csv(tmp_path / "leads.csv", newer), written_csv(tmp_path / "older.csv", older)
    said = leaks(tmp_path, files[0], "--earlier", files[1]).output
    assert "Compared with older.csv: 1,000 leads stand in both, by 'id' (200 rows only in leads.csv, 0 leads" in said
    assert "400 of them had not ended by then: 119 won since, 181 did not, 100 still open" in said
    assert "only in leads.csv, so not compared: asked" in said
    assert "empty in older.csv, filled since for 94 of 119 (79 %, 71 to 85) leads that won and 0 of 281" in said
    assert "written in since older.csv for 0 of 400 (0 %, 0 to 1) leads still open then" in said
    assert " leak " in line_of("city", said)
    assert "+7 912" not in said
    field = "city: {kind: choice, known_from: arrival}"
    words = f"company: x\nfields: {{{field}}}\nstages: {{won: Won, lost: Lost}}\nexport: {{leads: {{stage: stage}}}}\n"
    (tmp_path / "company.yaml").write_text(words, encoding="utf-8")
    overruled = leaks(tmp_path, files[0], "--earlier", files[1]).output
    assert "overruled (leak)" in line_of("city", overruled)
    assert "empty in older.csv, filled since for 94 of 119" in overruled


def test_an_older_export_of_other_leads_is_refused(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["id"] = [f"M{place}" for place in range(len(older["id"]))]
    files = written_csv(tmp_path / "leads.csv", newer), written_csv(tmp_path / "older.csv", older)
    refused = leaks(tmp_path, files[0], "--earlier", files[1])
    assert refused.exit_code != 0
    assert "older.csv and leads.csv have no lead in common" in str(refused.exception)


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real data sets are not here")
def test_a_real_export_shows_its_nine_leaks_and_six_late_fields(tmp_path: Path) -> None:
    said = leaks(tmp_path, REAL_DATA / "x_education" / "Leads.csv").output
    assert "9 leak, 6 filled in late, 0 differs now" in said
