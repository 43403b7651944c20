"""Companies for the commands: one to change as a test likes, one that is trained once for all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.leadloop.command_line import Ran, Small, company_with_a_pattern, small_company

FILES = ("leads.csv", "calls.csv", "stages.csv")
CUT_OFF, EARLIER = "2026-01-20", "2025-12-20"


@pytest.fixture
def company(tmp_path: Path) -> Small:
    """Give the small company, of which nothing is imported yet."""
    return small_company(tmp_path / "small")


@pytest.fixture
def imported(company: Small) -> Small:
    """Give the small company with all its files imported."""
    company.done("import", *(company.file(name) for name in (*FILES, "spend.csv", "plan.csv")))
    return company


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Small, Ran]:
    """Give a company whose model was trained, and what the command said; nobody may change it."""
    made = company_with_a_pattern(tmp_path_factory.mktemp("trained"))
    made.done("import", *(made.file(name) for name in FILES))
    return made, made.run("train", "--cut-off", CUT_OFF)


@pytest.fixture(scope="session")
def trained_twice_once(trained_once: tuple[Small, Ran], tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Give the trained company after another training, as of a month earlier, that was not promoted; nobody may change it."""
    folder = tmp_path_factory.mktemp("twice") / "trained"
    shutil.copytree(trained_once[0].folder, folder)
    Small(folder).done("train", "--cut-off", EARLIER, "--no-promote")
    return Small(folder)


@pytest.fixture
def trained_twice(trained_twice_once: Small, tmp_path: Path) -> Small:
    """Give a copy of the company that was trained twice, to change as the test likes."""
    shutil.copytree(trained_twice_once.folder, tmp_path / "twice")
    return Small(tmp_path / "twice")


@pytest.fixture
def trained(trained_once: tuple[Small, Ran], tmp_path: Path) -> Small:
    """Give a copy of the trained company, to change as the test likes."""
    shutil.copytree(trained_once[0].folder, tmp_path / "trained")
    return Small(tmp_path / "trained")
