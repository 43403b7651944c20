"""``leadloop follow``: what was expected by now of the leads since, what was seen, and what became of the level."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from leadloop.commands._following import say
from models.artefact import champion_version, model_folder
from models.since_report import SINCE, load_since
from tests.leadloop.command_line import Small, one_line


def test_it_says_what_was_expected_and_seen_and_keeps_it_beside_the_model(trained: Small) -> None:
    version = (
        one_line(trained.done("train", "--cut-off", "2025-10-20", "--no-promote")).split("Model ")[1].split(":")[0]
    )
    trained.done("models", "promote", version)
    said = one_line(trained.done("follow"))
    assert f"Model {version}: " in said
    assert "worked leads came since" in said
    assert "Outcomes are known up to" in said
    report = load_since(model_folder(trained.home, version))
    assert report is not None
    assert report.together is not None
    assert f"{report.together.bought:,} were seen" in said


def test_a_look_into_the_past_is_shown_and_changes_nothing(trained: Small) -> None:
    folder = model_folder(trained.home, str(champion_version(trained.home)))
    said = one_line(trained.done("follow", "--at", "2026-01-25"))
    assert "worked leads came since" in said or "No worked lead has come" in said
    assert not (folder / SINCE).exists()


def test_right_after_a_call_it_says_that_later_leads_count_once_a_stage_is_told(trained: Small) -> None:
    trained.done("follow")
    report = load_since(model_folder(trained.home, str(champion_version(trained.home))))
    assert report is not None
    heard = Console(file=StringIO(), width=200)
    say(replace(report, together=None, cohorts=()), heard, home=trained.home)
    said = one_line(heard.file.getvalue())  # type: ignore[attr-defined]
    assert "Outcomes are known up to" in said
    assert "nothing to compare yet. Leads that were called later count once a later stage of any lead is told." in said


def test_without_a_model_it_says_that_the_rules_serve(imported: Small) -> None:
    assert "The rules serve" in one_line(imported.done("follow"))
