"""``leadloop train``: says what it learned from, how good it is, and why it serves or does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.artefact import champion_version
from tests.leadloop.command_line import Ran, Small, company_with_a_pattern, one_line


def test_what_predicts_is_promoted_with_the_reasons(trained_once: tuple[Small, Ran]) -> None:
    company, ran = trained_once
    assert ran.code == 0, ran.err
    said = one_line(ran.out)
    version = champion_version(company.home)
    assert version is not None
    assert version.startswith("20260120-")
    assert f"Model {version}: " in said
    assert "Better than the base rate: log-loss -" in said
    assert "Better than the rules alone: log-loss -" in said
    assert "No champion serves that it would have to beat." in said
    assert "Promoted: it serves now." in said


def test_the_candidate_stands_beside_the_rules_and_the_base_rate_with_intervals(
    trained_once: tuple[Small, Ran],
) -> None:
    lines = [line.split() for line in trained_once[1].out.splitlines()]
    header = next(line for line in lines if line[:1] == ["candidate"])
    assert header == ["candidate", "rules", "base", "rate", "guesses"]
    auc = next(line for line in lines if line[:1] == ["AUC"])
    low, high = (float(one) for one in auc[2].split("-"))
    assert 0.6 < low < float(auc[1]) < high <= 1.0


def test_the_card_is_there_and_no_artefact_is_a_pickle(trained_once: tuple[Small, Ran]) -> None:
    company, ran = trained_once
    folder = company.home / "models" / str(champion_version(company.home))
    assert f"The card: {folder / 'card.md'}" in one_line(ran.out)
    written = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert {".json", ".txt", ".md"} <= written
    assert not written & {".pkl", ".pickle", ".joblib"}


def test_a_second_run_is_compared_with_the_champion_or_says_that_it_cannot_be(trained: Small) -> None:
    before = champion_version(trained.home)
    said = one_line(trained.done("train", "--cut-off", "2026-02-10", "--no-promote"))
    assert "champion" in said
    assert "Not promoted." in said
    assert champion_version(trained.home) == before
    assert "challenger" in trained.done("models")


def test_nothing_settled_is_one_clear_message(imported: Small) -> None:
    ran = imported.run("train", "--cut-off", "2026-03-04")
    assert ran.code == 1
    said = one_line(ran.err)
    assert said.startswith("No lead is settled that one could learn from")
    assert "Until then the rules serve." in said
    assert "Traceback" not in ran.err
    assert champion_version(imported.home) is None


@pytest.mark.parametrize("value", ["foo", "2026-02-30", "01/02/2026"])
def test_a_cut_off_that_is_no_date_is_answered_in_one_sentence(imported: Small, value: str) -> None:
    ran = imported.run("train", "--cut-off", value)
    assert ran.code == 2
    assert "--cut-off takes a moment such as 2026-03-31" in one_line(ran.err)


def test_a_cut_off_in_the_future_would_call_open_leads_lost_and_is_refused(imported: Small) -> None:
    ran = imported.run("train", "--cut-off", f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}")
    assert ran.code == 2
    assert "--cut-off lies in the future" in one_line(ran.err)


def test_a_stage_of_a_sale_that_no_stored_lead_ever_had_is_refused_with_the_stages_that_are_stored(
    tmp_path: Path,
) -> None:
    made = company_with_a_pattern(tmp_path, leads=120)
    made.done("import", *(made.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    words = tmp_path / "company.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("won: [won]", "won: [Wonn]"), encoding="utf-8")
    ran = made.run("train", "--cut-off", "2026-01-20")
    assert ran.code == 1
    assert re.search(
        r"No stored lead came to a stage of a sale \(stages\.won of company\.yaml: Wonn\), so nobody can tell which leads "
        r"bought.* Stored: lost \(\d+ stage changes\), won \(\d+ stage changes\)\. Name those",
        one_line(ran.err),
    )
    assert champion_version(made.home) is None
    # By then no stage was known at all, so nothing can be said of their names.
    assert "stages.won" not in one_line(made.run("train", "--cut-off", "2025-06-01").err)


def test_a_loss_of_company_yaml_that_no_stored_lead_ever_had_is_told_before_anything_is_learned(tmp_path: Path) -> None:
    made = company_with_a_pattern(tmp_path, leads=120)
    made.done("import", *(made.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    words = tmp_path / "company.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("lost: [lost]", "lost: [Lostt]"), encoding="utf-8")
    told = one_line(made.done("train", "--cut-off", "2026-01-20"))
    assert told.startswith(
        "stages.lost of company.yaml names Lostt, but no stored lead came to such a stage, so none of the stored"
    )
    assert re.search(r"At stages that company\.yaml does not name: lost \(\d+ stage changes\)\.", told)


def test_where_the_stages_are_those_of_company_yaml_nothing_is_said_of_them(trained_once: tuple[Small, Ran]) -> None:
    assert "came to such a stage" not in trained_once[1].out


def test_a_company_younger_than_its_window_learns_follows_and_is_taken_over_once_it_is_old_enough(
    tmp_path: Path,
) -> None:
    made, words = company_with_a_pattern(tmp_path), tmp_path / "company.yaml"
    words.write_text("horizon_days: 180\n" + words.read_text(encoding="utf-8"), encoding="utf-8")
    made.done("import", *(made.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    said = one_line(made.done("train", "--cut-off", "2025-08-20"))
    assert "the company's 180 days yet: it learned who buys within 45 days" in said
    assert re.search(r"From 2025-1[12]-\d\d on, at the latest, the 180 days can teach\.", said)
    assert "Promoted: it serves now." in said
    shown = one_line(made.done("models", "show"))
    assert "It says who buys within 45 days. Too few leads had lived through the company's 180 days" in shown
    followed = one_line(made.done("follow", "--at", "2025-09-20"))
    assert re.search(r"1\d\d worked leads came since\. By then [\d.]+ sales were expected", followed)
    assert "Purchases within 45 days of the request count." in followed
    taken_over = one_line(made.done("train", "--cut-off", "2026-01-20"))
    assert "says who buys within 45 days, this one within 180 days: they cannot be compared." in taken_over
    assert "Promoted: it serves now." in taken_over
    assert "It says who buys within 180 days. Blended" in one_line(made.done("models", "show"))
    listed = made.done("models", "list").splitlines()
    assert sum("within 45 days" in line for line in listed) == 1
    assert not any("within 180 days" in line for line in listed)
    compared = one_line(made.done("models", "compare", "previous"))
    assert "Both are held to who bought within 180 days: what says who buys within 45 days promised" in compared
