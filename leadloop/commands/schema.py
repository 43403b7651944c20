"""leadloop schema: the JSON schema of company.yaml."""

from __future__ import annotations

import json
from typing import Any

import typer

NAME = "schema"


def command() -> None:
    """Print the JSON schema of company.yaml, by which an editor completes and checks the file.

    Beginning company.yaml with `# yaml-language-server: $schema=company.schema.json` is enough for most editors.
    """
    typer.echo(written_schema(), nl=False)


def written_schema() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema, with the shorter ways in which the file may say a thing.

    >>> schema()["properties"]["stages"]["additionalProperties"]["anyOf"][0]
    {'type': 'string'}
    """
    from features.facts.company import Company

    found = Company.model_json_schema()
    said = found["properties"]
    said["horizon_days"]["anyOf"] = [{"const": "none"}, *said["horizon_days"]["anyOf"]]
    said["stages"]["additionalProperties"] = {"anyOf": [{"type": "string"}, said["stages"]["additionalProperties"]]}
    shares = {
        "type": "object",
        "additionalProperties": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    }
    levels = {"items": {"type": "string"}, "type": "array"}
    aimed = said["audience"]["additionalProperties"]
    said["audience"]["additionalProperties"] = {"anyOf": [{"type": "string"}, levels, aimed, shares]}
    versions = {name: said["abc"].pop(name) for name in ("items", "type")}
    said["abc"]["anyOf"] = [versions["items"], versions]
    return found
