"""Who may come in: whoever knows the key, from this address, and nobody whom another site sent."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.websockets import WebSocketDisconnect

from features.errors import AddressRefused
from serving.gate.access import COOKIE, LARGEST_HEADERS, require_safe_address
from tests.serving.doors import Doors, open_doors

KEY = "окна-и-двери".encode().hex()


@pytest.fixture
def locked(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine, api_key=KEY, base_url="http://leadloop.example") as opened:
        yield opened


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "leadloop.example"])
@pytest.mark.parametrize("open_to", ["loopback", "demo"])
def test_an_open_house_is_served_to_this_machine_alone(host: str, open_to: str) -> None:
    with pytest.raises(AddressRefused, match="LEADLOOP_OPEN"):
        require_safe_address(host, open_to)
    require_safe_address(host, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_may_be_open(host: str) -> None:
    require_safe_address(host, "loopback")


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "wrong"}, {"cookie": f"{COOKIE}={KEY}"}])
def test_a_program_without_the_key_is_turned_away(locked: Doors, headers: dict[str, str]) -> None:
    answers = [
        locked.client.get("/v1/queue", headers=headers),
        locked.client.post("/v1/leads", json={"id": "7"}, headers=headers),
        locked.client.get("/openapi.json", headers=headers),
        locked.client.get("/docs", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert "X-API-Key" in answers[0].json()["detail"]
    assert locked.service.desk.store.last_number() == 0


def test_a_program_with_the_key_comes_in(locked: Doors) -> None:
    answer = locked.client.post("/v1/leads", json={"id": "7"}, headers={"X-API-Key": KEY})
    assert answer.status_code == 201


def test_whoever_watches_the_service_needs_no_key(locked: Doors) -> None:
    for path in ("/healthz", "/readyz", "/sign-in", "/static/leadloop.css"):
        assert locked.client.get(path).status_code == 200
    assert locked.client.get("/static/../v1/queue").status_code == 401
    assert locked.client.get("/healthz/../v1/queue").status_code == 401


def test_a_wrong_key_is_told_apart_from_none(locked: Doors) -> None:
    without, wrong = (locked.client.get("/v1/queue", headers=one) for one in ({}, {"x-api-key": "ll_wrong"}))
    assert (without.status_code, wrong.status_code) == (401, 401)
    assert "Send a key" in without.text
    assert "not known, or it was revoked" in wrong.text
    assert "ll_wrong" not in wrong.text


def test_a_browser_signs_in_once_and_then_sees_the_pages(locked: Doors) -> None:
    html = {"accept": "text/html"}
    sent = locked.client.get("/leads/7", headers=html)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?back=/leads/7")
    form = locked.client.get(sent.headers["location"], headers=html)
    assert 'action="/sign-in?back=%2Fleads%2F7"' in form.text
    locked.client.headers["origin"] = "http://leadloop.example"
    wrong = locked.client.post("/sign-in?back=/queue", data={"key": "wrong"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    right = locked.client.post("/sign-in?back=/queue", data={"key": KEY})
    assert (right.status_code, right.headers["location"]) == (303, "/queue")
    cookie = right.headers["set-cookie"]
    assert KEY not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert locked.client.get("/queue", headers=html).status_code == 200


def test_over_https_the_cookie_is_for_https_alone(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, api_key=KEY, base_url="https://leadloop.example") as opened:
        assert "Secure" in opened.client.post("/sign-in", data={"key": KEY}).headers["set-cookie"]


def test_a_cookie_that_was_made_up_opens_nothing(locked: Doors) -> None:
    locked.client.cookies.set(COOKIE, "made-up")
    assert locked.client.get("/v1/queue").status_code == 401


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "evil",
]


@pytest.mark.parametrize("back", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(locked: Doors, back: str) -> None:
    answer = locked.client.post("/sign-in", params={"back": back}, data={"key": KEY})
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert place == "/" or (place.startswith("/%09") and "//" not in place)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
@pytest.mark.parametrize("path", ["/v1/leads", "/leads/7/calls", "/queue/7/take", "/sign-in"])
def test_what_another_site_makes_a_browser_send_is_turned_away(doors: Doors, origin: str, path: str) -> None:
    answer = doors.client.post(path, json={"id": "7"}, headers={"origin": origin})
    assert answer.status_code == 403
    assert doors.service.desk.store.last_number() == 0


def test_a_form_of_this_site_is_taken(doors: Doors) -> None:
    assert doors.client.post("/v1/leads", json={"id": "7"}, headers={"origin": "http://localhost"}).status_code == 201


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver", "[::1", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""]
)
def test_in_an_open_house_no_other_name_of_this_machine_is_answered(doors: Doors, host: str) -> None:
    answers = [doors.client.get(path, headers={"host": host}) for path in ("/v1/queue", "/queue", "/healthz")]
    assert [answer.status_code for answer in answers] == [403] * 3


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "127.0.0.2:8000", "localhost", "localhost:8000", "[::1]", "[::1]:8000"]
)
def test_loopback_is_answered_under_each_of_its_names(doors: Doors, host: str) -> None:
    assert doors.client.get("/v1/queue", headers={"host": host}).status_code == 200


def test_what_a_browser_says_came_from_another_site_is_turned_away_without_an_origin_too(doors: Doors) -> None:
    for site in ("cross-site", "same-site"):
        answer = doors.client.post("/v1/leads", json={"id": "7"}, headers={"sec-fetch-site": site})
        assert answer.status_code == 403


def test_a_signed_in_browser_that_does_not_say_where_a_form_comes_from_is_turned_away(locked: Doors) -> None:
    assert locked.client.post("/sign-in", data={"key": KEY}).status_code == 303
    silent = locked.client.post("/leads/7/calls", data={"result": "reached"})
    assert (silent.status_code, "says where it comes from" in silent.text) == (403, True)
    for ours in ({"origin": "http://leadloop.example"}, {"sec-fetch-site": "same-origin"}):
        assert locked.client.post("/leads/7/calls", data={"result": "reached"}, headers=ours).status_code == 404


def test_headers_without_end_are_turned_away(doors: Doors) -> None:
    assert doors.client.get("/v1/queue", headers={"x-filler": "x" * LARGEST_HEADERS}).status_code == 431
    assert doors.client.get("/v1/queue", headers={"x-filler": "x" * (LARGEST_HEADERS // 2)}).status_code == 200


def test_a_key_may_also_come_as_a_bearer_token(locked: Doors) -> None:
    for word in ("Bearer", "bearer"):
        assert locked.client.get("/v1/queue", headers={"authorization": f"{word} {KEY}"}).status_code == 200
    assert locked.client.get("/v1/queue", headers={"authorization": f"Basic {KEY}"}).status_code == 401


def test_a_closed_house_without_any_key_lets_nobody_in(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="") as closed:
        for path in ("/v1/queue", "/queue", "/docs", "/openapi.json", "/nowhere", "/static/../queue"):
            assert closed.client.get(path).status_code == 401
        assert (
            closed.client.get("/queue", headers={"accept": "text/html"}).headers["location"] == "/sign-in?back=/queue"
        )


def test_whoever_is_sent_to_sign_in_comes_back_to_the_very_page(locked: Doors) -> None:
    sent = locked.client.get("/queue?manager=Анна&lang=en", headers={"accept": "text/html"})
    form = locked.client.get(sent.headers["location"], headers={"accept": "text/html"})
    assert form.status_code == 200
    action = html.unescape(form.text.split('method="post" action="')[1].split('"')[0])
    assert locked.client.post(action, data={"key": KEY}).headers["location"].startswith("/queue?manager=")


def test_a_connection_that_is_no_request_is_closed(doors: Doors) -> None:
    with pytest.raises(WebSocketDisconnect), doors.client.websocket_connect("/queue"):
        pass
