"""Companies for the commands: one to change as a test likes, one that is trained once for all."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from features.settings import settings_from_environment
from tests.leadloop.command_line import Ran, Small, company_with_a_pattern, small_company
from tests.support.empty_database import put_empty_database
from tests.support.made_once import made_once

FILES = ("leads.csv", "calls.csv", "stages.csv")
CUT_OFF, EARLIER = "2026-01-20", "2025-12-20"
SAID = "said.json"


@pytest.fixture
def company(tmp_path: Path) -> Small:
    """Give the small company, of which nothing is imported yet."""
    return small_company(tmp_path / "small")


@pytest.fixture
def opened(company: Small) -> Small:
    """Give the small company with a data folder that holds nothing yet."""
    put_empty_database(company.home / "leadloop.db")
    return company


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Give the small company with all its files imported; nobody may change it."""

    def make(folder: Path) -> None:
        made = small_company(folder)
        made.done("import", *(made.file(name) for name in (*FILES, "spend.csv", "plan.csv")))

    return Small(made_once(tmp_path_factory, "imported", make))


@pytest.fixture
def imported(imported_once: Small, tmp_path: Path) -> Small:
    """Give a copy of the small company with all its files imported, to change as the test likes."""
    shutil.copytree(imported_once.folder, tmp_path / "small")
    return Small(tmp_path / "small")


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Small, Ran]:
    """Give a company whose model was trained, and what the command said; nobody may change it."""

    def make(folder: Path) -> None:
        made = company_with_a_pattern(folder)
        made.done("import", *(made.file(name) for name in FILES))
        ran = made.run("train", "--cut-off", CUT_OFF)
        (folder / SAID).write_text(json.dumps(asdict(ran)), encoding="utf-8")

    folder = made_once(tmp_path_factory, "trained", make)
    return Small(folder), Ran(**json.loads((folder / SAID).read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def trained_twice_once(trained_once: tuple[Small, Ran], tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Give the trained company after another training, as of a month earlier, that was not promoted; nobody may change it."""

    def make(folder: Path) -> None:
        shutil.copytree(trained_once[0].folder, folder)
        Small(folder).done("train", "--cut-off", EARLIER, "--no-promote")

    return Small(made_once(tmp_path_factory, "trained-twice", make))


@pytest.fixture(scope="session")
def mlflow_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give MLflow's file without a row, as the first training makes it; to be copied where a process of its own would make one."""

    def make(folder: Path) -> None:
        from models.mlflow_registry import MlflowRegistry

        MlflowRegistry(settings_from_environment(folder))

    return made_once(tmp_path_factory, "mlflow", make) / "mlflow.db"


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
