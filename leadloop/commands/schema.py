"""leadloop schema: the JSON schema of company.yaml."""

from __future__ import annotations

import json

import typer

NAME = "schema"


def command() -> None:
    """Print the JSON schema of company.yaml, by which an editor completes and checks the file.

    Beginning company.yaml with `# yaml-language-server: $schema=company.schema.json` is enough for most editors.
    """
    typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


def schema() -> dict[str, object]:
    """Return the schema."""
    from features.facts.company import Company

    return Company.model_json_schema()
