"""Telegram's bot API as a real server: the right call, long messages in pieces, faults in words, never the token."""

from __future__ import annotations

import pytest

from features.errors import DeliveryFailed
from features.facts.delivery_settings import Recipient, TelegramServer
from leadloop.deliveries import telegram
from leadloop.deliveries.telegram import Telegram
from monitoring.telling.digest_words import Message
from tests.leadloop.deliveries.servers import TOKEN, web_server
from tests.support.facts import NOON
from tests.support.free_port import free_port

TO = Recipient(telegram="-100200")
MESSAGE = Message("ВКонтакте: больше нецелевых", "Было 10 %.", "<p>")


def test_a_message_goes_to_the_chat_by_the_bots_own_address() -> None:
    with web_server() as api:
        Telegram(TelegramServer(api=f"{api.address}/"), TOKEN).send(TO, MESSAGE, name="a", moment=NOON)
    (asked,) = api.asked
    assert asked.path == f"/bot{TOKEN}/sendMessage"
    assert asked.said["chat_id"] == "-100200"
    assert asked.said["text"] == "ВКонтакте: больше нецелевых\n\nБыло 10 %."


def test_a_long_message_comes_in_pieces_that_telegram_takes_cut_between_lines() -> None:
    lines = [f"строка {n} " + "x" * 80 for n in range(120)]
    with web_server() as api:
        long = Message("Тема", "\n".join(lines), "")
        Telegram(TelegramServer(api=api.address), TOKEN).send(TO, long, name="a", moment=NOON)
    texts = [one.said["text"] for one in api.asked]
    assert len(texts) == 3
    assert max(map(len, texts)) <= 4096
    assert "\n".join(texts).split("\n")[2:] == lines


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "does not know the bot"),
        (403, "may not write to this chat"),
        (400, "does not know the chat"),
        (429, "HTTP 429, asks to wait 30 s"),
        (503, "HTTP 503"),
        (302, "HTTP 302"),
    ],
)
def test_what_telegram_refuses_is_told_in_words_without_the_token(status: int, why: str) -> None:
    with web_server() as api:
        api.statuses = [status]
        with pytest.raises(DeliveryFailed, match=why) as raised:
            Telegram(TelegramServer(api=api.address), TOKEN).send(TO, MESSAGE, name="a", moment=NOON)
    assert TOKEN not in str(raised.value)
    assert len(api.asked) == 1


def test_an_answer_that_is_not_telegrams_is_no_success() -> None:
    with web_server() as api:
        api.body = b"<html>sign in to the hotel's network</html>"
        with pytest.raises(DeliveryFailed, match="did not take"):
            Telegram(TelegramServer(api=api.address), TOKEN).send(TO, MESSAGE, name="a", moment=NOON)


def test_a_server_that_is_away_or_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeliveryFailed, match=r"does not answer \(ConnectError\)") as raised:
        Telegram(TelegramServer(api=f"http://127.0.0.1:{free_port()}"), TOKEN).send(TO, MESSAGE, name="a", moment=NOON)
    assert TOKEN not in str(raised.value)
    monkeypatch.setattr(telegram, "SECONDS", 0.2)
    with web_server() as api:
        api.seconds = 1.0
        with pytest.raises(DeliveryFailed, match=r"does not answer \(ReadTimeout\)"):
            Telegram(TelegramServer(api=api.address), TOKEN).send(TO, MESSAGE, name="a", moment=NOON)
    with pytest.raises(DeliveryFailed, match="LEADLOOP_TELEGRAM_TOKEN"):
        Telegram(TelegramServer(), None).send(TO, MESSAGE, name="a", moment=NOON)
