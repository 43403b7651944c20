"""A receiver as a real server: it can tell that a webhook is ours; what does not arrive is tried again after the schedule."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from features.facts.database import engine_for
from features.facts.webhook_settings import WebhookDestination
from features.outbox.outbox import Outbox
from leadloop.sending.manners import AFTER
from leadloop.sending.postman import Postman, Receiver
from leadloop.webhooks.check import checked
from leadloop.webhooks.event import Event
from tests.leadloop.command_line import Small, one_line, run
from tests.leadloop.sending.faulty_server import Got, faulty_server
from tests.support.facts import NOON
from tests.support.free_port import free_port

KEYS = (b"0123456789abcdef0123456789abcdef", b"fedcba9876543210fedcba9876543210")
SECRETS = tuple(f"whsec_{base64.b64encode(key).decode()}" for key in KEYS)
EVENT = Event("lead.scored", "1", NOON, {"lead_id": "7", "probability": 0.2})


class Office:
    """An outbox with one webhook in it, a postman, and a clock that moves when it is told to."""

    def __init__(self, engine: Engine, url: str, *secrets: str) -> None:
        self.now: datetime = NOON
        self.outbox = Outbox(engine)
        self.receivers: Mapping[str, Receiver] = {"webhook:crm": Receiver(url, secrets)}
        self.outbox.put(EVENT.letter("crm", WebhookDestination(url=url)), NOON)
        self.postman = Postman(
            self.outbox,
            sign_ins={},
            receivers=lambda: self.receivers,
            clock=lambda: self.now,
            draw=random.Random(7),
            loopback=True,
            timeout=httpx.Timeout(0.5),
        )

    def until_due(self) -> timedelta:
        """Go a round once the letter is due and its destination has rested; return how long after that it is due again."""
        (one,) = self.outbox.letters()
        self.now = max(one.due_at, self.now) + timedelta(hours=1)
        self.postman.go_round()
        (after,) = self.outbox.letters()
        return after.due_at - self.now


def keys_of(got: Got) -> list[bytes]:
    """Return which keys it is signed with, by the specification alone."""
    signed = b".".join([got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body])
    right = {f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}": key for key in KEYS}
    return [right[one] for one in got.headers["webhook-signature"].split(" ")]


def test_every_try_is_signed_anew_under_one_id_and_while_a_key_is_replaced_with_both(sqlite_engine: Engine) -> None:
    with faulty_server((500, {}, b"")) as server:
        office = Office(sqlite_engine, server.url, *SECRETS)
        office.until_due()
        office.until_due()
    first, second = server.got
    assert keys_of(first) == keys_of(second) == list(KEYS)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == EVENT.id_for("crm")
    assert int(second.headers["webhook-timestamp"]) == int(office.now.timestamp())
    assert json.loads(first.body) == json.loads(EVENT.body())
    assert first.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500, 502, 503])
def test_what_does_not_arrive_is_tried_as_long_as_the_schedule_says_then_kept_for_a_person(
    sqlite_engine: Engine, status: int
) -> None:
    with faulty_server(*[(status, {}, b"")] * len(AFTER), (status, {}, b"no")) as server:
        office = Office(sqlite_engine, server.url, SECRETS[0])
        waits = []
        while office.outbox.letters("waiting"):
            waits.append(office.until_due())
    assert len(server.got) == len(AFTER) + 1
    assert all(timedelta(0) <= wait <= longest for wait, longest in zip(waits, AFTER, strict=False))
    (dead,) = office.outbox.letters("dead")
    assert f"Tried {len(AFTER) + 1} times" in (dead.answer or "")
    assert json.loads(dead.letter.body)["data"]["lead_id"] == "7"


def test_a_receiver_that_is_gone_is_not_asked_again(sqlite_engine: Engine) -> None:
    with faulty_server((410, {}, b"")) as server:
        office = Office(sqlite_engine, server.url, SECRETS[0])
        assert office.postman.go_round().given_up == 1
        assert office.outbox.all_again("webhook:crm", office.now).sent == 1
        assert office.postman.go_round().delivered == 1


def test_a_mended_address_holds_for_what_waits_and_a_name_that_is_gone_is_told(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine, f"http://127.0.0.1:{free_port()}", SECRETS[0])
    office.until_due()
    assert office.outbox.letters("waiting")
    with faulty_server() as server:
        office.receivers = {"webhook:crm": Receiver(server.url, SECRETS[:1])}
        office.until_due()
    assert len(server.got) == 1
    other = Event("lead.scored", "2", NOON, {"lead_id": "8"})
    office.outbox.put(other.letter("crm", WebhookDestination(url=server.url)), office.now)
    office.receivers = {}
    office.postman.go_round()
    assert "does not name this destination" in (office.outbox.letters("dead")[0].answer or "")


@pytest.mark.parametrize("secrets", [(), ("whsec_!!!",), ("whsec_",)])
def test_without_a_secret_that_can_sign_it_waits_and_says_so(sqlite_engine: Engine, secrets: tuple[str, ...]) -> None:
    with faulty_server() as server:
        office = Office(sqlite_engine, server.url, *secrets)
        assert office.postman.go_round().put_off == 1
    assert server.got == []
    assert "secret" in (office.outbox.letters()[0].answer or "")


@pytest.fixture
def receiver() -> Iterator[Any]:
    with faulty_server() as server:
        yield server


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((204, {}, b""), "Taken: HTTP 204"),
        ((401, {}, b""), "HTTP 401: it does not believe the signature"),
        ((404, {}, b""), "HTTP 404: nothing is there"),
        ((301, {"Location": "http://127.0.0.1/"}, b""), "HTTP 301: it points elsewhere"),
        ((500, {}, b""), "HTTP 500: look into its own log"),
        ("reset", "The connection broke"),
    ],
)
def test_a_test_event_says_in_words_what_came_of_it(receiver: Any, answer: Any, said: str) -> None:
    receiver.answers.append(answer)
    told = checked("crm", Receiver(receiver.url, SECRETS), company="x", moment=NOON, loopback=True)
    assert said in told.words
    assert told.is_taken == said.startswith("Taken")
    (got,) = receiver.got
    assert json.loads(got.body)["type"] == "webhook.test"
    assert keys_of(got) == list(KEYS)


def test_a_test_event_that_cannot_be_sent_says_why() -> None:
    def words(url: str, *secrets: str, loopback: bool = False) -> str:
        return checked("crm", Receiver(url, secrets), company="x", moment=NOON, loopback=loopback).words

    assert "set LEADLOOP_WEBHOOK_SECRET_CRM" in words("https://crm.example.com")
    assert "Look at LEADLOOP_WEBHOOK_SECRET_CRM" in words("https://crm.example.com", "whsec_!")
    assert "inner network" in words("https://127.0.0.1/in", SECRETS[0])
    assert "nobody answers" in words(f"http://127.0.0.1:{free_port()}", SECRETS[0], loopback=True)


def test_a_server_that_speaks_no_https_is_told_from_one_that_is_not_there(receiver: Any) -> None:
    url = receiver.url.replace("http://", "https://")
    told = checked("crm", Receiver(url, SECRETS), company="x", moment=NOON, loopback=True)
    assert not told.is_taken
    assert "something answers there, but not in https" in told.words
    assert "write http:// where it is a test on this machine" in told.words


def test_the_commands_list_destinations_and_try_one(opened: Small, receiver: Any) -> None:
    assert "Nobody is told" in opened.done("webhooks")
    (opened.folder / "company.yaml").write_text(
        (opened.folder / "company.yaml").read_text(encoding="utf-8")
        + f"webhooks: {{crm: {{url: '{receiver.url}/in'}}}}\n",
        encoding="utf-8",
    )
    assert "not set: LEADLOOP_WEBHOOK_SECRET_CRM" in one_line(opened.done("webhooks"))
    ran = run("webhooks", "test", "crm", *opened.place)
    assert (ran.code, "LEADLOOP_WEBHOOK_SECRET_CRM" in ran.out) == (1, True)
    assert run("webhooks", "test", "dwh", *opened.place).code == 2
    said = {"LEADLOOP_WEBHOOK_SECRET_CRM": ", ".join(SECRETS), "LEADLOOP_SEND_TO_LOOPBACK": "1"}
    assert "Taken: HTTP 200" in opened.done("webhooks", "test", "crm", **said)
    assert "2 set" in one_line(opened.done("webhooks", **said))
    assert keys_of(receiver.got[0]) == list(KEYS)


def test_a_dead_letter_is_read_and_all_of_a_destination_are_sent_again(opened: Small) -> None:
    engine = engine_for(f"sqlite:///{opened.home / 'leadloop.db'}")
    opened.done("outbox")
    outbox, hook = Outbox(engine), WebhookDestination(url="https://crm.example.com/secret-path")
    for number in (1, 2):
        letter = Event("lead.scored", str(number), NOON, {"lead_id": "7", "said": "m@example.com"}).letter("crm", hook)
        outbox.take(outbox.put(letter, NOON), NOON)
        outbox.given_up(number, NOON, "404 nobody")
    assert len(re.findall("404 nobody", opened.done("outbox", "--to", "webhook:crm"))) == 2
    assert "404 nobody" not in opened.done("outbox", "--to", "meta")
    whole = opened.done("outbox", "--show", "1")
    assert '"lead_id": "7"' in whole
    assert "crm.example.com" in whole
    assert not any(secret in whole for secret in ("secret-path", "m@example.com"))
    assert "2 letters to webhook:crm are sent again" in opened.done("outbox", "--all-again", "webhook:crm")
    assert [one.state for one in outbox.letters()] == ["waiting", "waiting"]
    engine.dispose()


def test_a_name_that_is_pointed_elsewhere_after_it_was_judged_changes_nothing(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name stands for our server as it is judged, and for an inner machine whenever it is asked again."""
    asked: list[str] = []
    truly = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host != "hook.example":
            return truly(host, port, *args, **more)
        asked.append(host)
        return truly("127.0.0.1" if len(asked) == 1 else "10.255.255.1", port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with faulty_server() as server:
        port = server.url.rpartition(":")[2]
        office = Office(sqlite_engine, f"http://hook.example:{port}/in", SECRETS[0])
        assert office.postman.go_round().delivered == 1
    assert asked == ["hook.example"]
    assert server.got[0].headers["host"] == f"hook.example:{port}"


def test_a_redirection_into_this_house_is_not_followed(sqlite_engine: Engine) -> None:
    with faulty_server() as inner, faulty_server((307, {"Location": inner.url}, b"")) as server:
        office = Office(sqlite_engine, server.url, SECRETS[0])
        assert office.postman.go_round().put_off == 1
    assert inner.got == []
