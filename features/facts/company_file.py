"""Reads ``company.yaml`` and names the line and key of everything in it that cannot be right."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from features.errors import CompanyFileWrong, CompanyMistake
from features.facts.company import Company
from features.facts.company_part import MISPLACED

Location = tuple[str | int, ...]
TIMESTAMP, BOOLEAN = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"
TRUE_OR_FALSE = re.compile("^(?:true|True|TRUE|false|False|FALSE)$")


class _Loader(yaml.SafeLoader):
    """Leaves yes, no and dates as they are written: both are words of the trade here, and a day that does not exist
    is then named with its line."""


def _resolvers(first: str, found: list[tuple[str, re.Pattern[str]]]) -> list[tuple[str, re.Pattern[str]]]:
    kept = [(tag, pattern) for tag, pattern in found if tag not in (TIMESTAMP, BOOLEAN)]
    return [*kept, (BOOLEAN, TRUE_OR_FALSE)] if first in tuple("tTfF") else kept


_Loader.yaml_implicit_resolvers = {
    first: _resolvers(first, found) for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
    company, mistakes = _understood(text)
    if company is None:
        raise CompanyFileWrong(path, list(mistakes))
    return company


@lru_cache(maxsize=8)  # a company is frozen, and every duty reads the file anew though it hardly ever changes
def _understood(text: str) -> tuple[Company | None, tuple[CompanyMistake, ...]]:
    """Return the company that a text describes, or every mistake in it."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        doubled = list(_doubled_keys(node))
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 0
        remedy = f"is no valid YAML: {error.problem}; a text that holds ': ' or ' #', or begins with a sign, stands in quotes"
        return None, (CompanyMistake(line, "file", remedy),)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        remedy = "holds a character that no text has; delete it, or save the file as UTF-8 anew"
        return None, (CompanyMistake(line, "file", remedy),)
    if not isinstance(data, dict):
        return None, (CompanyMistake(1, "file", "must hold keys such as `company: Name`"),)
    try:
        company = Company.model_validate(data)
    except ValidationError as error:
        return None, (*doubled, *(mistake for item in error.errors() for mistake in _mistakes(item, node)))
    return (None, tuple(doubled)) if doubled else (company, ())


def fingerprint(company: Company) -> str:
    """Return the hash under which a version of the company's words is kept.

    >>> fingerprint(Company(company="Окна")) == fingerprint(Company(company="Окна", language="ru"))
    True
    """
    return hashlib.sha256(company.model_dump_json(by_alias=True).encode()).hexdigest()[:16]


def _doubled_keys(node: yaml.Node | None, above: str = "") -> Iterator[CompanyMistake]:
    """Yield every key that stands twice in one place: YAML alone would forget the first without a word."""
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value, start=1):
            yield from _doubled_keys(item, f"{above}{number}.")
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        first = lines.setdefault(str(key.value), line)
        if first != line:
            yield CompanyMistake(line, f"{above}{key.value}", f"stands in line {first} too; keep one of them")
        yield from _doubled_keys(value, f"{above}{key.value}.")


def _mistakes(item: Any, node: yaml.Node | None) -> Iterator[CompanyMistake]:
    location: Location = tuple(item["loc"])
    if item["type"] == MISPLACED:
        for below, remedy in item["ctx"]["mistakes"]:
            yield _mistake(node, (*location, *below), remedy)
    else:
        yield _mistake(node, location, _remedy(item, location))


def _mistake(node: yaml.Node | None, location: Location, remedy: str) -> CompanyMistake:
    line, named = _line_and_key(node, location)
    return CompanyMistake(line, named or "file", remedy)


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
    last = location[-1] if location else None
    if isinstance(last, str) and last not in named and last != "[key]":
        named.append(last)
    return line, ".".join(named)


def _remedy(item: Any, location: Location) -> str:
    if item["type"] == "extra_forbidden":
        return f"is no key here{_did_you_mean(str(location[-1]), location)}"
    if item["type"] == "missing":
        return "is missing; add it"
    return (
        str(item["msg"])
        .removeprefix("Value error, ")
        .replace("Input should be", "should be")
        .replace("valid tuple", "list")
    )


def _did_you_mean(word: str, location: Location) -> str:
    keys = list(Company.model_fields) if len(location) == 1 else _all_keys()
    close = difflib.get_close_matches(word, keys, n=1, cutoff=0.5) or [k for k in keys if k.startswith(word)][:1]
    return f"; did you mean {close[0]}?" if close else f"; known are: {', '.join(keys)}"


def _all_keys() -> list[str]:
    schema = Company.model_json_schema()
    return sorted({key for part in schema["$defs"].values() for key in part.get("properties", {})})
