"""A CRM is asked at its pace, again where it says later, and what it says no to is told without its secrets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from features.errors import CrmAway, CrmRefused
from leadloop.connecting.asking import MOST_TRIES, Asker
from leadloop.connecting.pace import Pace
from tests.crm.standins.server import Answer, Asked, StandIn


class Echo(StandIn):
    """Answers what it is told to, else what it was asked."""

    burst = 1_000.0

    def over_limit(self) -> Answer:
        return Answer(429)

    def answer(self, asked: Asked) -> Answer:
        return Answer(body={"method": asked.method, "path": asked.path, "body": asked.body})


@contextmanager
def asked(*faults: Answer) -> Iterator[tuple[Asker, Echo, list[float]]]:
    server, waited = Echo(), list[float]()
    server.faults = list(faults)
    pace = Pace(1_000.0, 1_000, lambda: 0.0, waited.append)
    asker = Asker("The CRM", f"{server.address}/rest/s3cret", pace=pace, remedy="make a token.", draw=random.Random(7),
                  timeout=httpx.Timeout(2.0), loopback=True)  # fmt: skip
    try:
        yield asker, server, waited
    finally:
        asker.close()
        server.close()


def test_what_it_answers_is_returned_and_what_is_not_there_is_none() -> None:
    gone = Answer(404, {"title": "Not Found"})
    with asked(gone, Answer(204), Answer(400, {"error": "", "error_description": "Not found"})) as (asker, _, waited):
        assert [asker.ask("GET", "a") for _ in range(3)] == [None, None, None]
        said = asker.ask("POST", "crm.lead.get.json", body={"id": "7"})
        assert said == {"method": "POST", "path": "/rest/s3cret/crm.lead.get.json", "body": {"id": "7"}}
        assert waited == []


def test_where_it_says_later_it_is_asked_later_as_long_as_it_asks() -> None:
    with asked(Answer(503, {"error": "QUERY_LIMIT_EXCEEDED"}), Answer(429, None, {"Retry-After": "7"})) as (
        asker,
        _,
        waited,
    ):
        assert asker.ask("GET", "a")["path"] == "/rest/s3cret/a"
        assert 0.5 <= waited[0] <= 1.0
        assert waited[1] == 7.0


def test_after_some_tries_it_is_away() -> None:
    with asked(*[Answer(502)] * MOST_TRIES) as (asker, server, waited):
        with pytest.raises(CrmAway, match="status 502"):
            asker.ask("GET", "a")
        assert len(server.asked) == MOST_TRIES
        assert len(waited) == MOST_TRIES - 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401, {"error": "INVALID_CREDENTIALS"}), "lets us not in"),
        (Answer(403), "make a token"),
        (Answer(400, {"category": "VALIDATION_ERROR", "message": "+79161234567"}), "VALIDATION_ERROR"),
        (Answer(404), "look how its address is written"),
        (Answer(404, {"error": "ERROR_METHOD_NOT_FOUND"}), "ERROR_METHOD_NOT_FOUND"),
        (Answer(302, None, {"Location": "http://127.0.0.1:1/"}), "status 302"),
    ],
)
def test_a_no_is_told_with_what_to_do_and_nothing_secret(answer: Answer, said: str) -> None:
    with asked(answer) as (asker, _, _):
        with pytest.raises(CrmRefused, match=said) as told:
            asker.ask("GET", "leads?x=1")
        assert "s3cret" not in str(told.value)
        assert "9161234567" not in str(told.value)


def test_nobody_there_is_away_and_an_address_without_tls_is_refused() -> None:
    with asked() as (asker, server, _):
        server.close()
        with pytest.raises(CrmAway, match="ConnectError"):
            asker.ask("GET", "a")
        server.close = lambda: None  # type: ignore[method-assign]
    pace: Any = Pace(1.0, 1, lambda: 0.0, lambda _: None)
    for address in ("http://x.amocrm.ru", "http://127.0.0.1:1"):
        with pytest.raises(CrmRefused, match="https only"):
            Asker("The CRM", address, pace=pace, remedy="")
