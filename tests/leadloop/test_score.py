"""``leadloop score`` and ``leadloop serve``: a file of leads and the API give the same probabilities."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadloop.commands import score
from models.artefact import champion_version
from models.score import Score
from tests.leadloop.command_line import LEADS, MOSCOW, ROWS, Small, one_line, serving, write_rows


def scores_in(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["lead_id"]: row for row in csv.DictReader(file)}


def test_without_a_model_the_rules_score_and_nothing_is_stored(opened: Small, tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "scores.csv"
    said = opened.done("score", opened.file("leads.csv"), "--out", str(out))
    assert f"3 leads scored into {out}, 0 left out." in one_line(said)
    scores = scores_in(out)
    assert list(scores) == ["1", "2", "3"]
    assert {row["model_version"] for row in scores.values()} == {"rules"}
    assert {row["probability"] for row in scores.values()} == {"0.060000"}
    assert "No leads are stored yet." in opened.done("features")


def test_the_file_and_the_api_give_the_same_lead_the_same_probability(trained: Small, tmp_path: Path) -> None:
    moment = datetime.now(UTC).replace(microsecond=0)
    at, answers = f"{moment.astimezone(MOSCOW):%Y-%m-%d %H:%M:%S}", (("owner", 150.0), ("tenant", 40.0))
    rows = [(f"new{n}", at, "", "", "", role, str(area), "google", "c1") for n, (role, area) in enumerate(answers)]
    write_rows(tmp_path / "new.csv", [LEADS, *rows])
    trained.done("score", str(tmp_path / "new.csv"), "--out", str(tmp_path / "scores.csv"))
    scores = scores_in(tmp_path / "scores.csv")
    with serving(trained) as client:
        for number, (role, area) in enumerate(answers):
            body = {"created_at": moment.isoformat(), "answers": {"role": role, "area": area},
                    "marks": {"source": "google", "campaign": "c1"}}  # fmt: skip
            answer = client.post("/v1/score", json=body).json()
            row = scores[f"new{number}"]
            # The API scores as of now, seconds after the arrival as of which the file is scored.
            assert answer["probability"] == pytest.approx(float(row["probability"]), abs=0.002)
            assert (answer["rules_grade"], answer["refined_grade"]) == (row["rules_grade"], row["refined_grade"])
            assert answer["model_version"] == row["model_version"] == champion_version(trained.home)
    assert float(scores["new0"]["probability"]) > 3 * float(scores["new1"]["probability"])


def test_rows_that_do_not_fit_are_named_and_left_out(opened: Small, tmp_path: Path) -> None:
    good = ROWS["leads.csv"][1]
    write_rows(tmp_path / "some.csv", [LEADS, good, ("4", "never", *good[2:]), ("5", "2026-03-02"), ("", *good[1:])])
    said = opened.done("score", str(tmp_path / "some.csv"), "--out", str(tmp_path / "scores.csv"))
    assert "line 3: created_at: write it as 2026-03-31" in one_line(said)
    assert "line 4: row: has another number of cells than the header" in one_line(said)
    assert "line 5: id: is empty; every row needs it" in one_line(said)
    assert "1 lead scored into" in one_line(said)
    assert "3 left out." in one_line(said)
    assert list(scores_in(tmp_path / "scores.csv")) == ["1"]


def test_a_file_with_a_header_alone_gives_a_header_alone(opened: Small, tmp_path: Path) -> None:
    write_rows(tmp_path / "none.csv", [LEADS])
    said = opened.done("score", str(tmp_path / "none.csv"), "--out", str(tmp_path / "scores.csv"))
    assert "0 leads scored into" in one_line(said)
    assert scores_in(tmp_path / "scores.csv") == {}


def test_an_empty_file_and_a_file_of_calls_are_refused_in_a_sentence(opened: Small, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    out = tmp_path / "scores.csv"
    empty = opened.run("score", str(tmp_path / "empty.csv"), "--out", str(out))
    calls = opened.run("score", opened.file("calls.csv"), "--out", str(out))
    assert (empty.code, calls.code) == (1, 1)
    assert "empty.csv is empty; export it again." in one_line(empty.err)
    assert "calls.csv is no leads file of this company: the column 'id' (id) is missing" in one_line(calls.err)
    assert not out.exists()


@pytest.mark.parametrize("how", ["itself", "a symbolic link", "a hard link", "company.yaml"])
def test_scores_are_not_written_over_a_file_that_is_read(opened: Small, tmp_path: Path, how: str) -> None:
    read = opened.folder / ("company.yaml" if how == "company.yaml" else "leads.csv")
    out = read if how in ("itself", "company.yaml") else tmp_path / "scores.csv"
    if how == "a symbolic link":
        out.symlink_to(read)
    if how == "a hard link":
        out.hardlink_to(read)
    before = read.read_bytes()
    ran = opened.run("score", opened.file("leads.csv"), "--out", str(out))
    assert ran.code == 2
    assert f"is {read.name} itself, which this command reads; name another file" in one_line(ran.err)
    assert read.read_bytes() == before


def test_scores_that_were_broken_off_leave_those_that_were_there(
    opened: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "scores.csv"
    opened.done("score", opened.file("leads.csv"), "--out", str(out))
    before, cells_of = out.read_bytes(), score._cells

    def stopped(one: Score) -> tuple[str | None, ...]:
        if one.lead_id == "2":
            raise KeyboardInterrupt
        return cells_of(one)

    monkeypatch.setattr(score, "_cells", stopped)
    assert opened.run("score", opened.file("leads.csv"), "--out", str(out)).code != 0
    assert out.read_bytes() == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith("scores")] == [out]


def test_a_damaged_row_is_named_and_left_out(opened: Small, tmp_path: Path) -> None:
    rows = [",".join(ROWS["leads.csv"][1]).replace("120,5", "120").replace("1,", f"{n},", 1) for n in range(1, 7)]
    rows[1] = rows[1].replace("Мария", '"Мария')
    text = "\n".join([",".join(LEADS), *rows]).encode().replace(b"\n5,", b"\n5\xd0,")
    (tmp_path / "some.csv").write_bytes(text)
    said = one_line(opened.done("score", str(tmp_path / "some.csv"), "--out", str(tmp_path / "scores.csv")))
    assert "line 3: row: has a cell that begins with a quotation mark" in said
    assert "line 6: row: holds bytes that are no letters of utf-8" in said
    assert list(scores_in(tmp_path / "scores.csv")) == ["1", "3", "4", "6"]
