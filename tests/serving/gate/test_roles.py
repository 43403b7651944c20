"""Every route times every role, tried for real: the table is what the gate does, and no door is missing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.routing import Match, Mount

from serving.gate.roles import ADMIN_ALONE, ANYBODY, ROLES, ROUTES, SCOPES, Route, route_of, scope_right
from tests.serving.doors import Doors, open_doors, promote
from tests.serving.people import HTML, browser, program, signed_in

WHO = ("nobody", *ROLES, *map(scope_right, SCOPES))
REFUSED = (401, 403)
PARTS = {
    "lead_id:path": "7", "version": "champion", "path:path": "leadloop.css", "system": "yandex", "batch_id": "1",
    "letter_id": "1", "name": "0123456789abcdef", "secret": "guess",
}  # fmt: skip


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give the doors of a closed company with a lead and a model."""
    from features.facts.database import engine_for
    from leadloop.database import bring_up_to_date

    folder: Path = tmp_path_factory.mktemp("closed")
    engine: Engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    promote(folder)
    with open_doors(folder, engine, open_to="") as opened:
        program(opened, "write").post("/v1/leads", json={"id": "7", "answers": {"area": 40}})
        yield opened
    engine.dispose()


@pytest.fixture(scope="module")
def clients(closed: Doors) -> dict[str, Any]:
    people: dict[str, Any] = {role: signed_in(closed, role) for role in ROLES}
    programs = {scope_right(scope): program(closed, scope) for scope in SCOPES}
    return {"nobody": browser(closed), **people, **programs}


def served_routes(doors: Doors) -> list[tuple[str, str]]:
    """Return method and path of every route that the application has, hidden ones and files among them."""
    app: Any = doors.client.app
    found = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}

    def look(routes: list[Any]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                look(inner.routes)
            elif isinstance(route, Mount):
                found.add(("GET", f"{route.path}/{{path:path}}"))
            else:
                found.update((method, route.path) for method in route.methods - {"HEAD"})

    look(app.routes)
    return sorted((method, re.sub(r"\{lead_id\}", "{lead_id:path}", path)) for method, path in found)


def test_no_route_of_the_service_is_missing_in_the_table(closed: Doors) -> None:
    listed = {(one.method, one.path) for one in ROUTES}
    missing = [one for one in served_routes(closed) if one not in listed]
    assert missing == [], "say in serving/gate/roles.py for whom each of these is"


def test_every_row_of_the_table_is_a_route(closed: Doors) -> None:
    served = set(served_routes(closed))
    assert [one.path for one in ROUTES if (one.method, one.path) not in served] == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_a_route_opens_for_whom_the_table_says_and_for_nobody_else(
    closed: Doors, clients: dict[str, Any], route: Route, who: str
) -> None:
    path = re.sub(r"\{([^}]+)\}", lambda found: PARTS[found[1]], route.path)
    if (route.method, route.path) == ("DELETE", "/v1/people/{lead_id:path}"):
        path = "/v1/people/no-such-lead"
    client = clients[who]
    if route.path == "/sign-out" and who in ROLES:  # which ends a session that the others need
        client = signed_in(closed, who, login=f"{who}.leaves@firma.ru")
    answer = client.request(route.method, path)
    may = ANYBODY in route.allowed or who in route.allowed
    if route.path in ("/sign-in", "/sign-in/look-around", "/sign-in/back") and answer.status_code in REFUSED:
        assert "detail" not in answer.text  # the door itself said no: a wrong password, no demo
        return
    assert (answer.status_code not in REFUSED) == may, (answer.status_code, answer.text[:200])
    assert answer.status_code < 500
    if not may:
        assert answer.status_code == (401 if who == "nobody" else 403)
        if route.method == "GET":
            shown = client.get(path, headers=HTML)
            assert shown.status_code == (303 if who == "nobody" else 403)


@pytest.mark.parametrize("who", WHO)
def test_a_door_that_nobody_spoke_of_is_the_administrators(clients: dict[str, Any], who: str) -> None:
    for method, path in (
        ("GET", "/new-door"),
        ("POST", "/v1/new"),
        ("PUT", "/queue"),
        ("DELETE", "/v1/leads/7"),
        ("GET", "/queue/"),
    ):
        status = clients[who].request(method, path).status_code
        assert (status not in REFUSED) == (who in ("admin", "key:admin"))


STEPS = [
    "v1",
    "leads",
    "calls",
    "stages",
    "queue",
    "take",
    "7",
    "a%20b",
    "models",
    "people",
    "static",
    "score",
    "sign-in",
    "channels",
    "drift",
    "journey",
    "costs",
    "conversions",
    "yandex",
    "batches",
    "batch",
]
PATHS = st.lists(st.sampled_from([*STEPS, ""]), max_size=6).map(lambda parts: "/" + "/".join(parts))


@given(path=PATHS, method=st.sampled_from(["GET", "POST", "DELETE"]))
def test_the_gate_means_the_very_route_that_then_answers(closed: Doors, path: str, method: str) -> None:
    app: Any = closed.client.app
    gates = route_of(method, path)[0]
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "app": app}
    for route in app.routes:
        match, _ = route.matches(scope)
        if match == Match.FULL:
            inner = getattr(route, "_match", None)
            found = inner(scope)[2] if inner else route
            if (
                isinstance(found, Mount) and method != "GET"
            ):  # a folder of files takes any path and refuses the method itself
                assert gates.allowed == ADMIN_ALONE
                return
            named = f"{found.path}/{{path:path}}" if isinstance(found, Mount) else found.path
            assert gates.path == named
            return
    assert gates.path == "(unknown)"


def test_a_programs_scopes_add_up(closed: Doors) -> None:
    both = program(closed, "score", "read")
    assert both.post("/v1/score", json={}).status_code == 200
    assert both.get("/v1/queue").status_code == 200
    assert both.post("/v1/leads", json={"id": "8"}).status_code == 403
