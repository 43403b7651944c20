"""The published schema of company.yaml is the command's own, and the files beside it keep it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from typer.testing import CliRunner

from features.facts.company_file import read_company
from leadloop.cli import app
from leadloop.commands.schema import schema
from tests.support.machine import REPOSITORY

PUBLISHED = REPOSITORY / "docs" / "company.schema.json"
EXAMPLES = sorted(REPOSITORY.glob("examples/*/company.yaml"))


def test_the_published_schema_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(app, ["schema"])
    assert printed.exit_code == 0
    assert printed.stdout == PUBLISHED.read_text(encoding="utf-8"), "run: leadloop schema > docs/company.schema.json"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_loads(path: Path) -> None:
    assert read_company(path).company


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_keeps_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../docs/company.schema.json")
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    assert [error.message for error in jsonschema_rs.validator_for(schema()).iter_errors(data)] == []


def test_a_mistake_is_seen_by_the_schema() -> None:
    checker = jsonschema_rs.validator_for(schema())
    assert not checker.is_valid({"company": "x", "horizon": 60})
    assert checker.is_valid({"company": "x", "horizon_days": "none", "stages": {"won": "Won"}})
