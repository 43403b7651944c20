"""Telegram, by its bot API: the message's text to a chat, in as many pieces as Telegram's limit asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import httpx

from features.errors import DeliveryFailed
from features.facts.delivery_settings import Recipient, TelegramServer
from leadloop.deliveries.answers import why_not
from monitoring.telling.digest_words import Message

MOST_LETTERS = 4_000
"""Telegram takes 4,096."""
SECONDS = 20.0


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
        for piece in _pieces(f"{message.subject}\n\n{message.text}"):
            self._say(recipient.address, piece)

    def _say(self, chat: str, text: str) -> None:
        body = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        try:
            answer = httpx.post(f"{self._api}/bot{self._token}/sendMessage", json=body, timeout=SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"Telegram does not answer ({type(error).__name__}).") from None
        if answer.status_code in (401, 404):
            raise DeliveryFailed("Telegram does not know the bot; look at LEADLOOP_TELEGRAM_TOKEN.")
        if answer.status_code == 403:
            raise DeliveryFailed("The bot may not write to this chat; add it to the chat, or write to it first.")
        if answer.status_code == 400:
            raise DeliveryFailed("Telegram does not know the chat; look at its id in company.yaml.")
        if not answer.is_success or not _is_ok(answer):
            raise DeliveryFailed(f"Telegram did not take the message ({why_not(answer.status_code, answer.headers)}).")


def _is_ok(answer: httpx.Response) -> bool:
    try:
        told = answer.json()
    except ValueError:
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
