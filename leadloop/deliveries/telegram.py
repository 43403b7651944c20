"""Telegram, by its bot API: the message's text to a chat, in as many pieces as Telegram's limit asks for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import httpx
import orjson

from features.errors import DeliveryFailed
from features.facts.delivery_settings import Recipient, TelegramServer
from leadloop.deliveries.answers import why_not
from leadloop.sending.bounded import Answer, BoundedClient
from monitoring.telling.digest_words import Message

MOST_LETTERS = 4_000
"""Telegram takes 4,096."""
SECONDS, MOST_BYTES = 20.0, 65_536
"""How long Telegram may take over a message, all its pieces together and however little it says at a time."""


class Telegram:
    """Sends as the company's bot."""

    def __init__(self, server: TelegramServer, token: str | None) -> None:
        self._api, self._token = server.api.rstrip("/"), token

    def send(self, recipient: Recipient, message: Message, *, name: str, moment: datetime) -> None:
        """Send a message to the recipient's chat.

        Raises
        ------
        DeliveryFailed
            Where the API does not answer or does not take it. No message ever holds the token.
        """
        if not self._token:
            raise DeliveryFailed("Telegram needs the bot's token: set LEADLOOP_TELEGRAM_TOKEN.")
        with BoundedClient(SECONDS, by_proxy=True) as client:
            until = time.monotonic() + SECONDS
            for piece in _pieces(f"{message.subject}\n\n{message.text}"):
                self._say(recipient.address, piece, client, until - time.monotonic())

    def _say(self, chat: str, text: str, client: BoundedClient, seconds: float) -> None:
        body = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        try:
            request = client.request("POST", f"{self._api}/bot{self._token}/sendMessage", json=body)
            answer = client.send(request, seconds=seconds, most_bytes=MOST_BYTES, needs_body=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"Telegram does not answer ({type(error).__name__}).") from None
        if answer.status in (401, 404):
            raise DeliveryFailed("Telegram does not know the bot; look at LEADLOOP_TELEGRAM_TOKEN.")
        if answer.status == 403:
            raise DeliveryFailed("The bot may not write to this chat; add it to the chat, or write to it first.")
        if answer.status == 400:
            raise DeliveryFailed("Telegram does not know the chat; look at its id in company.yaml.")
        if not answer.is_success or not _is_ok(answer):
            raise DeliveryFailed(f"Telegram did not take the message ({why_not(answer.status, answer.headers)}).")


def _is_ok(answer: Answer) -> bool:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and told.get("ok") is True


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces that Telegram takes, cut between lines where there are any."""
    rest = text.strip()
    while len(rest) > MOST_LETTERS:
        cut = rest.rfind("\n", 1, MOST_LETTERS)
        cut = cut if cut > 0 else MOST_LETTERS
        yield rest[:cut]
        rest = rest[cut:].lstrip("\n")
    yield rest
