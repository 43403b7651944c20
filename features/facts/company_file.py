"""Reads ``company.yaml`` and names the line and key of everything in it that cannot be right."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from features.errors import CompanyFileWrong, CompanyMistake
from features.facts.company import Company

Location = tuple[str | int, ...]


def read_company(path: Path) -> Company:
    """Return the company that ``path`` describes.

    Raises
    ------
    CompanyFileWrong
        With every mistake: line, key, and what would be right.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CompanyFileWrong(
            str(path), [CompanyMistake(0, "file", "is not there; `leadloop init leads.csv` drafts it from an export")]
        ) from None
    except UnicodeDecodeError:
        raise CompanyFileWrong(str(path), [CompanyMistake(0, "file", "must be saved as UTF-8")]) from None
    return parse_company(text, str(path))


def parse_company(text: str, path: str = "company.yaml") -> Company:
    """Return the company that the YAML ``text`` describes; ``path`` only names it in errors.

    >>> parse_company("company: Окна-Офис").currency
    'RUB'
    >>> parse_company("company: Окна-Офис\\nhorizon: 60")
    Traceback (most recent call last):
    ...
    features.errors.CompanyFileWrong: company.yaml has 1 mistake(s):
      company.yaml:2: horizon: is no key here; did you mean horizon_days?
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 0
        remedy = f"is no valid YAML: {error.problem}"
        raise CompanyFileWrong(path, [CompanyMistake(line, "file", remedy)]) from None
    if not isinstance(data, dict):
        raise CompanyFileWrong(path, [CompanyMistake(1, "file", "must hold keys such as `company: Name`")])
    try:
        return Company.model_validate(data)
    except ValidationError as error:
        raise CompanyFileWrong(path, [_mistake(item, node) for item in error.errors()]) from None


def fingerprint(company: Company) -> str:
    """Return the hash under which a version of the company's words is kept.

    >>> fingerprint(Company(company="Окна")) == fingerprint(Company(company="Окна", language="ru"))
    True
    """
    return hashlib.sha256(company.model_dump_json(by_alias=True).encode()).hexdigest()[:16]


def _mistake(item: Any, node: yaml.Node | None) -> CompanyMistake:
    location: Location = tuple(item["loc"])
    line, named = _line_and_key(node, location)
    return CompanyMistake(line, named or "file", _remedy(item, location))


def _line_and_key(node: yaml.Node | None, location: Location) -> tuple[int, str]:
    """Follow ``location`` down the YAML tree as far as it goes; pydantic's own steps are passed over."""
    line, named = 1, []
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                continue
            line, node = pair[0].start_mark.line + 1, pair[1]
            named.append(str(step))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            named.append(str(step + 1))
    if location and isinstance(location[-1], str) and location[-1] not in named:
        named.append(location[-1])
    return line, ".".join(named)


def _remedy(item: Any, location: Location) -> str:
    if item["type"] == "extra_forbidden":
        return f"is no key here{_did_you_mean(str(location[-1]), location)}"
    if item["type"] == "missing":
        return "is missing; add it"
    return str(item["msg"]).removeprefix("Value error, ").replace("Input should be", "should be")


def _did_you_mean(word: str, location: Location) -> str:
    keys = list(Company.model_fields) if len(location) == 1 else _all_keys()
    close = difflib.get_close_matches(word, keys, n=1, cutoff=0.5) or [k for k in keys if k.startswith(word)][:1]
    return f"; did you mean {close[0]}?" if close else f"; known are: {', '.join(keys)}"


def _all_keys() -> list[str]:
    schema = Company.model_json_schema()
    return sorted({key for part in schema["$defs"].values() for key in part.get("properties", {})})
