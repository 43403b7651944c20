"""Cases drawn from the API's published schema, right ones and wrong ones, asked of the whole application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import checks
from sqlalchemy import Engine

from tests.fuzz.drawn import drawn
from tests.serving.doors import Doors, open_doors, promote

KEPT = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
ODD_IDS = ("7", "0", "", "a/b", "\ud7ff", "%", "null")
"""Ids of leads that are stored beforehand, so that some requests are about one that is there."""
STORED = st.sampled_from([None, "7", "a%2Fb"])


@dataclass(slots=True)
class Told:
    """How many cases were asked, with which statuses, and what was wrong: (request, why)."""

    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def busy_doors(home: Path, engine: Engine) -> Iterator[Doors]:
    """Give the doors of a company with a model, leads under odd ids, calls, stages, and a lead in somebody's hands."""
    promote(home)
    with open_doors(home, engine) as opened:
        for lead_id in ODD_IDS:
            opened.client.post(
                "/v1/leads", json={"id": lead_id, "answers": {"area": 40}, "contact": {"phone": "+79123456789"}}
            )
        opened.call("7", id="c1", result="busy")
        opened.stage("Встреча", "7", id="s1")
        opened.client.post("/v1/queue/0/take", json={"manager": "Анна"})
        yield opened


def operations(doors: Doors) -> list[tuple[str, str]]:
    """Return every published operation: (method, path)."""
    paths = doors.asked("/openapi.json")["paths"]
    return sorted((method.upper(), path) for path, methods in paths.items() for method in methods)


def published(doors: Doors) -> Any:
    """Return the schema, to draw cases from."""
    schema = schemathesis.openapi.from_dict(deepcopy(_as_published(doors)))
    schema.app = doors.client.app
    if _CONSTANTS:  # those of our code are the same in every application; to look for them takes half a second
        schema._constants_pool_cache = schema.app, *_CONSTANTS[0]
    return schema


_SCHEMAS: list[dict[str, Any]] = []
_CONSTANTS: list[tuple[int, Any]] = []


def _as_published(doors: Doors) -> dict[str, Any]:
    """Return what `/openapi.json` answers; it is the same for every company, so it is asked once a process."""
    if not _SCHEMAS:
        _SCHEMAS.append(doors.asked("/openapi.json"))
    return _SCHEMAS[0]


def ask(
    schema: Any,
    method: str,
    path: str,
    mode: Any,
    *,
    most: int,
    told: Told,
    judge: Callable[[Any, Any], None],
    draw: int,
) -> None:
    """Ask up to ``most`` cases of an operation of a published schema; ``judge`` raises where an answer may not be."""
    operation = schema[path][method]
    cases = operation.as_strategy(generation_mode=mode)
    if not _CONSTANTS and schema._constants_pool_cache is not None:
        _CONSTANTS.append(schema._constants_pool_cache[1:])

    @drawn(draw, most=most)
    @given(case=cases, stored=STORED)
    def keeps_its_word(case: Any, stored: str | None) -> None:
        case.headers = {**(case.headers or {}), "Host": "localhost"}
        if stored and "lead_id" in path:
            case.path_parameters = {"lead_id": stored}
        answer = case.call()
        told.cases[f"{method} {path}"] += 1
        told.statuses[answer.status_code] += 1
        judge(case, answer)

    keeps_its_word()
