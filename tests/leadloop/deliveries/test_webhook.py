"""A webhook's receiver as a real server: it can tell that the message is ours, whole, recent, and whether it had it already."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from features.errors import DeliveryFailed
from features.facts.delivery_settings import Recipient
from leadloop.deliveries import webhook
from leadloop.deliveries.webhook import Webhook
from monitoring.telling.digest_words import Message
from tests.leadloop.deliveries.servers import Asked, web_server
from tests.support.facts import NOON
from tests.support.free_port import free_port

MESSAGE = Message("Тема", "Текст", "<p>", {"kind": "digest", "alarms": [{"id": "a"}]})
KEY = b"0123456789abcdef0123456789abcdef"
SECRETS = {"plain": KEY.decode(), "whsec": f"whsec_{base64.b64encode(KEY).decode()}"}


def is_ours(asked: Asked) -> bool:
    """Verify as a receiver would, by the specification alone."""
    head = asked.headers
    signed = b".".join([head["webhook-id"].encode(), head["webhook-timestamp"].encode(), asked.body])
    right = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    return f"v1,{right}" in head["webhook-signature"].split(" ")


@pytest.mark.parametrize("secret", SECRETS)
def test_the_receiver_can_verify_what_it_got(secret: str) -> None:
    with web_server() as web:
        to = Recipient(webhook=f"{web.address}/in?x=1")
        Webhook(SECRETS[secret], loopback=True).send(to, MESSAGE, name="msg1", moment=NOON)
    (asked,) = web.asked
    assert is_ours(asked)
    assert not is_ours(Asked(asked.path, asked.headers, asked.body.replace(b"digest", b"urgent")))
    assert (asked.path, asked.headers["webhook-id"]) == ("/in?x=1", "msg1")
    assert asked.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert asked.said["type"] == "alarms"
    assert asked.said["data"] == {"kind": "digest", "alarms": [{"id": "a"}], "text": "Текст"}


def test_without_a_secret_it_is_sent_unsigned_and_a_broken_one_is_told() -> None:
    with web_server() as web:
        Webhook(None, loopback=True).send(Recipient(webhook=web.address), MESSAGE, name="a", moment=NOON)
        assert "webhook-signature" not in web.asked[0].headers
        with pytest.raises(DeliveryFailed, match="LEADLOOP_WEBHOOK_SECRET"):
            Webhook("whsec_!!!", loopback=True).send(Recipient(webhook=web.address), MESSAGE, name="a", moment=NOON)


@pytest.mark.parametrize("status", [302, 400, 410, 500, 503])
def test_any_answer_but_success_is_a_failure_and_a_redirection_is_not_followed(status: int) -> None:
    with web_server() as web:
        web.statuses = [status]
        with pytest.raises(DeliveryFailed, match=f"HTTP {status}"):
            Webhook(None, loopback=True).send(Recipient(webhook=web.address), MESSAGE, name="a", moment=NOON)
    assert len(web.asked) == 1


def test_a_receiver_that_is_away_or_silent_is_told_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.2)
    to = Recipient(webhook=f"http://127.0.0.1:{free_port()}/secret-path")
    with pytest.raises(DeliveryFailed, match=r"does not answer \(ConnectError\)") as raised:
        Webhook(None, loopback=True).send(to, MESSAGE, name="a", moment=NOON)
    assert "secret-path" not in str(raised.value)
    with web_server() as web:
        web.seconds = 1.0
        with pytest.raises(DeliveryFailed, match="ReadTimeout"):
            Webhook(None, loopback=True).send(Recipient(webhook=web.address), MESSAGE, name="a", moment=NOON)
