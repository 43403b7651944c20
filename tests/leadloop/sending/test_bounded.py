"""Whoever answers a byte at a time holds up nobody for longer than the deadline: letters, webhooks, alarms, the CRM."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from features.errors import CrmAway, DeliveryFailed
from features.facts.delivery_settings import MailServer, Recipient, TelegramServer
from features.outbox.outbox import Outbox
from leadloop.connecting.asking import Asker
from leadloop.connecting.pace import Pace
from leadloop.deliveries import mail, telegram, webhook
from leadloop.deliveries.mail import Mail
from leadloop.deliveries.telegram import Telegram
from leadloop.deliveries.webhook import Webhook
from leadloop.sending import bounded, postman
from leadloop.sending.bounded import BoundedClient
from leadloop.sending.manners import BY_WEBHOOK, TO_AN_API
from leadloop.sending.postman import Postman, Receiver
from leadloop.webhooks.check import checked
from monitoring.telling.digest_words import Message
from tests.features.outbox.letters import letter
from tests.leadloop.sending.dripping_server import AtOnce, Part, dripping_server
from tests.leadloop.sending.faulty_server import faulty_server
from tests.support.facts import NOON

SECONDS = 0.6
PATIENT = httpx.Timeout(30.0)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SLACK = 15.0
"""For a machine under load; less than the product's own shortest deadline (20 s), or one that is not heeded would not be seen."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds + SLACK  # without the deadline it would never end


def posted(engine: Engine, url: str, **said: Any) -> str:
    """Return what is noted of a letter after one round."""
    outbox = Outbox(engine)
    outbox.put(letter("k1", url=url, **said), NOON)
    receivers = {"webhook:crm": Receiver(url, (SECRET,))}
    carrier = Postman(
        outbox, sign_ins={}, receivers=lambda: receivers, clock=lambda: NOON, draw=random.Random(7), loopback=True,
        timeout=PATIENT, seconds=SECONDS,
    )  # fmt: skip
    with within(SECONDS + bounded.SECONDS_FOR_WORDS):
        carrier.go_round()
    (kept,) = outbox.letters()
    return f"{kept.state}: {kept.answer}"


def test_a_head_that_never_ends_is_a_lost_answer_once_the_deadline_is_over(sqlite_engine: Engine) -> None:
    with dripping_server("head") as url:
        assert posted(sqlite_engine, url, repeatable=True) == "waiting: The answer was lost: ReadTimeout."


def test_a_webhook_is_tried_again_where_its_receiver_drips(sqlite_engine: Engine) -> None:
    with dripping_server("head") as url:
        assert posted(sqlite_engine, url, sign_in="webhook:crm").startswith(
            "waiting: The answer was lost: ReadTimeout."
        )


def test_where_the_status_came_the_letter_counts_as_taken_and_the_body_is_not_waited_for(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "SECONDS_FOR_WORDS", 0.3)
    with dripping_server("body") as url:
        said = posted(sqlite_engine, url)
    assert said.startswith("delivered: 200 x")
    assert len(said) < 100


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_crm_that_drips_is_away_and_is_not_asked_five_times_over(part: Part) -> None:
    waits: list[float] = []
    with dripping_server(part) as url:
        asker = Asker(
            "The CRM", url, pace=Pace(1_000.0, 1_000, lambda: 0.0, waits.append), remedy="", timeout=PATIENT,
            loopback=True, longest=SECONDS,
        )  # fmt: skip
        with within(SECONDS), pytest.raises(CrmAway, match="ReadTimeout"):
            asker.ask("GET", "a")
        asker.close()
    assert waits == []


def test_the_check_of_a_webhook_says_that_it_has_to_answer_first() -> None:
    with dripping_server("head") as url, within(SECONDS):
        found = checked("crm", Receiver(url, (SECRET,)), company="x", moment=NOON, loopback=True, seconds=SECONDS)
    assert not found.is_taken
    assert "it has to answer first and work afterwards" in found.words


def test_an_alarm_to_a_webhook_that_drips_did_not_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", SECONDS)
    with dripping_server("head") as url, within(SECONDS), pytest.raises(DeliveryFailed, match="does not answer"):
        Webhook(None, loopback=True).send(
            Recipient.model_validate({"webhook": url}), Message("s", "t", ""), name="a", moment=NOON
        )


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_alarm_to_a_telegram_that_drips_did_not_go_out(monkeypatch: pytest.MonkeyPatch, part: Part) -> None:
    monkeypatch.setattr(telegram, "SECONDS", SECONDS)
    with dripping_server(part) as url, within(SECONDS), pytest.raises(DeliveryFailed, match="does not answer"):
        Telegram(TelegramServer(api=url), "1:token").send(
            Recipient(telegram="-1"), Message("s", "t" * 9_000, ""), name="a", moment=NOON
        )


@pytest.mark.parametrize(("part", "security"), [("mail", "none"), ("mail", "starttls"), ("encryption", "tls")])
def test_an_alarm_to_a_mail_server_that_drips_did_not_go_out(
    monkeypatch: pytest.MonkeyPatch, part: Part, security: str
) -> None:
    monkeypatch.setattr(mail, "SECONDS_IN_ALL", SECONDS)
    with dripping_server(part) as url:
        told = {"server": "127.0.0.1", "port": int(url.rpartition(":")[2]), "security": security}
        sender = Mail(MailServer.model_validate({**told, "sender": "a@example.com"}), None)
        with within(SECONDS), pytest.raises(DeliveryFailed, match="took longer than"):
            sender.send(Recipient(email="b@example.com"), Message("s", "t", "<p>t</p>"), name="a", moment=NOON)


def test_letters_to_others_leave_while_destinations_drip_and_the_round_takes_no_longer_than_one_of_them(
    sqlite_engine: Engine,
) -> None:
    outbox = Outbox(sqlite_engine)
    slow = AtOnce()
    with dripping_server("head", slow) as url, faulty_server() as server:
        for n in range(3):
            outbox.put(letter("k", url=f"{url}/{n}", destination=f"slow {n}", repeatable=True), NOON)
        for n in range(5):
            outbox.put(letter(f"k{n}", url=f"{server.url}/{n}", destination="quick"), NOON)
        carrier = Postman(
            outbox, sign_ins={}, clock=lambda: NOON, draw=random.Random(7), loopback=True, timeout=PATIENT, seconds=4.0
        )
        done = carrier.go_round()
        assert (done.delivered, done.put_off) == (5, 3)
        assert slow.most == 3  # one after another: one, or two while one is given up
        assert [one.path for one in server.got] == ["/0", "/1", "/2", "/3", "/4"]


def test_a_destination_that_cost_a_round_some_seconds_in_vain_is_left_for_the_next(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "MOST_LOST", SECONDS / 2)
    outbox = Outbox(sqlite_engine)
    with dripping_server("head") as url:
        for n in range(3):
            outbox.put(letter(f"k{n}", url=url, repeatable=True), NOON)
        carrier = Postman(
            outbox, sign_ins={}, clock=lambda: NOON, draw=random.Random(7), loopback=True, timeout=PATIENT,
            seconds=SECONDS,
        )  # fmt: skip
        done = carrier.go_round()
        assert (done.put_off, done.left_alone) == (1, 2)
        assert carrier.go_round().put_off == 1


def test_an_answer_that_is_too_large_is_cut_and_said_to_be() -> None:
    with faulty_server((200, {}, b"x" * 5_000)) as server, BoundedClient(5.0) as client:
        answer = client.send(client.request("POST", server.url), seconds=5.0, most_bytes=1_000, needs_body=True)
    assert (answer.status, len(answer.body), answer.is_whole) == (200, 1_000, False)


def test_receivers_of_webhooks_have_the_time_that_they_are_promised() -> None:
    assert (BY_WEBHOOK.seconds, TO_AN_API.seconds) == (30.0, 120.0)
