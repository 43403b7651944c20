"""A webhook: the message as JSON to an address of the company's, signed so that the receiver knows it is ours.

The signature follows the Standard Webhooks specification 1.0: HMAC-SHA256 over id, timestamp and body, in the headers
``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``. The id is the same when a message is sent again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

import httpx
import orjson

from features.errors import DeliveryFailed
from features.facts.delivery_settings import Recipient
from leadloop.deliveries.answers import why_not
from monitoring.telling.digest_words import Message

SECONDS = 20.0
PREFIX = "whsec_"


class Webhook:
    """Posts to the recipients' addresses; a redirection is not followed."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def send(self, recipient: Recipient, message: Message, *, name: str, moment: datetime) -> None:
        """Post a message.

        Raises
        ------
        DeliveryFailed
            Where nobody answers, or with another status than 2xx.
        """
        said = {"type": "alarms", "timestamp": moment.isoformat(), "data": {**message.data, "text": message.text}}
        body = orjson.dumps({**said, "subject": message.subject})
        headers = {"content-type": "application/json", "user-agent": "leadloop", "webhook-id": name}
        headers["webhook-timestamp"] = str(int(moment.timestamp()))
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, name, moment, body)
        try:
            answer = httpx.post(recipient.address, content=body, headers=headers, timeout=SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"The webhook's server does not answer ({type(error).__name__}).") from None
        if not answer.is_success:
            raise DeliveryFailed(f"The webhook's server did not take the message ({why_not(answer)}).")


def signature(secret: str, name: str, moment: datetime, body: bytes) -> str:
    """Return the value of ``webhook-signature``.

    A secret that begins with ``whsec_`` holds the key in base64, as the specification writes it; any other is the key.

    >>> from datetime import UTC
    >>> at = datetime.fromtimestamp(1614265330, tz=UTC)  # the specification's own example
    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{name}.{int(moment.timestamp())}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise DeliveryFailed("LEADLOOP_WEBHOOK_SECRET begins with whsec_, so what follows has to be base64.") from None
