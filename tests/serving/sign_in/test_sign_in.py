"""People sign in, choose a password by a link, change it and sign out; nothing tells who has an account."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from features.errors import AccessRefused
from serving.gate.access import COOKIE, SESSION_HOLDS_SECONDS
from serving.gate.people import ABSOLUTE, IDLE, LINK_HOLDS, People
from tests.serving.doors import Doors, eventually, open_doors
from tests.serving.people import ADDRESS, HTML, PASSWORD, browser, signed_in
from tests.support.facts import NOON


@pytest.fixture
def closed(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine, open_to="") as opened:
        yield opened


def invited(doors: Doors, login: str = "anna@firma.ru", role: str = "head") -> str:
    doors.service.people.add(login, role, doors.clock())
    return doors.service.people.link(login, doors.clock())


def menu_of(page: str) -> set[str]:
    navigation = re.search(r"<nav>.*?</nav>", page, re.DOTALL)
    assert navigation is not None
    return set(re.findall(r'<a href="([^"]+)"', navigation[0]))


def welcome(client: Any, link: str, password: str = PASSWORD) -> Any:
    return client.post("/welcome", data={"link": link, "password": password, "again": password})


def test_a_link_is_for_one_password_and_signs_its_person_in(closed: Doors) -> None:
    link, client = invited(closed), browser(closed)
    for _ in range(2):  # a look, such as a mail scanner's, does not use it up
        assert "anna@firma.ru" in client.get(f"/welcome?link={link}").text
    assert welcome(client, link).status_code == 303
    assert client.get("/queue", headers=HTML).status_code == 200
    assert welcome(browser(closed), link, "another sentence").status_code == 404
    assert client.get(f"/welcome?link={link}").status_code == 404
    fresh = browser(closed)
    assert fresh.post("/sign-in", data={"login": " Anna@Firma.ru ", "password": PASSWORD}).status_code == 303
    assert fresh.get("/queue", headers=HTML).status_code == 200


def test_a_link_expires_and_a_newer_one_takes_its_place(closed: Doors) -> None:
    first = invited(closed)
    second = closed.service.people.link("anna@firma.ru", closed.clock())
    assert welcome(browser(closed), first).status_code == 404
    closed.clock.pass_time(LINK_HOLDS + timedelta(minutes=1))
    assert welcome(browser(closed), second).status_code == 404


@pytest.mark.parametrize("password", ["short", "x" * 201, "anna@firma.ru"])
def test_a_weak_password_is_refused_and_the_link_stays_good(closed: Doors, password: str) -> None:
    link = invited(closed)
    assert welcome(browser(closed), link, password).status_code == 422
    differ = browser(closed).post("/welcome", data={"link": link, "password": PASSWORD, "again": PASSWORD + "."})
    assert differ.status_code == 422
    assert welcome(browser(closed), link).status_code == 303


def test_nothing_tells_whether_a_login_has_an_account(closed: Doors) -> None:
    welcome(browser(closed), invited(closed))
    tries = [browser(closed).post("/sign-in", data={"login": login, "password": "wrong sentence"})
             for login in ("anna@firma.ru", "nobody@firma.ru")]  # fmt: skip
    assert [one.status_code for one in tries] == [401, 401]
    assert tries[0].text == tries[1].text


@pytest.mark.parametrize("login", ["anna@firma.ru", "nobody@firma.ru"])
def test_many_wrong_passwords_have_to_wait_and_the_right_one_too(closed: Doors, login: str) -> None:
    welcome(browser(closed), invited(closed))
    client = browser(closed)
    statuses = [client.post("/sign-in", data={"login": login, "password": "wrong"}).status_code for _ in range(7)]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses[5:]
    waited = client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert (waited.status_code, int(waited.headers["retry-after"]) >= 1) == (429, True)


async def _at_once(doors: Doors, count: int, password: str) -> list[int]:
    transport = httpx.ASGITransport(app=doors.client.app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"origin": ADDRESS}) as client:
        said = {"login": "anna@firma.ru", "password": password}
        answers = await asyncio.gather(*(client.post("/sign-in", data=said) for _ in range(count)))
    return [one.status_code for one in answers]


def test_many_wrong_passwords_at_the_same_time_are_no_way_around_the_wait(closed: Doors) -> None:
    statuses = asyncio.run(_at_once(closed, 30, "wrong"))
    assert (statuses.count(401), statuses.count(429)) == (5, 25)


def test_whoever_knows_the_password_is_not_made_to_wait_for_having_come_often(closed: Doors) -> None:
    welcome(browser(closed), invited(closed))
    for _ in range(25):
        assert (
            browser(closed).post("/sign-in", data={"login": "anna@firma.ru", "password": PASSWORD}).status_code == 303
        )


def test_a_session_ends_when_it_idles_and_ends_for_good_in_the_end(closed: Doors) -> None:
    people, now = closed.service.people, closed.clock()
    account = people.add("anna@firma.ru", "head", now)
    token = people.begin(now, account_id=account.id)
    assert people.visitor(token, now + IDLE - timedelta(minutes=1)) is not None
    assert people.visitor(token, now + IDLE + timedelta(minutes=30)) is not None
    assert people.visitor(token, now + 3 * IDLE) is None
    busy = people.begin(now, account_id=account.id)
    at = now
    while at < now + ABSOLUTE - IDLE:
        at += IDLE / 2
        assert people.visitor(busy, at) is not None
    assert people.visitor(busy, now + ABSOLUTE + timedelta(minutes=1)) is None


def test_signing_out_ends_the_session_also_for_whoever_copied_the_cookie(closed: Doors) -> None:
    client, thief = signed_in(closed, "head"), browser(closed)
    thief.cookies.set(COOKIE, client.cookies[COOKIE], domain="leadloop.example")
    assert thief.get("/queue").status_code == 200
    gone = client.post("/sign-out")
    assert (gone.status_code, gone.headers["location"]) == (303, "/sign-in")
    assert thief.get("/queue").status_code == 401


def test_another_password_ends_every_other_session(closed: Doors) -> None:
    client, other = browser(closed), browser(closed)
    welcome(client, invited(closed))
    other.post("/sign-in", data={"login": "anna@firma.ru", "password": PASSWORD})
    new = {"password": "another sentence of mine", "again": "another sentence of mine"}
    assert client.post("/account/password", data={"before": "not this one", **new}).status_code == 422
    assert other.get("/queue").status_code == 200
    assert client.post("/account/password", data={"before": PASSWORD, **new}).status_code == 303
    assert (client.get("/queue").status_code, other.get("/queue").status_code) == (200, 401)
    assert browser(closed).post("/sign-in", data={"login": "anna@firma.ru", "password": PASSWORD}).status_code == 401


def test_a_role_given_or_a_person_removed_elsewhere_holds_within_seconds(closed: Doors) -> None:
    client = signed_in(closed, "marketer")
    assert client.get("/queue").status_code == 403
    closed.service.people.give_role("marketer@firma.ru", "head")
    eventually(lambda: client.get("/queue").status_code == 200, SESSION_HOLDS_SECONDS + 3)
    closed.service.people.remove("marketer@firma.ru", closed.clock())
    eventually(lambda: client.get("/queue").status_code == 401, SESSION_HOLDS_SECONDS + 3)


def test_who_came_with_the_key_of_the_environment_or_to_a_demo_is_let_in_no_longer_than_these_hold(
    engine: Engine,
) -> None:
    before = People(engine, key="leaked", is_demo=True)
    of_key, of_demo = before.begin_with_key(NOON), before.begin(NOON, role="head")
    assert [people.visitor(of_key, NOON) is not None for people in (before, People(engine, key="leaked"))] == [True] * 2
    for since in (People(engine, key="another"), People(engine), People(engine, is_demo=True)):
        assert since.visitor(of_key, NOON) is None
    assert before.visitor(of_demo, NOON) is not None
    assert People(engine, key="leaked").visitor(of_demo, NOON) is None


def test_the_link_of_a_start_leaves_those_before_it_and_all_end_with_the_first_that_is_used(closed: Doors) -> None:
    given = invited(closed, "root@firma.ru", "admin")
    started = closed.service.people.link("root@firma.ru", closed.clock(), alone=False)
    client = browser(closed)
    assert [client.get(f"/welcome?link={one}").status_code for one in (given, started)] == [200, 200]
    assert welcome(client, given).status_code == 303
    assert browser(closed).get(f"/welcome?link={started}").status_code == 404


def test_passwords_sessions_and_links_are_kept_as_hashes_alone(engine: Engine) -> None:
    people = People(engine)
    account = people.add("anna@firma.ru", "head", NOON)
    link = people.link("anna@firma.ru", NOON)
    session = people.begin(NOON, account_id=account.id)
    assert people.choose_password(link, PASSWORD, NOON) is not None
    link = people.link("anna@firma.ru", NOON)
    session = people.begin(NOON, account_id=account.id)
    with engine.connect() as connection:
        stored = "".join(
            str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in ("accounts", "sessions", "links")
        )
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in stored
    assert not any(secret in stored for secret in (PASSWORD, link, session))
    assert people.who_knows("anna@firma.ru", PASSWORD) is not None
    assert people.who_knows("anna@firma.ru", PASSWORD.upper()) is None


def test_an_account_that_cannot_be_is_refused_in_words(sqlite_engine: Engine) -> None:
    people = People(sqlite_engine)
    people.add("anna@firma.ru", "manager", NOON, manager="Анна")
    for login, role, manager, words in (
        ("anna@firma.ru", "head", None, "has an account"),
        ("b", "head", None, "2 to 320"),
        ("b c", "head", None, "2 to 320"),
        ("boris", "owner", None, "manager, head"),
        ("boris", "manager", None, "--manager"),
        ("boris", "head", "Борис", "Only the role manager"),
    ):
        with pytest.raises(AccessRefused, match=words):
            people.add(login, role, NOON, manager=manager)
    people.remove("anna@firma.ru", NOON)
    with pytest.raises(AccessRefused, match="no account"):
        people.account("anna@firma.ru")
    assert people.add("anna@firma.ru", "head", NOON).manager is None


def test_in_the_demo_people_choose_a_role_and_programs_need_no_key(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="demo") as demo:
        assert demo.client.post("/v1/score", json={}).status_code == 200
        assert demo.client.get("/queue", headers=HTML).headers["location"] == "/sign-in?back=/queue"
        page = demo.page("/sign-in?lang=en")
        assert re.findall(r'name="role" value="(\w+)"', page) == ["manager", "head", "marketer", "analyst", "admin"]
        demo.client.headers["origin"] = "http://localhost"
        for role, status in (("marketer", 403), ("head", 200), ("manager", 200)):
            entered = demo.client.post("/sign-in/look-around", data={"role": role})
            assert (entered.status_code, entered.headers["location"]) == (303, "/")
            assert demo.client.get("/queue", headers=HTML).status_code == status
        assert demo.client.post("/sign-in/look-around", data={"role": "owner"}).status_code == 403
        assert demo.client.get("/queue", headers={**HTML, "host": "evil.example"}).status_code == 403


def test_outside_the_demo_nobody_looks_around(closed: Doors) -> None:
    assert browser(closed).post("/sign-in/look-around", data={"role": "admin"}).status_code == 403
    assert "look-around" not in browser(closed).get("/sign-in").text


def test_a_menu_shows_what_a_role_opens(closed: Doors) -> None:
    people = {role: signed_in(closed, role) for role in ("manager", "marketer", "admin")}
    groups = {role: menu_of(client.get("/account").text) for role, client in people.items()}
    assert groups["manager"] == {"/queue", "/models"}
    assert groups["marketer"] == {"/plan", "/alarms", "/portrait", "/models"}
    assert {"/queue", "/audit"} <= groups["admin"]
    assert {"/channels", "/journey", "/budget"} <= menu_of(people["marketer"].get("/channels").text)


def test_the_front_page_leads_everybody_to_a_page_of_his_own(closed: Doors) -> None:
    for role, place in (("manager", "/queue"), ("head", "/queue"), ("marketer", "/channels"), ("analyst", "/channels")):
        assert signed_in(closed, role).get("/").headers["location"] == place
