"""Sends what is due to whom it is due; one that fails or is slow holds up no other, and is tried again at the next turn."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from features.errors import DeliveryFailed
from features.facts.company import Company
from features.facts.delivery_settings import Recipient, Way
from features.settings import DeliverySecrets
from leadloop.deliveries.mail import Mail
from leadloop.deliveries.telegram import Telegram
from leadloop.deliveries.webhook import Webhook
from monitoring.alarms.alarm_log import LoggedAlarm
from monitoring.telling.delivery_log import DeliveryLog
from monitoring.telling.digest import Digest, digests_due
from monitoring.telling.digest_words import Message, check_message, message_of
from monitoring.what_changed.what_changed import WhatChanged

AT_ONCE = 4
"""So many recipients are told side by side."""


class Sender(Protocol):
    """A way to people."""

    def send(self, recipient: Recipient, message: Message, *, name: str, moment: datetime) -> None:
        """Send a message under its id; raise ``DeliveryFailed`` where it did not go out."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message; ``why`` is None where it went out."""

    recipient: str
    way: Way
    why: str | None = None


def senders_of(company: Company, secrets: DeliverySecrets, *, loopback: bool = False) -> dict[Way, Sender]:
    """Return the ways to people, with the secrets of the environment; ``loopback`` lets webhooks go to this very machine."""
    told = company.deliver
    return {
        "email": Mail(told.mail, secrets.smtp_password),
        "telegram": Telegram(told.telegram, secrets.telegram_token),
        "webhook": Webhook(secrets.webhook_secret, loopback=loopback),
    }


def lacking(company: Company, secrets: DeliverySecrets) -> list[str]:
    """Return in words of each recipient to whom nothing can go, whatever is due, what to put right."""
    found = []
    for name, to in company.deliver.to.items():
        if to.way == "telegram" and not secrets.telegram_token:
            found.append(f"{name} cannot be told: set LEADLOOP_TELEGRAM_TOKEN and start the worker anew.")
        if to.way == "email" and company.deliver.mail.user and not secrets.smtp_password:
            found.append(f"{name} cannot be told: set LEADLOOP_SMTP_PASSWORD and start the worker anew.")
    return found


def deliver_due(
    alarms: list[LoggedAlarm],
    log: DeliveryLog,
    senders: Mapping[Way, Sender],
    *,
    company: Company,
    moment: datetime,
    clock: Callable[[], datetime],
    changed: Callable[[LoggedAlarm], WhatChanged],
    named: Callable[[str], str] = str,
) -> list[Sent]:
    """Send what is due at ``moment``, and keep what became of it; to each recipient in order, to several at once.

    Parameters
    ----------
    clock
        Tells when a message had gone out.
    changed
        Says what changed in an alarm's group; asked only for what is told as new.
    named
        Writes the company's names as people write them.
    """
    found: dict[str, WhatChanged] = {}
    one_asks = threading.Lock()

    def told(digest: Digest) -> Sent | None:
        recipient = company.deliver.to[digest.recipient]
        delivery = digest.delivery(recipient, moment=moment)
        if not log.begin(delivery):
            return None
        with one_asks:
            found.update({one.name: changed(one) for one in digest.new if one.name not in found})
        message = message_of(digest, found, company=company, named=named)
        why = _sent(senders[recipient.way], recipient, message, delivery.name, moment)
        log.end(delivery, moment=clock(), why=why)
        return Sent(digest.recipient, recipient.way, why)

    due: defaultdict[str, list[Digest]] = defaultdict(list)
    for digest in digests_due(alarms, log.deliveries(), company=company, moment=moment):
        due[digest.recipient].append(digest)

    def told_all(digests: Sequence[Digest]) -> list[Sent]:
        return [sent for one in digests if (sent := told(one))]

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="telling") as side_by_side:
        return [sent for several in side_by_side.map(told_all, due.values()) for sent in several]


def deliver_check(senders: Mapping[Way, Sender], *, company: Company, moment: datetime) -> list[Sent]:
    """Send a test message to every recipient; nothing of it is kept."""
    message, names = check_message(company), list(company.deliver.to)

    def tried(place: int, name: str) -> Sent:
        one = company.deliver.to[name]
        why = _sent(senders[one.way], one, message, f"check-{int(moment.timestamp())}-{place}", moment)
        return Sent(name, one.way, why)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="telling") as side_by_side:
        return list(side_by_side.map(tried, range(len(names)), names))


def _sent(sender: Sender, recipient: Recipient, message: Message, name: str, moment: datetime) -> str | None:
    """Return why a message did not go out; None where it did."""
    try:
        sender.send(recipient, message, name=name, moment=moment)
    except DeliveryFailed as error:
        return str(error)
    return None
