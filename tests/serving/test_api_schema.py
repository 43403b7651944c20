"""The API keeps what its published schema says, whatever is sent; the examples on its page run."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from sqlalchemy import Engine

from serving.api_examples import examples_of
from tests.fuzz.api_cases import KEPT, MODES, Told, ask, busy_doors, published
from tests.serving.doors import Doors, open_doors
from tests.support.effort import cases

OPERATIONS = [
    ("DELETE", "/v1/people/{lead_id}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/v1/leads/{lead_id}"),
    ("GET", "/v1/queue"),
    ("POST", "/v1/batch/calls"),
    ("POST", "/v1/batch/leads"),
    ("POST", "/v1/batch/scores"),
    ("POST", "/v1/batch/stages"),
    ("POST", "/v1/leads"),
    ("POST", "/v1/leads/{lead_id}/calls"),
    ("POST", "/v1/leads/{lead_id}/stages"),
    ("POST", "/v1/queue/{lead_id}/take"),
    ("POST", "/v1/score"),
]
ASKED = [one for one in OPERATIONS if one[1] not in ("/healthz", "/readyz")]
PLAIN = "company: x\nlanguage: en\n"


@pytest.fixture
def busy(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give the doors of a company with a model and a few leads under odd ids."""
    with busy_doors(tmp_path, sqlite_engine) as opened:
        yield opened


def test_the_published_operations_are_these(doors: Doors) -> None:
    paths = doors.asked("/openapi.json")["paths"]
    assert sorted((method.upper(), path) for path, methods in paths.items() for method in methods) == sorted(OPERATIONS)


def test_what_is_published_is_the_same_for_every_company(doors: Doors, tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path / "other", sqlite_engine, company=PLAIN, api_key="a-long-shared-key") as other:
        key = {"X-API-Key": "a-long-shared-key"}
        assert other.client.get("/openapi.json", headers=key).json() == doors.asked("/openapi.json")


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize(("method", "path"), ASKED, ids=[f"{m} {p}" for m, p in ASKED])
def test_no_request_makes_the_api_fail_or_answer_outside_its_schema(
    busy: Doors, method: str, path: str, mode: Any
) -> None:
    """The short form of `make fuzz`; `make test-long` asks ten times as much."""

    def judge(case: Any, answer: Any) -> None:
        case.validate_response(answer, checks=list(KEPT))

    told = Told()
    ask(published(busy), method, path, mode, most=cases(20, long=200), told=told, judge=judge, draw=7)
    assert told.statuses.keys() & {200, 201, 204} or mode is schemathesis.GenerationMode.NEGATIVE
    assert 503 not in told.statuses
    assert busy.client.get("/v1/queue").status_code == 200
    assert busy.client.get("/queue").status_code == 200
    assert busy.client.get("/channels").status_code == 200


@pytest.mark.parametrize("company", [None, PLAIN], ids=["of this company", "of a company that said nothing"])
def test_every_example_on_the_api_page_runs(tmp_path: Path, sqlite_engine: Engine, company: str | None) -> None:
    said = {} if company is None else {"company": company}
    with open_doors(tmp_path, sqlite_engine, **said) as opened:
        for (method, path), body in examples_of(opened.service.company).items():
            address = path.replace("{lead_id}", "7405")
            answer = opened.client.request(method, address, json=json.loads(body))
            assert answer.status_code in (200, 201, 204), (address, answer.text)
        assert opened.queue("Борис") == []


def sent_on(page: str) -> list[str]:
    """Return the bodies that a shell would send, of the commands on the API page."""
    commands = [html.unescape(one) for one in re.findall(r"<pre[^>]*>(curl.*?)</pre>", page, re.DOTALL)]
    return sorted(shlex.split(one.replace("\\\n", " "))[-1] for one in commands if " -d " in one)


def test_an_example_with_an_apostrophe_is_what_a_shell_can_read(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, company=PLAIN + "managers:\n  - name: O'Neil\n") as opened:
        assert '{"manager": "O\'Neil"}' in sent_on(opened.page("/docs"))


def test_the_api_page_shows_every_operation_with_its_example_and_loads_nothing_from_elsewhere(doors: Doors) -> None:
    page = doors.page("/docs")
    assert sorted(re.findall(r"<code>([^<]+)</code>", page)) == sorted(path for _, path in OPERATIONS)
    assert page.count(" -d &#39;") + page.count(" -d '") == len(examples_of(doors.service.company))
    assert "http://localhost/v1/leads/7405/calls" in page
    assert sent_on(page) == sorted(examples_of(doors.service.company).values())
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_whoever_watches_the_service_is_answered_as_published(doors: Doors) -> None:
    for path in ("/healthz", "/readyz"):
        case = published(doors)[path]["GET"].Case(headers={"Host": "localhost"})
        case.call_and_validate(checks=list(KEPT))


def test_the_front_page_leads_to_the_queue(doors: Doors) -> None:
    answer = doors.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
