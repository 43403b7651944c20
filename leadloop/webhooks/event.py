"""An event as other systems are told of it: its type, when it happened, and figures without anybody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import orjson

from features.facts.webhook_settings import WebhookDestination, WebhookEvent
from features.outbox.letter import Letter
from leadloop.sending.postman import BY_HOOK

KIND = "webhook:"
"""How the kind of every letter that is a webhook begins; the event's type follows."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    ``origin`` tells it from every other event of its type, and stays the same however often it is looked at.
    """

    type: WebhookEvent | Literal["webhook.test"]
    origin: str
    at: datetime
    data: Mapping[str, Any]

    def body(self) -> bytes:
        """Return the message, as the Standard Webhooks specification asks for it.

        >>> Event("alarm.ended", "a1", datetime(2026, 3, 2, 9, tzinfo=UTC), {"alarm": "a1"}).body()
        b'{"type":"alarm.ended","timestamp":"2026-03-02T09:00:00Z","data":{"alarm":"a1"}}'
        """
        said = {"type": self.type, "timestamp": self.at.astimezone(UTC), "data": dict(self.data)}
        return orjson.dumps(said, option=orjson.OPT_UTC_Z)

    def id_for(self, name: str) -> str:
        """Return the message's id at a destination: the same for the same event, so that who got it twice can see that."""
        return "msg_" + sha256("\n".join((name, self.type, self.origin)).encode()).hexdigest()[:32]

    def letter(self, name: str, to: WebhookDestination) -> Letter:
        """Return the letter that tells a destination."""
        return Letter(
            destination=f"{BY_HOOK}{name}",
            kind=f"{KIND}{self.type}",
            once_key=self.id_for(name),
            url=to.url,
            body=self.body(),
            content_type="application/json",
            sign_in=f"{BY_HOOK}{name}",
        )
