"""Browsers of people with a role, and programs with a key, before a small company that is closed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from serving.gate.access import COOKIE
from tests.serving.doors import Doors

with warnings.catch_warnings():
    # Starlette asks for a newer name of the client that the lock file does not hold yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ADDRESS = "http://leadloop.example"
PASSWORD = "a sentence of my own"
HTML = {"accept": "text/html"}


def browser(doors: Doors) -> TestClient:
    """Return a browser that nobody signed in with, which says where its forms come from."""
    return TestClient(doors.client.app, base_url=ADDRESS, follow_redirects=False, headers={"origin": ADDRESS})


def signed_in(doors: Doors, role: str, login: str | None = None, manager: str | None = None) -> TestClient:
    """Return the browser of a person with a role, whose session has just begun."""
    name = login or f"{role}@firma.ru"
    people, now = doors.service.people, doors.clock()
    account = people.add(name, role, now, manager=manager or ("Анна" if role == "manager" else None))
    opened = browser(doors)
    opened.cookies.set(COOKIE, people.begin(now, account_id=account.id), domain="leadloop.example")
    return opened


def program(doors: Doors, *scopes: str, rate: float = 0.0) -> TestClient:
    """Return a program with a key of these scopes."""
    _, key = doors.service.keys.create("crm", scopes, doors.clock(), rate=rate)
    return TestClient(doors.client.app, base_url=ADDRESS, follow_redirects=False, headers={"x-api-key": key})


@contextmanager
def nobody(doors: Doors) -> Iterator[TestClient]:
    """Give a client that shows nothing."""
    yield TestClient(doors.client.app, base_url=ADDRESS, follow_redirects=False)
