"""A route is worked out when it is asked, and is then the framework's own."""

from __future__ import annotations

import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.routing import APIRoute

from serving.ahead import Application
from serving.routes_when_asked import DoorRouter, RouteWhenAsked
from tests.serving.doors import Doors

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # Starlette asks for a newer name of the client that the lock file does not hold yet
    from starlette.testclient import TestClient


def worked_out(route: APIRoute) -> bool:
    return "dependant" in vars(route)


def routes_of(app: FastAPI) -> list[RouteWhenAsked]:
    return [route for route in app.routes if isinstance(route, RouteWhenAsked)]


def test_a_start_works_no_route_out_and_a_request_only_its_own(doors: Doors) -> None:
    app = doors.client.app
    assert isinstance(app, FastAPI)
    routes = routes_of(app)
    assert len(routes) > 60
    assert [route.path for route in routes if worked_out(route)] == []
    doors.asked("/readyz")
    doors.page("/journey")
    assert [route.path for route in routes if worked_out(route)] == ["/journey", "/readyz"]


def small_app(kind: type[APIRoute]) -> FastAPI:
    router = DoorRouter(prefix="/v1", tags=["small"], responses={404: {"description": "unknown"}})
    router.route_class = kind
    app = Application()

    @router.post("/leads/{number}", status_code=201, name="one lead")
    async def lead(number: int, count: Annotated[int, Query(ge=1)] = 1) -> dict[str, int]:
        """Take a lead."""
        return {"number": number, "count": count}

    @router.get("/hidden", include_in_schema=False)
    async def hidden() -> str:
        return "hidden"

    app.add_door(router)
    return app


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/leads/7?count=3"),
        ("POST", "/v1/leads/7?count=0"),
        ("POST", "/v1/leads/seven"),
        ("GET", "/v1/leads/7"),
        ("GET", "/v1/hidden"),
        ("HEAD", "/v1/hidden"),
        ("GET", "/v1/nothing"),
    ],
)
def test_it_answers_as_the_frameworks_own_route(method: str, path: str) -> None:
    answers = []
    for kind in (RouteWhenAsked, APIRoute):
        with TestClient(small_app(kind)) as client:
            answer = client.request(method, path)
            answers.append((answer.status_code, answer.text, answer.headers.get("allow")))
    assert answers[0] == answers[1]


def test_the_schema_and_the_addresses_by_name_are_the_frameworks_own() -> None:
    ours, frameworks = small_app(RouteWhenAsked), small_app(APIRoute)
    assert ours.url_path_for("one lead", number=7) == frameworks.url_path_for("one lead", number=7) == "/v1/leads/7"
    assert not any(worked_out(route) for route in routes_of(ours))
    assert ours.openapi() == frameworks.openapi()
    assert "/v1/leads/{number}" in ours.openapi()["paths"]
    assert "/v1/hidden" not in ours.openapi()["paths"]


def test_what_no_route_has_is_no_attribute_of_it() -> None:
    (route, _) = routes_of(small_app(RouteWhenAsked))
    with pytest.raises(AttributeError):
        _ = route.no_such_thing


def test_several_who_ask_at_once_find_it_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    (route, _) = routes_of(small_app(RouteWhenAsked))
    count: list[str] = []
    real = APIRoute.__init__

    def counted(self: APIRoute, *said: object, **more: object) -> None:
        count.append("worked out")
        time.sleep(0.05)  # so that the others ask meanwhile
        real(self, *said, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(APIRoute, "__init__", counted)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: route.dependant, range(32)))
    assert count == ["worked out"]
    assert all(one is found[0] for one in found)
