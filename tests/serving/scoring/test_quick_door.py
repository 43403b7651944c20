"""The door ahead of the framework answers what the framework's own would, and leaves to it all that is not plain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.database import engine_for
from leadloop.database import bring_up_to_date
from serving.kept_request import is_plain
from tests.serving.doors import Doors, open_doors, promote

FRAMEWORKS = "application/vnd.leadloop+json"
"""A content type that only the framework's door reads as JSON."""
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 500), st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.sampled_from(["yes", "no", "да", "120", "1 200,5", "2026-03-31", "Владелец", "Select", ""]), st.text(max_size=5),
    st.lists(st.sampled_from(["a", "b", "да"]), max_size=2), st.just({"a": 1}),
)  # fmt: skip
NAMES = st.sampled_from(
    ["area", "role", "visit", "extras", "renovation", "need", "budget", "shoe_size", "+79123456789"]
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "created_at": st.sampled_from(["2026-03-02T12:00:00+03:00", "2026-03-02", "2999-01-01T00:00:00Z", 7, None]),
        "answers": st.dictionaries(NAMES, VALUES, max_size=4),
        "marks": st.dictionaries(
            st.sampled_from(["source", "campaign", "offer"]), st.text(max_size=6) | st.none(), max_size=3
        ),
        "contact": st.fixed_dictionaries(
            {}, optional={"phone": st.sampled_from(["+7 912 345-67-89", "anna", "\0"]), "x": st.just(1)}
        ),
        "id": st.just("7"),
    },
)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give the doors of a company with a model, whose clock stands still."""
    home: Path = tmp_path_factory.mktemp("quick")
    engine: Engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
    bring_up_to_date(engine)
    with open_doors(home, engine) as doors:
        promote(home)
        doors.service.desk.champion.look()
        moment = doors.clock()
        doors.service.desk.now = lambda: moment
        yield doors


def answered(doors: Doors, body: str | bytes, content_type: str) -> tuple[int, Any]:
    answer = doors.client.post("/v1/score", content=body, headers={"content-type": content_type})
    return answer.status_code, answer.json()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_whatever_is_asked_both_doors_answer_the_same(still: Doors, body: dict[str, Any]) -> None:
    written = json.dumps(body)
    assert answered(still, written, "application/json") == answered(still, written, FRAMEWORKS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"answers": {"area": 1e400}}',
        '{"marks": {"source": "\ud83d"}}'.encode("utf-8", "surrogatepass"),
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_what_is_no_lead_is_answered_by_the_framework(still: Doors, body: bytes) -> None:
    assert answered(still, body, "application/json") == answered(still, body, FRAMEWORKS)


@pytest.mark.parametrize(("path", "done"), [("/v1/score", 200), ("/v1/leads", 201)])
@pytest.mark.parametrize("kinds", [("text/plain", "application/json"), ("application/json", "text/plain")])
def test_what_names_two_content_types_is_judged_by_the_framework_which_takes_the_first(
    still: Doors, path: str, done: int, kinds: tuple[str, str]
) -> None:
    body = json.dumps({"answers": {"area": 120}} | ({"id": "two-kinds"} if path == "/v1/leads" else {}))
    twice = [("content-type", one) for one in kinds]
    answers = [still.client.post(path, content=body, headers=headers) for headers in (twice, twice[:1])]
    assert answers[0].status_code == answers[1].status_code == (422 if kinds[0] == "text/plain" else done)


def test_other_headers_that_come_twice_keep_nobody_from_the_quick_door(still: Doors) -> None:
    headers = [(b"content-type", b"application/json"), (b"via", b"a"), (b"via", b"b")]
    scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": headers}
    assert is_plain(scope, "/v1/score")
    assert not is_plain({**scope, "leadloop.headers": None, "headers": [*headers, headers[0]]}, "/v1/score")


def test_a_body_that_comes_in_pieces_is_read_whole(still: Doors) -> None:
    pieces = iter([b'{"answers": {"ar', b'ea": 120}}'])
    answer = still.client.post("/v1/score", content=pieces, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["unknown_fields"]) == (200, [])


def test_a_body_that_is_too_large_is_refused_before_it_is_read(still: Doors) -> None:
    body = json.dumps({"answers": {"area": "1" * 2_000_000}})
    assert answered(still, body, "application/json")[0] == 413
    pieces = still.client.post(
        "/v1/score", content=iter([b"x" * 600_000] * 3), headers={"content-type": "application/json"}
    )
    assert pieces.status_code == 413
