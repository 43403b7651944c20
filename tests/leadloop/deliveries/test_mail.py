"""E-mail to a real SMTP server: encrypted, logged in, both forms of the text; what fails says why and shows no secret."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from features.errors import DeliveryFailed
from features.facts.delivery_settings import MailServer, Recipient
from leadloop.deliveries.mail import Mail
from monitoring.telling.digest_words import Message
from tests.leadloop.deliveries.servers import PASSWORD, USER, mail_server, own_certificate
from tests.support.facts import NOON
from tests.support.free_port import free_port

MESSAGE = Message("ВКонтакте: больше нецелевых", "Было 10 %, стало 64 %.\n", "<p>Было 10 %</p>")
TO = Recipient(email="marketing@example.com")


def server(port: int, **said: Any) -> MailServer:
    told = {"server": "127.0.0.1", "port": port, "security": "none", "sender": "leadloop@example.com"}
    return MailServer.model_validate(told | said)


def test_a_mail_holds_the_text_plain_and_as_html_under_an_id_of_its_own() -> None:
    with mail_server() as box:
        Mail(server(box.port), None).send(TO, MESSAGE, name="abc", moment=NOON)
    (mail,) = box.mails
    assert (mail["subject"], mail["to"], mail["from"]) == (
        MESSAGE.subject,
        "marketing@example.com",
        "leadloop@example.com",
    )
    assert mail["message-id"] == "<abc@example.com>"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == MESSAGE.text.splitlines()
    assert html.get_content().strip() == MESSAGE.html


def test_it_encrypts_and_logs_in_as_the_company_says(tmp_path: Path) -> None:
    certificate = own_certificate(tmp_path)

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(certificate))

    with mail_server(certificate, login=True) as box:
        told = server(box.port, security="starttls", user=USER)
        Mail(told, PASSWORD, trusting).send(TO, MESSAGE, name="abc", moment=NOON)
        assert len(box.mails) == 1
        with pytest.raises(DeliveryFailed, match=r"does not take our user and password \(535\)"):
            Mail(told, "wrong", trusting).send(TO, MESSAGE, name="abc", moment=NOON)
        with pytest.raises(DeliveryFailed, match="encryption with the mail server failed"):
            Mail(told, PASSWORD).send(TO, MESSAGE, name="abc", moment=NOON)  # nobody vouches for the certificate
        assert len(box.mails) == 1


def test_a_server_that_cannot_encrypt_is_given_no_password() -> None:
    with mail_server() as box, pytest.raises(DeliveryFailed, match="offers no login or encryption"):
        Mail(server(box.port, security="starttls", user=USER), PASSWORD).send(TO, MESSAGE, name="a", moment=NOON)
    with pytest.raises(DeliveryFailed, match="LEADLOOP_SMTP_PASSWORD"):
        Mail(server(1, user=USER), None).send(TO, MESSAGE, name="a", moment=NOON)


@pytest.mark.parametrize(
    ("answer", "why"), [("550 no such user", "does not take the recipient .550."), ("451 later", "451")]
)
def test_a_refused_recipient_is_told_without_the_address(answer: str, why: str) -> None:
    with mail_server() as box:
        box.answer = answer
        with pytest.raises(DeliveryFailed, match=why) as raised:
            Mail(server(box.port), None).send(TO, MESSAGE, name="a", moment=NOON)
    assert "marketing" not in str(raised.value)


def test_a_server_that_is_away_is_told_with_its_place() -> None:
    port = free_port()
    with pytest.raises(DeliveryFailed, match=rf"127.0.0.1:{port} does not answer \(ConnectionRefusedError\)"):
        Mail(server(port), None).send(TO, MESSAGE, name="a", moment=NOON)


def test_no_recipient_can_smuggle_in_a_header() -> None:
    with pytest.raises(ValueError, match="one e-mail address"):
        Recipient(email="a@example.com\nBcc: b@example.com")
